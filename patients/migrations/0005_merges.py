from django.db import migrations, models

import core.clock
import core.fields
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0004_search_outbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.CreateModel(
            name="MergeRecord",
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
                ("merged_by_id", models.CharField(editable=False, max_length=24)),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="reason")),
                ("snapshot", core.fields.EncryptedTextField(default="{}", editable=False)),
                ("undone_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("undone_by_id", models.CharField(blank=True, default="", editable=False, max_length=24)),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="merges_away", to="patients.patient"
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(on_delete=models.deletion.PROTECT, related_name="merges", to="patients.patient"),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "abstract": False,
                "default_permissions": (),
            },
        ),
    ]
