"""Links of many to many, and the third-party code that lives on them."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import NotSupportedError, connection, transaction
from guardian.shortcuts import assign_perm, get_objects_for_user, get_perms, remove_perm

pytestmark = pytest.mark.django_db


def names(user):
    return {group.name for group in user.groups.all()}


def test_add_remove_set_clear(rita):
    other = Group.objects.create(name="other")
    rita.groups.add(other)
    assert names(rita) == {"receptionist", "other"}
    rita.groups.remove(other)
    rita.groups.set([other])
    assert names(rita) == {"other"}
    rita.groups.clear()
    assert names(rita) == set()


def test_add_twice_inside_a_transaction(rita):
    group = Group.objects.create(name="other")
    with transaction.atomic():
        rita.groups.add(group)
        rita.groups.add(group)
    assert names(rita) == {"receptionist", "other"}


def test_permissions_through_groups(rita, dana):
    user = get_user_model()
    of_dana = Permission.objects.filter(group__user=dana).values_list("codename", flat=True)
    assert of_dana
    chosen = of_dana.exclude(group__name="receptionist").first() or of_dana[0]
    found = user.objects.filter(groups__permissions__codename=chosen).distinct()
    assert dana in found
    assert dana.has_perm(f"accounts.{chosen}")


def test_prefetch(rita, dana, django_assert_num_queries):
    with django_assert_num_queries(2):
        users = list(get_user_model().objects.order_by("email").prefetch_related("groups"))
        groups = [[group.name for group in user.groups.all()] for user in users]
    assert groups == [["doctor"], ["receptionist"]]


def test_stock_refuses_to_prefetch(rita):
    from django_mongodb_backend.compiler import SQLCompiler

    query = get_user_model().objects.all().query
    query.extra = {"_prefetch_related_val_user_id": ("t.user_id", [])}
    with pytest.raises(NotSupportedError):
        SQLCompiler(query, connection, "default").check_query()


@pytest.mark.parametrize("inside", [False, True])
def test_guardian_gives_and_takes(rita, pia, inside):
    permission = Permission.objects.filter(content_type__app_label="patients").first() or _permission(pia)
    code = f"patients.{permission.codename}"

    def both():
        assign_perm(code, rita, pia)
        given = get_perms(rita, pia)
        remove_perm(code, rita, pia)
        return given

    if inside:
        with transaction.atomic():
            given = both()
    else:
        given = both()
    assert permission.codename in given
    assert list(get_objects_for_user(rita, code, type(pia))) == []


def _permission(record):
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(record)
    return Permission.objects.create(content_type=kind, codename="see", name="see")
