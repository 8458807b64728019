"""This package's routes of the API, relative to /api/."""

from core.api.routes import Route
from patients.api import medical, patients

_ONE = "patients/<id:pk>"

routes: list[Route] = [
    Route("patients", patients.PatientsView.as_view(), "patient-list"),
    Route(_ONE, patients.PatientView.as_view(), "patient-detail"),
    Route(f"{_ONE}/restore", patients.PatientRestoreView.as_view(), "patient-restore"),
    Route(f"{_ONE}/medical-history", medical.MedicalHistoryView.as_view(), "medical-history"),
    Route(f"{_ONE}/medical-history/<id:entry_pk>", medical.MedicalEntryView.as_view(), "medical-entry"),
    Route("me/patients", patients.MyPatientsView.as_view(), "my-patients"),
]
