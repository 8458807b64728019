"""Search keys for pairs of names, family and archived records; words for slips. 0008 writes those of present records."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0002_booked_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=core.ids.new_id, editable=False, max_length=24, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("word", models.CharField(max_length=120)),
                ("is_whole", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "search word",
                "verbose_name_plural": "search words",
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(model_name="searchkey", name="search_token"),
        migrations.AddField(
            model_name="searchkey",
            name="archived",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="searchkey",
            name="patient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="search_keys",
                to="patients.patient",
            ),
        ),
        migrations.AddIndex(
            model_name="searchkey",
            index=models.Index(fields=["kind", "token", "archived", "patient"], name="search_kind_token"),
        ),
        migrations.AddIndex(
            model_name="searchkey",
            index=models.Index(fields=["patient", "kind", "token"], name="search_of_patient"),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=models.Index(fields=["key", "is_whole", "word"], name="search_word_key"),
        ),
    ]
