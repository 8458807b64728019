import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.ids


def minutes(default: int, label: str) -> models.PositiveSmallIntegerField:
    within = [django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(480)]
    return models.PositiveSmallIntegerField(default=default, validators=within, verbose_name=label)


RECORD = [
    (
        "id",
        models.CharField(default=core.ids.new_id, editable=False, max_length=24, primary_key=True, serialize=False),
    ),
    ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
    ("updated_at", models.DateTimeField(default=core.clock.now, editable=False)),
    ("version", models.PositiveIntegerField(default=1, editable=False)),
]


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0007_desk_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardTimes",
            fields=[
                *RECORD,
                ("late_after", minutes(10, "late after")),
                ("soon_before", minutes(15, "expected soon")),
                ("arrived_long", minutes(10, "waiting, long")),
                ("arrived_too_long", minutes(20, "waiting, too long")),
                ("seated_long", minutes(30, "seated, long")),
                ("seated_too_long", minutes(60, "seated, too long")),
                ("needs_doctor_long", minutes(5, "needs doctor, long")),
                ("needs_doctor_too_long", minutes(10, "needs doctor, too long")),
                ("with_doctor_long", minutes(20, "with doctor, long")),
                ("with_doctor_too_long", minutes(40, "with doctor, too long")),
                ("checkout_long", minutes(5, "checkout, long")),
                ("checkout_too_long", minutes(10, "checkout, too long")),
            ],
            options={
                "verbose_name": "times of the board",
                "verbose_name_plural": "times of the board",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OwnChairs",
            fields=[
                *RECORD,
                ("chairs", models.JSONField(default=list)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "own chairs",
                "verbose_name_plural": "own chairs",
                "abstract": False,
                "default_permissions": (),
            },
        ),
    ]
