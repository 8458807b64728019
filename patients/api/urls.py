"""This package's routes of the API, relative to /api/."""

from core.api.routes import Route
from patients.api import duplicates, exports, medical, merges, patients

_ONE = "patients/<id:pk>"

routes: list[Route] = [
    Route("patients", patients.PatientsView.as_view(), "patient-list"),
    Route("patients/export", exports.PatientsExportView.as_view(), "patient-list-export"),
    Route("patients/duplicates", duplicates.DuplicatesView.as_view(), "duplicate-list"),
    Route("patients/duplicates/<id:pk>/dismissal", duplicates.DuplicateDismissalView.as_view(), "duplicate-dismissal"),
    Route(_ONE, patients.PatientView.as_view(), "patient-detail"),
    Route(f"{_ONE}/restore", patients.PatientRestoreView.as_view(), "patient-restore"),
    Route(f"{_ONE}/merge", merges.PatientMergeView.as_view(), "patient-merge"),
    Route("patients/merges/<id:pk>/undo", merges.MergeUndoView.as_view(), "merge-undo"),
    Route(f"{_ONE}/export", exports.RecordExportView.as_view(), "patient-record-export"),
    Route(f"{_ONE}/medical-history", medical.MedicalHistoryView.as_view(), "medical-history"),
    Route(f"{_ONE}/medical-history/<id:entry_pk>", medical.MedicalEntryView.as_view(), "medical-entry"),
    Route("me/patients", patients.MyPatientsView.as_view(), "my-patients"),
]
