"""Rights to merge, import and export patients, for the default groups that have them; a clinic edits them afterwards."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations

_NEW = {
    "merge_patients": ("Can merge two records of one person, and take that back", ("admin", "doctor")),
    "import_patients": ("Can bring records over from another system", ("admin",)),
    "export_patients": ("Can save what the person may see to a file", ("admin", "doctor", "receptionist")),
}


def give_new_rights(apps: Apps, schema_editor: Any) -> None:
    user_type = apps.get_model("contenttypes", "ContentType").objects.get(app_label="accounts", model="user")
    permissions = apps.get_model("auth", "Permission").objects
    groups = apps.get_model("auth", "Group").objects
    for codename, (name, roles) in _NEW.items():
        right = permissions.filter(content_type=user_type, codename=codename).first()
        right = right or permissions.create(content_type=user_type, codename=codename, name=name)
        for group in groups.filter(name__in=roles):
            group.permissions.add(right)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0003_rights_to_merge_import_export"),
    ]
    operations = [migrations.RunPython(give_new_rights, migrations.RunPython.noop)]
