from django.db import migrations, models

import core.clock
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0003_search_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchChange",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=core.ids.new_id, editable=False, max_length=24, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.CharField(blank=True, default="", max_length=24)),
                ("due_at", models.DateTimeField(default=core.clock.now)),
                ("refusals", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "search change",
                "verbose_name_plural": "search changes",
                "default_permissions": (),
                "indexes": [models.Index(fields=["due_at", "id"], name="search_change_due")],
            },
        ),
        migrations.CreateModel(
            name="SearchTurn",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("index", models.CharField(blank=True, default="", max_length=100)),
                ("holder", models.CharField(blank=True, default="", max_length=24)),
                ("held_until", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "verbose_name": "search turn",
                "verbose_name_plural": "search turns",
                "default_permissions": (),
            },
        ),
    ]
