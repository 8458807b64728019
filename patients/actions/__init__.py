"""Everything that changes a patient's record; one verb a function."""

from patients.actions.access import (
    grant_access,
    invite_guardian,
    invite_patient,
    set_sensitive,
    withdraw_access,
)
from patients.actions.agreements import give_consent, set_contact_preferences, withdraw_consent
from patients.actions.family import add_guardian, change_family_member, end_relationship
from patients.actions.medical import (
    add_medical_entry,
    change_medical_entry,
    end_medical_entry,
    remove_medical_entry,
)
from patients.actions.photos import remove_photo, set_photo
from patients.actions.records import add, archive, change, change_own_contact, open_chart, restore, self_register

__all__ = [
    "add",
    "add_guardian",
    "add_medical_entry",
    "archive",
    "change",
    "change_family_member",
    "change_medical_entry",
    "change_own_contact",
    "end_medical_entry",
    "end_relationship",
    "give_consent",
    "grant_access",
    "invite_guardian",
    "invite_patient",
    "open_chart",
    "remove_medical_entry",
    "remove_photo",
    "restore",
    "self_register",
    "set_contact_preferences",
    "set_photo",
    "set_sensitive",
    "withdraw_access",
    "withdraw_consent",
]
