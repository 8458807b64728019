"""Who we treat, and who answers for them."""

from patients.models.duplicates import DuplicatePair, DuplicateScan
from patients.models.family import Guardian, Relationship
from patients.models.imports import Import, ImportedRecord, ImportPart, ImportRow
from patients.models.medical import Consent, ContactPreference, MedicalEntry
from patients.models.merges import MergeRecord
from patients.models.patient import Patient
from patients.models.search import SearchKey, SearchWord
from patients.models.search_outbox import SearchChange, SearchTurn

__all__ = [
    "Consent",
    "ContactPreference",
    "DuplicatePair",
    "DuplicateScan",
    "Guardian",
    "Import",
    "ImportPart",
    "ImportRow",
    "ImportedRecord",
    "MedicalEntry",
    "MergeRecord",
    "Patient",
    "Relationship",
    "SearchChange",
    "SearchKey",
    "SearchTurn",
    "SearchWord",
]
