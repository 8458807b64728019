"""The types of a new clinic (domain: usual lengths and doctor times of orthodontic visits); all of them editable."""

import re
from typing import Any

from django.apps.registry import Apps
from django.db import migrations

# Code, name, pattern in 5-minute units, weeks to the next visit, colour, bookable online.
TYPES = [
    ("NPE", "New patient exam", "A3 D3 A3", 2, "#7a5195", True),
    ("REC", "Records (photos, scan, x-ray)", "A6", 2, "#5d7a92", False),
    ("CONS", "Consultation / case presentation", "A2 D2 A2", 2, "#3b6fb6", True),
    ("SEP", "Separators", "A2", 1, "#777a36", False),
    ("BOND", "Full bonding", "d1 A5 D3 A8 d1", 6, "#b5483c", False),
    ("BON1", "One-arch bonding", "d1 A3 D2 A5 d1", 6, "#b55f37", False),
    ("BAND", "Bands / expander", "A2 D2 A2", 2, "#a8632a", False),
    ("ADJ", "Adjustment", "A2 d1 A1", 8, "#2f7d6d", False),
    ("ADJL", "Long adjustment", "A2 D2 A3 d1", 6, "#1f6457", False),
    ("ALD", "Aligner delivery", "d1 A7 d1", 6, "#2d7f9d", False),
    ("ALC", "Aligner check", "A1 d1 A1", 10, "#166a7f", True),
    ("REP", "Repair", "d1 A4 d1", None, "#9a5b7d", False),
    ("EMG", "Comfort / emergency", "d1 A2 d1", None, "#c2334d", False),
    ("DEB", "Debond", "d1 A7 D2 A2", 1, "#8b4fa0", False),
    ("RETD", "Retainer delivery", "A4 d1 A1", 4, "#5a6fc0", False),
    ("RETC", "Retainer check", "A1 d1 A1", 12, "#7262cc", True),
    ("OBS", "Observation", "A1 d1 A1", 26, "#60803f", True),
]


def spell_out(short: str) -> str:
    """`A2 d1` -> `AAd`."""
    return "".join(letter * int(count) for letter, count in re.findall(r"([AdD])(\d+)", short))


def add_types(apps: Apps, schema_editor: Any) -> None:
    types = apps.get_model("appointments", "AppointmentType").objects
    for code, name, pattern, weeks, colour, online in TYPES:
        if not types.filter(code=code).exists():
            types.create(
                code=code,
                name=name,
                pattern=spell_out(pattern),
                next_visit_weeks=weeks,
                colour=colour,
                bookable_online=online,
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("appointments", "0001_initial")]
    operations = [migrations.RunPython(add_types, migrations.RunPython.noop)]
