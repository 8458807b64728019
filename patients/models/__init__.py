"""Who we treat, and who answers for them."""

from patients.models.family import Guardian, Relationship
from patients.models.medical import Consent, ContactPreference, MedicalEntry
from patients.models.patient import Patient
from patients.models.search import SearchKey

__all__ = ["Consent", "ContactPreference", "Guardian", "MedicalEntry", "Patient", "Relationship", "SearchKey"]
