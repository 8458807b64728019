import datetime

from django.db import migrations, models

import core.clock
import core.ids


class Migration(migrations.Migration):
    dependencies = [("appointments", "0009_parking")]
    operations = [
        migrations.CreateModel(
            name="DayParts",
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
                ("midday_from", models.TimeField(default=datetime.time(12, 0), verbose_name="midday begins at")),
                (
                    "after_school_from",
                    models.TimeField(default=datetime.time(15, 0), verbose_name="after school begins at"),
                ),
            ],
            options={
                "verbose_name": "parts of the day",
                "verbose_name_plural": "parts of the day",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="appointmenttype",
            name="time_of_day",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "At any time"),
                    ("morning", "In the morning only"),
                    ("not_after_school", "Not after school"),
                ],
                default="",
                max_length=20,
                verbose_name="time of day",
            ),
        ),
    ]
