from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = _("Patients")

    def ready(self) -> None:
        from accounts.permissions import Permission
        from accounts.registration import after_registration
        from core.navigation import NavItem, register
        from patients.actions import self_register
        from patients.exports.parts import register as register_exports
        from patients.imports.kinds import register as register_import
        from patients.imports.people import People
        from patients.imports.pictures import Pictures
        from patients.pairing import MOVER
        from patients.panels import movers

        register(
            NavItem(
                order=20,
                label=_("Patients"),
                url_name="patients:patient-list",
                icon="patients",
                prefix="/patients/",
                shown_to=lambda user: bool(user.may(Permission.PATIENT_READ)),  # type: ignore[attr-defined]
            )
        )
        after_registration.append(lambda user: self_register(by=user))
        register_exports()
        register_import(People())
        register_import(Pictures())
        movers["duplicates"] = MOVER
