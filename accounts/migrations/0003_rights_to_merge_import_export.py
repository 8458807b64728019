"""Rights to merge, import and export patients; the next migration gives them to the groups."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_groups"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "default_permissions": (),
                "permissions": [
                    ("own_record", "Can read the own record and the own children's, and edit contact data in them"),
                    ("read_patients", "Can list, search and read patients"),
                    ("add_patients", "Can add patients"),
                    ("edit_patients", "Can edit patients"),
                    ("archive_patients", "Can archive and restore patients"),
                    ("merge_patients", "Can merge two records of one person, and take that back"),
                    ("import_patients", "Can bring records over from another system"),
                    ("export_patients", "Can save what the person may see to a file"),
                    ("read_critical_alerts", "Can read critical medical alerts"),
                    ("read_medical_history", "Can read the medical history"),
                    ("write_medical_history", "Can write the medical history"),
                    ("read_free_times", "Can see free times"),
                    ("book_own_appointments", "Can book, move and cancel own appointments of types bookable online"),
                    ("book_appointments", "Can book, move and cancel appointments"),
                    ("overbook_appointments", "Can overbook, and book outside hours or in the past, with a reason"),
                    ("read_appointments", "Can list appointments and move their status"),
                    ("read_charts", "Can read charts"),
                    ("draft_charts", "Can draft chart entries"),
                    ("sign_charts", "Can sign chart entries"),
                    ("edit_clinic_setup", "Can edit hours, chairs, types and closures"),
                    ("manage_staff", "Can invite, deactivate and re-role staff"),
                    ("grant_chart_access", "Can give one person access to one chart"),
                    ("read_audit", "Can read the audit"),
                    ("use_admin_site", "Can use the administration site"),
                ],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
    ]
