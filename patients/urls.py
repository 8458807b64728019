"""Pages of this package."""

from django.urls import path

from patients.views import (
    access,
    agreements,
    duplicates,
    exports,
    family,
    finding,
    imports,
    lists,
    lookalikes,
    medical,
    merging,
    photos,
    records,
)

app_name = "patients"

_ONE = "patients/<id:pk>/"
_IMPORT = "patients/import/<id:pk>/"
_RELATIONSHIP = _ONE + "family/<id:relationship_pk>/"
_ENTRY = _ONE + "medical/<id:entry_pk>/"

urlpatterns = [
    path("patients/", lists.patient_list, name="patient-list"),
    path("patients/search/", lists.patient_search, name="patient-search"),
    path("patients/find/", finding.patient_find, name="patient-find"),
    path("patients/new/", records.patient_create, name="patient-create"),
    path("patients/lookalikes/", lookalikes.patient_lookalikes, name="patient-lookalikes"),
    path("patients/duplicates/", duplicates.duplicate_list, name="duplicate-list"),
    path("patients/duplicates/<id:pk>/dismiss/", duplicates.duplicate_dismiss, name="duplicate-dismiss"),
    path("patients/duplicates/<id:pk>/reopen/", duplicates.duplicate_reopen, name="duplicate-reopen"),
    path("patients/access/", access.access_list, name="access-list"),
    path("patients/export/", exports.list_export, name="list-export"),
    path("patients/import/", imports.import_list, name="import-list"),
    path(_IMPORT, imports.import_detail, name="import-detail"),
    path(_IMPORT + "progress/", imports.import_progress, name="import-progress"),
    path(_IMPORT + "columns/", imports.import_columns, name="import-columns"),
    path(_IMPORT + "start/", imports.import_start, name="import-start"),
    path(_IMPORT + "stop/", imports.import_stop, name="import-stop"),
    path(_IMPORT + "again/", imports.import_again, name="import-again"),
    path(_IMPORT + "remove/", imports.import_remove, name="import-remove"),
    path(_IMPORT + "report/", imports.import_report, name="import-report"),
    path(_ONE, records.patient_detail, name="patient-detail"),
    path(_ONE + "edit/", records.patient_edit, name="patient-edit"),
    path(_ONE + "archive/", records.patient_archive, name="patient-archive"),
    path(_ONE + "restore/", records.patient_restore, name="patient-restore"),
    path(_ONE + "merge/", merging.merge_pick, name="merge-pick"),
    path(_ONE + "merge/find/", merging.merge_find, name="merge-find"),
    path(_ONE + "merge/<id:other_pk>/", merging.patient_merge, name="patient-merge"),
    path(_ONE + "merges/", merging.merge_list, name="merge-list"),
    path(_ONE + "merges/<id:merge_pk>/undo/", merging.merge_undo, name="merge-undo"),
    path(_ONE + "export/", exports.record_export, name="record-export"),
    path(_ONE + "invite/", family.patient_invite, name="patient-invite"),
    path(_ONE + "photo/", photos.photo_detail, name="photo-detail"),
    path(_ONE + "photo/edit/", photos.photo_edit, name="photo-edit"),
    path(_ONE + "photo/remove/", photos.photo_remove, name="photo-remove"),
    path(_ONE + "family/new/", family.relationship_create, name="relationship-create"),
    path(_RELATIONSHIP, family.relationship_edit, name="relationship-edit"),
    path(_RELATIONSHIP + "end/", family.relationship_end, name="relationship-end"),
    path(_RELATIONSHIP + "invite/", family.relationship_invite, name="relationship-invite"),
    path(_ONE + "medical/new/", medical.medical_create, name="medical-create"),
    path(_ENTRY, medical.medical_edit, name="medical-edit"),
    path(_ENTRY + "end/", medical.medical_end, name="medical-end"),
    path(_ENTRY + "remove/", medical.medical_remove, name="medical-remove"),
    path(_ONE + "consents/new/", agreements.consent_create, name="consent-create"),
    path(_ONE + "consents/<id:consent_pk>/withdraw/", agreements.consent_withdraw, name="consent-withdraw"),
    path(_ONE + "preferences/", agreements.preference_edit, name="preference-edit"),
    path(_ONE + "access/", access.access_edit, name="access-edit"),
    path(_ONE + "access/sensitive/", access.sensitive_set, name="sensitive-set"),
    path(_ONE + "access/<id:user_pk>/withdraw/", access.access_withdraw, name="access-withdraw"),
]
