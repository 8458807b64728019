"""A doctor's list is sorted by start, then id: with the id in it the index gives that order on MongoDB too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0002_default_types"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="appointment", name="appointment_doctor"),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["doctor", "start", "id"], name="appointment_doctor"),
        ),
    ]
