"""This package's routes of the API, relative to /api/."""

from charting.api import aligners, appliances, chart, consultations, exams, par, plans, teeth, visits
from core.api.routes import Route

_PATIENT = "patients/<id:pk>/"
_EXAM = _PATIENT + "exams/<id:exam>"
_VISIT = _PATIENT + "visits/<id:visit>"

_WORN = _PATIENT + "appliances/<id:row>"

routes: list[Route] = [
    Route(_PATIENT + "chart", chart.ChartView.as_view(), "patient-chart"),
    Route(_PATIENT + "visits", visits.VisitsView.as_view(), "patient-visits"),
    Route(_VISIT, visits.VisitView.as_view(), "patient-visit"),
    Route(_VISIT + "/sign", visits.SignView.as_view(), "patient-visit-sign"),
    Route(_VISIT + "/take-over", visits.TakeOverView.as_view(), "patient-visit-take-over"),
    Route(_VISIT + "/countersign", visits.CountersignView.as_view(), "patient-visit-countersign"),
    Route(_VISIT + "/amendments", visits.AmendmentsView.as_view(), "patient-visit-amendments"),
    Route(_PATIENT + "exams", exams.ExamsView.as_view(), "patient-exams"),
    Route(_EXAM, exams.ExamView.as_view(), "patient-exam"),
    Route(_EXAM + "/sign", exams.SignExamView.as_view(), "patient-exam-sign"),
    Route(_EXAM + "/iotn", exams.IotnView.as_view(), "patient-exam-iotn"),
    Route(_PATIENT + "par", par.ParView.as_view(), "patient-par"),
    Route(_PATIENT + "teeth", teeth.TeethView.as_view(), "patient-teeth"),
    Route(_PATIENT + "plan", plans.PatientPlanView.as_view(), "patient-plan"),
    Route(_PATIENT + "plan/options", plans.PlanOptionsView.as_view(), "patient-plan-options"),
    Route(_PATIENT + "plan/options/<id:row>", plans.PlanOptionView.as_view(), "patient-plan-option"),
    Route(_PATIENT + "plan/options/<id:row>/choose", plans.ChooseView.as_view(), "patient-plan-choose"),
    Route(_PATIENT + "plan/phases", plans.PhasesView.as_view(), "patient-phases"),
    Route(_PATIENT + "plan/phases/<id:row>", plans.PhaseView.as_view(), "patient-phase"),
    Route(_PATIENT + "plan/phases/<id:row>/state", plans.PhaseStateView.as_view(), "patient-phase-state"),
    Route(_PATIENT + "case", plans.CaseView.as_view(), "patient-case"),
    Route(_PATIENT + "appliances", appliances.AppliancesView.as_view(), "patient-appliances"),
    Route(_WORN, appliances.ApplianceView.as_view(), "patient-appliance"),
    Route(_PATIENT + "appliances/<id:row>/events", appliances.ApplianceEventsView.as_view(), "patient-appliance-note"),
    Route(_PATIENT + "aligners", aligners.AlignersView.as_view(), "patient-aligners"),
    Route(_PATIENT + "aligners/<id:row>", aligners.AlignerSeriesView.as_view(), "patient-aligner-series"),
    Route(_PATIENT + "retention", appliances.RetentionView.as_view(), "patient-retention"),
    Route(_PATIENT + "retention/<id:row>", appliances.RetentionCheckView.as_view(), "patient-retention-check"),
    Route("consultations", consultations.ConsultationsView.as_view(), "consultation-list"),
    Route("consultations/<id:pk>", consultations.ConsultationView.as_view(), "consultation-detail"),
]
