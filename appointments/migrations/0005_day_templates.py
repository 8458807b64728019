import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.ids

RECORD = [
    (
        "id",
        models.CharField(default=core.ids.new_id, editable=False, max_length=24, primary_key=True, serialize=False),
    ),
    ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
    ("updated_at", models.DateTimeField(default=core.clock.now, editable=False)),
    ("version", models.PositiveIntegerField(default=1, editable=False)),
]
KINDS = [
    ("reserved", "Kept for types"),
    ("lunch", "Lunch"),
    ("meeting", "Meeting"),
    ("emergency", "Emergencies"),
]
BLOCK = [
    *RECORD,
    ("opens", models.TimeField(verbose_name="from")),
    ("closes", models.TimeField(verbose_name="to")),
    ("kind", models.CharField(choices=KINDS, default="reserved", max_length=10, verbose_name="kept for")),
    ("types", models.CharField(blank=True, default="", max_length=500, verbose_name="types")),
    ("label", models.CharField(blank=True, default="", max_length=60, verbose_name="label")),
]


def chair() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="appointments.chair",
        verbose_name="chair",
    )


def protected(to: str, name: str = "+", **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0004_next_visits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="closure",
            name="each_year",
            field=models.BooleanField(default=False, verbose_name="every year"),
        ),
        migrations.CreateModel(
            name="DayTemplate",
            fields=[
                *RECORD,
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("location", protected("appointments.location", "day_templates", verbose_name="location")),
            ],
            options={
                "verbose_name": "day template",
                "verbose_name_plural": "day templates",
                "ordering": ["name", "id"],
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("location", "name"), name="one_template_name_per_location")
                ],
            },
        ),
        migrations.CreateModel(
            name="BuiltDay",
            fields=[
                *RECORD,
                ("day", models.DateField(verbose_name="day")),
                ("template_version", models.PositiveIntegerField(default=1)),
                ("location", protected("appointments.location")),
                ("template", protected("appointments.daytemplate", "built_days")),
            ],
            options={
                "verbose_name": "built day",
                "verbose_name_plural": "built days",
                "ordering": ["day", "id"],
                "abstract": False,
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("location", "day"), name="one_plan_per_day")],
            },
        ),
        migrations.CreateModel(
            name="MoveRun",
            fields=[
                *RECORD,
                ("about", models.CharField(max_length=200)),
                ("undone_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("made_by", protected(settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "visits moved together",
                "verbose_name_plural": "visits moved together",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["-created_at"], name="move_runs")],
            },
        ),
        migrations.CreateModel(
            name="MovedVisit",
            fields=[
                *RECORD,
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("moved", "Moved"),
                            ("skipped", "Left where it is"),
                            ("failed", "Could not be moved"),
                            ("back", "Moved back"),
                            ("stays", "Could not be moved back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("before", models.JSONField(default=dict)),
                ("version_after", models.PositiveIntegerField(default=0)),
                ("appointment", protected("appointments.appointment")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="appointments.moverun"
                    ),
                ),
            ],
            options={
                "verbose_name": "visit moved in bulk",
                "verbose_name_plural": "visits moved in bulk",
                "ordering": ["id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TemplateBlock",
            fields=[
                *BLOCK,
                ("chair", chair()),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to="appointments.daytemplate",
                    ),
                ),
            ],
            options={
                "verbose_name": "block of a template",
                "verbose_name_plural": "blocks of a template",
                "ordering": ["opens", "id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DayBlock",
            fields=[
                *BLOCK,
                ("day", models.DateField(verbose_name="day")),
                ("chair", chair()),
                ("location", protected("appointments.location", db_index=False)),
            ],
            options={
                "verbose_name": "block of a day",
                "verbose_name_plural": "blocks of a day",
                "ordering": ["day", "opens", "id"],
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["location", "day"], name="day_blocks")],
            },
        ),
    ]
