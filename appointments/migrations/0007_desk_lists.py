import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.ids


def record() -> list[tuple[str, models.Field]]:
    return [
        (
            "id",
            models.CharField(default=core.ids.new_id, editable=False, max_length=24, primary_key=True, serialize=False),
        ),
        ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
        ("updated_at", models.DateTimeField(default=core.clock.now, editable=False)),
        ("version", models.PositiveIntegerField(default=1, editable=False)),
    ]


def to(model: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(to=model, on_delete=django.db.models.deletion.PROTECT, related_name="+", **options)


def options(one: str, several: str) -> dict[str, object]:
    return {"verbose_name": one, "verbose_name_plural": several, "abstract": False, "default_permissions": ()}


ANSWERS = [("booked", "Next visit booked"), ("order", "Order for the desk"), ("none", "No next visit")]
WHY_NONE = [
    ("finished", "Treatment finished"),
    ("will_call", "Will call"),
    ("moved_away", "Moved away"),
    ("other", "Other"),
]
OUTCOMES = [
    ("reached", "Reached"),
    ("left_message", "Left message"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
]
USER = settings.AUTH_USER_MODEL


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0006_wait_list"),
        ("patients", "0008_write_search_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Checkout",
            fields=[
                *record(),
                ("answer", models.CharField(choices=ANSWERS, max_length=10)),
                (
                    "why_none",
                    models.CharField(blank=True, choices=WHY_NONE, default="", max_length=20, verbose_name="why none"),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="note")),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkout",
                        to="appointments.appointment",
                    ),
                ),
                ("by", to(USER, db_index=False)),
                ("following", to("appointments.appointment", blank=True, null=True)),
                ("order", to("appointments.nextvisit", blank=True, null=True)),
                ("patient", to("patients.patient", db_index=False)),
            ],
            options=options("answer at checkout", "answers at checkout"),
        ),
        migrations.CreateModel(
            name="CallNote",
            fields=[
                *record(),
                ("desk_list", models.CharField(max_length=20)),
                ("outcome", models.CharField(choices=OUTCOMES, max_length=15, verbose_name="outcome")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="note")),
                ("by", to(USER, db_index=False)),
                ("patient", to("patients.patient", db_index=False)),
            ],
            options=options("call", "calls"),
        ),
        migrations.CreateModel(
            name="PutAside",
            fields=[
                *record(),
                ("desk_list", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, default="", max_length=24)),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("by", to(USER, db_index=False)),
                ("patient", to("patients.patient")),
            ],
            options=options("row put aside", "rows put aside"),
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                *record(),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("by", to(USER, db_index=False)),
            ],
            options=options("closed day", "closed days"),
        ),
        migrations.AddIndex("appointment", models.Index(fields=["status", "start"], name="appointment_status")),
        migrations.AddIndex("checkout", models.Index(fields=["patient", "created_at"], name="checkout_patient")),
        migrations.AddIndex("callnote", models.Index(fields=["patient", "created_at"], name="call_patient")),
        migrations.AddIndex("putaside", models.Index(fields=["desk_list", "until"], name="aside_standing")),
    ]
