"""Code of others that counts on savepoints, inside and outside our transactions; MongoDB has none.

What is marked `mongodb` holds only there: the first error inside a block ends the block.
"""

from contextlib import contextmanager, nullcontext

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from guardian.models import UserObjectPermission
from guardian.shortcuts import assign_perm, get_objects_for_user, get_perms, remove_perm
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import ApiSession, User
from clinic.tests.api import Api
from conftest import PASSWORD
from core.actions import in_transaction
from core.models import ThrottleCounter
from core.mongodb.errors import TRANSIENT, has_label

pytestmark = pytest.mark.django_db

END = "2030-01-01T00:00Z"
CODE = "patients.open_chart"


@pytest.fixture(params=["inside", "outside"])
def block(request):
    """One transaction of ours around the test's statements, or none."""
    return transaction.atomic if request.param == "inside" else nullcontext


def counts():
    return dict(ThrottleCounter.objects.values_list("key", "count"))


def behind_our_back(key):
    """What somebody else saves at this moment."""
    row = {"_id": key, "key": key, "count": 9, "window_end": None}
    connection.database["core_throttlecounter"].insert_one(row)


class TestGetOrCreate:
    def test_makes_and_finds(self, block):
        with block():
            made = ThrottleCounter.objects.get_or_create(key="a", defaults={"count": 3, "window_end": END})
            found = ThrottleCounter.objects.get_or_create(key="a", defaults={"count": 4, "window_end": END})
        assert (made[1], found[1], found[0].count) == (True, False, 3)
        assert counts() == {"a": 3}

    def test_updates(self, block):
        with block():
            ThrottleCounter.objects.update_or_create(key="a", defaults={"count": 3, "window_end": END})
            ThrottleCounter.objects.update_or_create(key="a", defaults={"count": 4})
        assert counts() == {"a": 4}

    @pytest.mark.mongodb
    def test_somebody_else_was_first(self):
        defaults = {"count": lambda: behind_our_back("a") or 1, "window_end": END}
        row, made = ThrottleCounter.objects.get_or_create(key="a", defaults=defaults)
        assert (row.count, made) == (9, False)

    @pytest.mark.mongodb
    def test_somebody_else_was_first_inside(self):
        defaults = {"count": lambda: behind_our_back("a") or 1, "window_end": END}
        with pytest.raises(OperationalError) as caught, transaction.atomic():
            ThrottleCounter.objects.create(key="b", count=1, window_end=END)
            ThrottleCounter.objects.get_or_create(key="a", defaults=defaults)
        assert has_label(caught.value, TRANSIENT)
        assert counts() == {"a": 9}

    @pytest.mark.mongodb
    def test_our_own_frame_tries_again(self):
        def work(attempt):
            ThrottleCounter.objects.create(key="b", count=1, window_end=END)
            first = {"count": lambda: behind_our_back("a") or 1, "window_end": END}
            defaults = {"count": 1, "window_end": END} if attempt else first
            return ThrottleCounter.objects.get_or_create(key="a", defaults=defaults)

        row, made = in_transaction(work)
        assert (row.count, made) == (9, False)
        assert counts() == {"a": 9, "b": 1}


class TestGuardian:
    def test_gives_finds_and_takes(self, block, rita, pia, make_patient):
        make_patient("Other", "Patient")
        with block():
            assign_perm(CODE, rita, pia)
            assign_perm(CODE, rita, pia)
            given = get_perms(rita, pia), list(get_objects_for_user(rita, CODE))
        assert given == (["open_chart"], [pia])
        assert rita.has_perm(CODE, pia)
        with block():
            remove_perm(CODE, rita, pia)
            remove_perm(CODE, rita, pia)
        assert list(get_objects_for_user(rita, CODE)) == []
        assert UserObjectPermission.objects.count() == 0

    def test_of_a_group_and_of_many_records(self, block, rita, pia, make_patient):
        group = Group.objects.get(name="receptionist")
        both = [pia, make_patient("Other", "Patient")]
        with block():
            assign_perm(CODE, group, type(pia).objects.filter(pk__in=[row.pk for row in both]))
        assert set(get_objects_for_user(rita, CODE)) == set(both)
        with block():
            remove_perm(CODE, group, type(pia).objects.filter(pk=pia.pk))
        assert list(get_objects_for_user(rita, CODE)) == both[1:]

    def test_a_rollback_takes_the_grant_back(self, rita, pia):
        with pytest.raises(KeyError), transaction.atomic():
            assign_perm(CODE, rita, pia)
            raise KeyError
        assert list(get_objects_for_user(rita, CODE)) == []


class TestTokens:
    def test_encode_and_decode(self, block):
        with block():
            refresh = RefreshToken()
            refresh["sid"] = "s"
            assert RefreshToken(str(refresh))["sid"] == "s"
            assert AccessToken(str(refresh.access_token))["sid"] == "s"

    def test_sign_in_refresh_and_sign_out(self, block, rita):
        app = Api()
        with block():
            app.sign_in(rita)
            assert app.get("/api/auth/me").json()["email"] == rita.email
            answer = app.post("/api/auth/refresh", {"refresh": app.refresh})
            assert answer.status_code == 200, answer.content
            app.headers = {"Authorization": f"Bearer {answer.json()['token']}"}
            assert app.post("/api/auth/logout", {"refresh": answer.json()["refresh"]}).status_code == 204
        assert app.get("/api/auth/me").status_code == 401
        assert ApiSession.objects.open().count() == 0

    def test_a_token_used_twice_ends_its_family(self, rita):
        app = Api().sign_in(rita)
        first = {"refresh": app.refresh}
        assert [app.post("/api/auth/refresh", first).status_code for _ in range(2)] == [200, 401]
        assert ApiSession.objects.open().count() == 0

    def test_a_wrong_password_is_counted(self, block, rita):
        with block():
            answer = Api().post("/api/auth/login", {"email": rita.email, "password": PASSWORD + "x"})
        assert answer.status_code == 401
        assert not ApiSession.objects.exists()


class TestDjangoAdmin:
    """Each of its writes runs in a transaction of its own."""

    @pytest.fixture
    def admin(self, settings, ada):
        settings.ROOT_URLCONF = "clinic.tests.plain_admin"
        ada.is_superuser = True
        ada.save()
        client = Client(raise_request_exception=False)
        assert client.post("/sign-in/", {"email": ada.email, "password": PASSWORD}).status_code == 302
        return client

    @pytest.fixture
    def right(self):
        return Permission.objects.get(content_type__app_label="patients", codename="open_chart")

    def test_add_change_and_delete(self, block, admin, right):
        with block():
            answer = admin.post("/admin/auth/group/add/", {"name": "finance", "permissions": [right.pk]})
            assert answer.status_code == 302, answer.content
        group = Group.objects.get(name="finance")
        assert list(group.permissions.all()) == [right]
        page = f"/admin/auth/group/{group.pk}"
        with block():
            assert admin.post(f"{page}/change/", {"name": "money"}).status_code == 302
        assert Group.objects.get(pk=group.pk).name == "money"
        assert not group.permissions.exists()
        with block():
            assert admin.post(f"{page}/delete/", {"post": "yes"}).status_code == 302
        assert not Group.objects.filter(pk=group.pk).exists()
        assert sorted(LogEntry.objects.values_list("action_flag", flat=True)) == [1, 2, 3]

    def test_the_action_that_deletes(self, block, admin, right):
        groups = [Group.objects.create(name=name) for name in ("one", "two", "three")]
        groups[0].permissions.add(right)
        chosen = {"action": "delete_selected", "_selected_action": [group.pk for group in groups[:2]]}
        assert b"Are you sure" in admin.post("/admin/auth/group/", chosen).content
        with block():
            assert admin.post("/admin/auth/group/", chosen | {"post": "yes"}).status_code == 302
        left = set(Group.objects.values_list("name", flat=True))
        assert "three" in left
        assert not left & {"one", "two"}

    def test_a_search(self, admin):
        Group.objects.create(name="Finance (north)")
        for text, found in [("fin", True), ("NORTH)", True), (".*", False), ("fin nowhere", False)]:
            answer = admin.get("/admin/auth/group/", {"q": text})
            assert answer.status_code == 200
            assert (b"Finance (north)" in answer.content) is found, text

    def test_a_name_in_use_is_an_error_of_the_form(self, admin):
        answer = admin.post("/admin/auth/group/add/", {"name": "receptionist"})
        assert answer.status_code == 200
        assert b"already exists" in answer.content
        assert not LogEntry.objects.exists()

    def test_an_add_that_fails_leaves_nothing(self, admin, right):
        answer = admin.post("/admin/auth/group/add/", {"name": "broken", "permissions": [right.pk]})
        assert answer.status_code == 500
        assert not Group.objects.filter(name="broken").exists()
        assert not Group.permissions.through.objects.filter(permission=right).exists()
        assert not LogEntry.objects.exists()
        assert admin.post("/admin/auth/group/add/", {"name": "finance"}).status_code == 302
        assert Group.objects.filter(name="finance").exists()


class TestSessions:
    @contextmanager
    def keys(self, monkeypatch, *given):
        """The next keys that Django draws."""
        drawn = list(given)
        monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda self: drawn.pop(0))
        yield
        assert not drawn

    def saved(self, key):
        store = SessionStore()
        store["a"] = 1
        store._session_key = key
        store.save(must_create=True)
        return store

    def test_save_load_and_end(self, block):
        with block():
            store = SessionStore()
            store["a"] = 1
            store.create()
            store["a"] = 2
            store.save()
            assert SessionStore(store.session_key)["a"] == 2
            store.cycle_key()
            store.flush()
        assert not Session.objects.exists()

    def test_a_key_in_use(self, monkeypatch):
        self.saved("k" * 32)
        with pytest.raises(CreateError):
            self.saved("k" * 32)
        with self.keys(monkeypatch, "k" * 32, "n" * 32):
            store = SessionStore()
            store.create()
        assert store.session_key == "n" * 32
        assert Session.objects.count() == 2

    @pytest.mark.mongodb
    def test_a_key_in_use_ends_our_transaction(self):
        self.saved("k" * 32)
        with transaction.atomic():
            Group.objects.create(name="lost")
            with pytest.raises(CreateError):
                self.saved("k" * 32)
            with pytest.raises(TransactionManagementError):
                Group.objects.count()
        assert not Group.objects.filter(name="lost").exists()

    def test_ended_in_the_meantime(self):
        store = self.saved("k" * 32)
        Session.objects.all().delete()
        with pytest.raises(UpdateError):
            store.save()
        assert not Session.objects.exists()


class TestContentTypes:
    @pytest.fixture
    def missing(self):
        """A model that nobody has asked for yet."""
        ContentType.objects.filter(app_label="sessions").delete()
        ContentType.objects.clear_cache()
        yield
        ContentType.objects.clear_cache()

    def test_made_when_asked_for(self, block, missing):
        with block():
            kind = ContentType.objects.get_for_model(Session)
            ContentType.objects.clear_cache()
            assert ContentType.objects.get_for_model(Session) == kind
        assert ContentType.objects.get(app_label="sessions").model_class() is Session

    def test_permissions_of_an_app(self, block, missing):
        with block():
            for _ in range(2):
                create_permissions(apps.get_app_config("sessions"), verbosity=0)
        assert Permission.objects.filter(content_type__app_label="sessions").count() == 4


class TestSocialAccounts:
    def login_of(self, user, uid="00u1"):
        return SocialLogin(user=user, account=SocialAccount(provider="okta", uid=uid, extra_data={"sub": uid}))

    def test_an_account(self, block, rita):
        with block():
            made = SocialAccount.objects.create(user=rita, provider="okta", uid="00u1", extra_data={"groups": ["a"]})
        assert SocialAccount.objects.get(provider="okta", uid="00u1", user=rita).extra_data == {"groups": ["a"]}
        made.delete()

    def test_the_same_twice(self, rita, dana):
        SocialAccount.objects.create(user=rita, provider="okta", uid="00u1")
        with pytest.raises(IntegrityError), transaction.atomic():
            Group.objects.create(name="lost")
            SocialAccount.objects.create(user=dana, provider="okta", uid="00u1")
        assert [account.user for account in SocialAccount.objects.all()] == [rita]
        assert not Group.objects.filter(name="lost").exists()

    def test_a_login_is_connected_and_found_again(self, block, rf, rita):
        with block():
            self.login_of(rita).save(rf.get("/"), connect=True)
        again = SocialLogin(account=SocialAccount(provider="okta", uid="00u1"))
        again.lookup()
        assert again.user == rita

    def test_a_login_that_fails_leaves_nothing(self, rf, rita, dana):
        self.login_of(rita).save(rf.get("/"), connect=True)
        with pytest.raises(DatabaseError), transaction.atomic():
            dana.name = "Somebody Else"
            self.login_of(dana).save(rf.get("/"), connect=True)
        dana.refresh_from_db()
        assert dana.name == "Dana"
        assert SocialAccount.objects.count() == 1

    def test_a_login_of_somebody_new(self, block, rf):
        user = User(email="New@test.example", name="New")
        login = self.login_of(user)
        login.email_addresses = [EmailAddress(email="new@test.example", verified=True, primary=True)]
        request = rf.get("/")
        request.session = SessionStore()
        with block():
            login.save(request)
        assert SocialAccount.objects.get().user == User.objects.get(email="new@test.example")
        assert EmailAddress.objects.get(user=user).verified

    def test_the_first_address_changes(self, block, rita):
        for name in ("one", "two"):
            EmailAddress.objects.create(user=rita, email=f"{name}@test.example", verified=True, primary=name == "one")
        with block():
            EmailAddress.objects.get(email="two@test.example").set_as_primary()
        assert EmailAddress.objects.get_primary(rita).email == "two@test.example"
        assert EmailAddress.objects.filter(primary=True).count() == 1

    def test_an_address_is_verified_for_one_person_only(self, rita, dana, omar):
        for user in (rita, dana):
            EmailAddress.objects.create(user=user, email="a@test.example", verified=user == rita)
        with pytest.raises(IntegrityError), transaction.atomic():
            EmailAddress.objects.create(user=omar, email="a@test.example", verified=True)
        assert EmailAddress.objects.filter(email="a@test.example").count() == 2
