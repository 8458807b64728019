"""Who may do what: one table. Groups carry these rights, so that a clinic can change them and add groups of its own."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import NotPermitted

if TYPE_CHECKING:
    from accounts.models import User


class Permission(StrEnum):
    """A right; the value is its codename in Django (content type accounts.user)."""

    OWN_RECORD = "own_record"
    PATIENT_READ = "read_patients"
    PATIENT_ADD = "add_patients"
    PATIENT_EDIT = "edit_patients"
    PATIENT_ARCHIVE = "archive_patients"
    PATIENT_MERGE = "merge_patients"
    PATIENT_IMPORT = "import_patients"
    PATIENT_EXPORT = "export_patients"
    CRITICAL_ALERT_READ = "read_critical_alerts"
    MEDICAL_READ = "read_medical_history"
    MEDICAL_WRITE = "write_medical_history"
    SLOT_READ = "read_free_times"
    APPOINTMENT_BOOK_OWN = "book_own_appointments"
    APPOINTMENT_BOOK = "book_appointments"
    APPOINTMENT_OVERBOOK = "overbook_appointments"
    APPOINTMENT_READ = "read_appointments"
    CHART_READ = "read_charts"
    CHART_DRAFT = "draft_charts"
    CHART_SIGN = "sign_charts"
    CLINIC_SETUP = "edit_clinic_setup"
    STAFF_MANAGE = "manage_staff"
    CHART_ACCESS_GRANT = "grant_chart_access"
    AUDIT_READ = "read_audit"
    ADMIN_SITE = "use_admin_site"

    @property
    def full_name(self) -> str:
        """As Django's has_perm wants it."""
        return f"accounts.{self.value}"


SENTENCES: Mapping[Permission, str] = {
    Permission.OWN_RECORD: "Can read the own record and the own children's, and edit contact data in them",
    Permission.PATIENT_READ: "Can list, search and read patients",
    Permission.PATIENT_ADD: "Can add patients",
    Permission.PATIENT_EDIT: "Can edit patients",
    Permission.PATIENT_ARCHIVE: "Can archive and restore patients",
    Permission.PATIENT_MERGE: "Can merge two records of one person, and take that back",
    Permission.PATIENT_IMPORT: "Can bring records over from another system",
    Permission.PATIENT_EXPORT: "Can save what the person may see to a file",
    Permission.CRITICAL_ALERT_READ: "Can read critical medical alerts",
    Permission.MEDICAL_READ: "Can read the medical history",
    Permission.MEDICAL_WRITE: "Can write the medical history",
    Permission.SLOT_READ: "Can see free times",
    Permission.APPOINTMENT_BOOK_OWN: "Can book, move and cancel own appointments of types bookable online",
    Permission.APPOINTMENT_BOOK: "Can book, move and cancel appointments",
    Permission.APPOINTMENT_OVERBOOK: "Can overbook, and book outside hours or in the past, with a reason",
    Permission.APPOINTMENT_READ: "Can list appointments and move their status",
    Permission.CHART_READ: "Can read charts",
    Permission.CHART_DRAFT: "Can draft chart entries",
    Permission.CHART_SIGN: "Can sign chart entries",
    Permission.CLINIC_SETUP: "Can edit hours, chairs, types and closures",
    Permission.STAFF_MANAGE: "Can invite, deactivate and re-role staff",
    Permission.CHART_ACCESS_GRANT: "Can give one person access to one chart",
    Permission.AUDIT_READ: "Can read the audit",
    Permission.ADMIN_SITE: "Can use the administration site",
}

_STAFF = frozenset(
    {
        Permission.PATIENT_READ,
        Permission.PATIENT_EDIT,
        Permission.CRITICAL_ALERT_READ,
        Permission.SLOT_READ,
        Permission.APPOINTMENT_BOOK,
        Permission.APPOINTMENT_READ,
    }
)
_CLINICAL = _STAFF | {Permission.MEDICAL_READ, Permission.MEDICAL_WRITE, Permission.CHART_READ}
_DOCTOR = _CLINICAL | {
    Permission.PATIENT_ADD,
    Permission.PATIENT_ARCHIVE,
    Permission.PATIENT_MERGE,
    Permission.PATIENT_EXPORT,
    Permission.APPOINTMENT_OVERBOOK,
    Permission.CHART_DRAFT,
    Permission.CHART_SIGN,
}

# In order of precedence: a person in several of these groups shows the first one as the role.
ROLES: Mapping[str, frozenset[Permission]] = {
    "admin": (_DOCTOR - {Permission.CHART_DRAFT, Permission.CHART_SIGN})
    | {
        Permission.PATIENT_IMPORT,
        Permission.CLINIC_SETUP,
        Permission.STAFF_MANAGE,
        Permission.CHART_ACCESS_GRANT,
        Permission.AUDIT_READ,
        Permission.ADMIN_SITE,
    },
    "doctor": _DOCTOR,
    "assistant": _CLINICAL | {Permission.CHART_DRAFT},
    "receptionist": _STAFF | {Permission.PATIENT_ADD, Permission.PATIENT_EXPORT, Permission.APPOINTMENT_OVERBOOK},
    "patient": frozenset({Permission.OWN_RECORD, Permission.SLOT_READ, Permission.APPOINTMENT_BOOK_OWN}),
}

STAFF_ROLES = ("admin", "doctor", "assistant", "receptionist")


def require(by: "User | None", *permissions: Permission) -> None:
    """Any one of the rights suffices. Raises NotPermitted; nobody in particular may nothing."""
    if by is None or not any(by.may(permission) for permission in permissions):
        raise NotPermitted
