"""The five default groups with the rights of accounts.permissions.ROLES; a clinic edits them afterwards."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations

from accounts.permissions import ROLES, SENTENCES, Permission


def give_groups_their_rights(apps: Apps, schema_editor: Any) -> None:
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    groups = apps.get_model("auth", "Group").objects
    user_type = content_types.filter(app_label="accounts", model="user").first() or content_types.create(
        app_label="accounts", model="user"
    )
    made = {}
    for permission in Permission:
        found = permissions.filter(content_type=user_type, codename=permission.value).first()
        made[permission] = found or permissions.create(
            content_type=user_type, codename=permission.value, name=SENTENCES[permission]
        )
    for role, rights in ROLES.items():
        group = groups.filter(name=role).first() or groups.create(name=role)
        group.permissions.add(*[made[right] for right in sorted(rights)])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give_groups_their_rights, migrations.RunPython.noop)]
