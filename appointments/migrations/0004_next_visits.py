import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0003_doctors_in_order"),
        ("patients", "0007_imports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="origin",
            field=models.CharField(
                choices=[
                    ("desk", "At the desk"),
                    ("phone", "By phone"),
                    ("online", "Online"),
                    ("walk_in", "Walk-in"),
                    ("import", "Brought over"),
                ],
                default="desk",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="NextVisit",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=core.ids.new_id, editable=False, max_length=24, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("due_on", models.DateField(verbose_name="due on")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="note")),
                ("origin", models.CharField(default="desk", max_length=10)),
                ("done_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next_visits",
                        to="patients.patient",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointmenttype",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit due",
                "verbose_name_plural": "visits due",
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["patient", "due_on"], name="next_visit_patient"),
                    models.Index(fields=["done_at", "due_on", "id"], name="next_visit_due"),
                ],
            },
        ),
    ]
