import core.clock
import core.fields
import core.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0006_duplicates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
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
                ("kind", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=60, verbose_name="other system")),
                ("file_name", models.CharField(max_length=120)),
                ("stored_as", models.CharField(blank=True, default="", max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Reading the file"),
                            ("mapping", "Columns to be checked"),
                            ("checking", "Trial run"),
                            ("checked", "Ready to bring over"),
                            ("running", "Bringing over"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                            ("unreadable", "Cannot be read"),
                        ],
                        default="reading",
                        max_length=12,
                    ),
                ),
                ("header_key", models.CharField(blank=True, default="", max_length=64)),
                ("mapping", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("mapped_at", models.DateTimeField(null=True)),
                ("total", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("message", models.CharField(blank=True, default="", max_length=500)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("worker", models.CharField(blank=True, default="", max_length=24)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ImportedRecord",
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
                ("source", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=20)),
                ("external_id", models.CharField(max_length=80)),
                ("object_id", models.CharField(max_length=24)),
                ("legacy_number", models.CharField(blank=True, default="", max_length=40)),
                ("digest", models.CharField(blank=True, default="", max_length=32)),
                ("seen", models.JSONField(default=dict)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["kind", "object_id"], name="imported_object"),
                    models.Index(fields=["source", "kind", "legacy_number"], name="imported_number"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "kind", "external_id"), name="one_record_per_external_id")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportPart",
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
                ("number", models.PositiveIntegerField()),
                ("first_row", models.PositiveIntegerField(default=0)),
                ("content", core.fields.EncryptedTextField()),
                (
                    "of",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="patients.import",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
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
                ("number", models.PositiveIntegerField()),
                ("done", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("create", "New"),
                            ("update", "Updated"),
                            ("same", "No change"),
                            ("kept", "Changed here since"),
                            ("duplicate", "Duplicate"),
                            ("refused", "Refused"),
                        ],
                        max_length=10,
                    ),
                ),
                ("message", models.CharField(blank=True, default="", max_length=500)),
                ("external_id", models.CharField(blank=True, default="", max_length=80)),
                ("object_id", models.CharField(blank=True, default="", max_length=24)),
                ("likeness", models.CharField(blank=True, default="", max_length=32)),
                (
                    "of",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="patients.import",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["state", "lease_until"], name="import_work"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["kind", "header_key", "mapped_at"], name="import_headings"),
        ),
        migrations.AddConstraint(
            model_name="importpart",
            constraint=models.UniqueConstraint(fields=("of", "number"), name="one_import_part_per_number"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["of", "done", "outcome", "number"], name="import_report"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("of", "done", "number"), name="one_import_row_per_number"),
        ),
    ]
