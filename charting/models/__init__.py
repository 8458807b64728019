"""What is kept of a patient's treatment."""

from charting.models.appliances import AlignerSeries, Appliance, ApplianceEvent, RetentionCheck
from charting.models.charts import AlertsSeen, ChartQuerySet, ChartRecord, ChartSettings, Phrase
from charting.models.exams import Exam, ExamKind, Index, ScoreSheet, ToothFinding
from charting.models.plans import Consultation, Phase, Plan, PlanOption, SignedConsent
from charting.models.visits import Amendment, BracketEvent, Elastics, OpenEntry, Visit, WireChange, change_of

__all__ = [
    "AlertsSeen",
    "AlignerSeries",
    "Amendment",
    "Appliance",
    "ApplianceEvent",
    "BracketEvent",
    "ChartQuerySet",
    "ChartRecord",
    "ChartSettings",
    "Consultation",
    "Elastics",
    "Exam",
    "ExamKind",
    "Index",
    "OpenEntry",
    "Phase",
    "Phrase",
    "Plan",
    "PlanOption",
    "RetentionCheck",
    "ScoreSheet",
    "SignedConsent",
    "ToothFinding",
    "Visit",
    "WireChange",
    "change_of",
]
