import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_merges"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["updated_at", "id"], name="patient_changed"),
        ),
        migrations.CreateModel(
            name="DuplicatePair",
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
                ("reasons", models.JSONField(default=list)),
                ("score", models.PositiveSmallIntegerField()),
                ("rank", models.CharField(editable=False, max_length=40)),
                ("found_at", models.DateTimeField()),
                ("mark", models.CharField(max_length=65)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not looked at yet"),
                            ("different", "Not the same person"),
                            ("merged", "Merged"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_by_id", models.CharField(blank=True, default="", editable=False, max_length=24)),
                ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "one",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="patients.patient"
                    ),
                ),
            ],
            options={
                "verbose_name": "possible duplicate",
                "verbose_name_plural": "possible duplicates",
                "abstract": False,
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=["one", "other"], name="duplicate_pair")],
                "indexes": [models.Index(fields=["decision", "rank", "id"], name="duplicate_list")],
            },
        ),
        migrations.CreateModel(
            name="DuplicateScan",
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
                ("seen_until", models.DateTimeField(null=True)),
                ("seen_id", models.CharField(blank=True, default="", max_length=24)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
    ]
