"""Everything that changes a patient's record; one verb a function."""

from patients.actions.access import (
    grant_access,
    invite_guardian,
    invite_patient,
    set_sensitive,
    withdraw_access,
)
from patients.actions.agreements import give_consent, set_contact_preferences, withdraw_consent
from patients.actions.duplicates import dismiss_duplicate, reopen_duplicate
from patients.actions.exports import disclose_list, disclose_own_record, disclose_record
from patients.actions.family import add_guardian, change_family_member, end_relationship
from patients.actions.imports import (
    bring_over,
    finish_import,
    remove_import,
    reopen_import,
    set_import_columns,
    start_import,
    stop_import,
    upload_import,
)
from patients.actions.medical import (
    add_medical_entry,
    change_medical_entry,
    end_medical_entry,
    remove_medical_entry,
)
from patients.actions.merging import merge, undo_merge
from patients.actions.photos import remove_photo, set_photo
from patients.actions.records import add, archive, change, change_own_contact, open_chart, restore, self_register

__all__ = [
    "add",
    "add_guardian",
    "add_medical_entry",
    "archive",
    "bring_over",
    "change",
    "change_family_member",
    "change_medical_entry",
    "change_own_contact",
    "disclose_list",
    "disclose_own_record",
    "disclose_record",
    "dismiss_duplicate",
    "end_medical_entry",
    "end_relationship",
    "finish_import",
    "give_consent",
    "grant_access",
    "invite_guardian",
    "invite_patient",
    "merge",
    "open_chart",
    "remove_import",
    "remove_medical_entry",
    "remove_photo",
    "reopen_duplicate",
    "reopen_import",
    "restore",
    "self_register",
    "set_contact_preferences",
    "set_import_columns",
    "set_photo",
    "set_sensitive",
    "start_import",
    "stop_import",
    "undo_merge",
    "upload_import",
    "withdraw_access",
    "withdraw_consent",
]
