"""People who sign in, what they are at the clinic, and their API sessions."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ROLES, SENTENCES, Permission
from accounts.rules import normalise_email
from core import clock
from core.models import Record, RecordQuerySet


class UserQuerySet(RecordQuerySet["User"]):
    """Reads of users, as phrases."""

    def active(self) -> "UserQuerySet":
        """People who may sign in."""
        return self.filter(is_active=True)

    def in_group(self, *names: str) -> "UserQuerySet":
        """People in any of these groups; no joins, so that every database uses an index."""
        groups = list(Group.objects.filter(name__in=names).values_list("pk", flat=True))
        ids = User.groups.through.objects.filter(group_id__in=groups).values_list("user_id", flat=True)
        return self.filter(pk__in=list(ids))

    def doctors(self) -> "UserQuerySet":
        """Active doctors, by name."""
        return self.active().in_group("doctor").order_by("name", "id")

    def admins(self) -> "UserQuerySet":
        """Active admins."""
        return self.active().in_group("admin")

    def staff(self) -> "UserQuerySet":
        """Everybody who works at the clinic, active or not, by name."""
        return self.filter(is_person_of_staff=True).order_by("name", "id")

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Staff administrators see every account, others only the active doctors and themselves."""
        if user.may(Permission.STAFF_MANAGE):
            return self
        doctor_ids = list(User.objects.doctors().values_list("pk", flat=True))
        return self.filter(pk__in=[*doctor_ids, user.pk])


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Finds people by e-mail in any spelling."""

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=normalise_email(username or ""))
        return user

    def by_email(self, email: str) -> "User | None":
        """The account with this e-mail, if there is one."""
        user: User | None = self.filter(email=normalise_email(email)).first()
        return user


class User(AbstractBaseUser, PermissionsMixin, Record):
    """A person who signs in with an e-mail; what they may do follows from their groups."""

    email = models.EmailField(_("e-mail"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)
    is_person_of_staff = models.BooleanField(default=False, db_index=True, editable=False)
    # Counted up to end every browser session of the person at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta(Record.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [(permission.value, SENTENCES[permission]) for permission in Permission]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = normalise_email(self.email)
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "accounts.models.User.session"
        return salted_hmac(salt, f"{self.password}/{self.session_epoch}", secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether Django's administration site lets this person in."""
        return self.is_active and self.may(Permission.ADMIN_SITE)

    @cached_property
    def _groups(self) -> dict[int, str]:
        return dict(self.groups.values_list("pk", "name"))

    @property
    def group_names(self) -> frozenset[str]:
        """Names of the groups, read once per object."""
        return frozenset(self._groups.values())

    @property
    def role(self) -> str:
        """The main role: the first group in order of precedence, else the clinic's own group, else ""."""
        own = sorted(self.group_names - ROLES.keys())
        return next((role for role in ROLES if role in self.group_names), own[0] if own else "")

    @property
    def works_here(self) -> bool:
        """Whether the person has a role of the staff (kept by the action that gives roles)."""
        return self.is_person_of_staff

    @cached_property
    def rights(self) -> frozenset[str]:
        """Codenames of all rights through groups, read once per object; an inactive person has none."""
        if not self.is_active or not self._groups:
            return frozenset()
        rows = Group.permissions.through.objects.filter(group_id__in=list(self._groups))
        return frozenset(rows.values_list("permission__codename", flat=True))

    def may(self, permission: Permission) -> bool:
        """Whether one of the groups carries the right."""
        return permission.value in self.rights

    @property
    def display_name(self) -> str:
        """Title and name, as in "Dr. Smith"."""
        profile = self.profile_or_none
        return f"{profile.title} {self.name}".strip() if profile else self.name

    @property
    def is_invited(self) -> bool:
        """Whether the person has been invited and has not chosen a password yet."""
        return not self.has_usable_password()

    @cached_property
    def profile_or_none(self) -> "StaffProfile | None":
        """The staff profile, if the person has one."""
        return StaffProfile.objects.filter(user=self).first()


class StaffProfile(Record):
    """What a member of staff is besides an account."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="profile")
    title = models.CharField(_("title"), max_length=40, blank=True, default="")
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#2f6f73",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour like #2f6f73."))],
    )
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True, default="")
    check_lanes = models.PositiveSmallIntegerField(
        _("checks at the same time"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(6)],
        help_text=_("How many short doctor checks may meet; 1 = never two at once."),
    )

    class Meta(Record.Meta):
        verbose_name = _("staff profile")
        verbose_name_plural = _("staff profiles")

    def __str__(self) -> str:
        return f"{self.title} {self.user}".strip()


class ApiSessionQuerySet(RecordQuerySet["ApiSession"]):
    """Reads of API sessions, as phrases."""

    def open(self) -> "ApiSessionQuerySet":
        """Neither ended nor expired."""
        return self.filter(ended_at=None, expires_at__gt=clock.now())

    def visible_to(self, user: "User") -> "ApiSessionQuerySet":
        """Staff administrators see every session, others their own."""
        return self if user.may(Permission.STAFF_MANAGE) else self.filter(user_id=user.pk)


class ApiSession(Record):
    """One family of refresh tokens: read on every API request, so that ending it works at once.

    `refresh_id` names the only refresh token that is still good.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_sessions")
    refresh_id = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=45, blank=True, default="")

    objects = ApiSessionQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("API session")
        verbose_name_plural = _("API sessions")

    def __str__(self) -> str:
        return str(self.pk)


class FirstRunCode(Record):
    """Hash of the one-time code that lets the first admin in; deleted once it has been used."""

    code_hash = models.CharField(max_length=128)

    class Meta(Record.Meta):
        verbose_name = _("first-run code")
        verbose_name_plural = _("first-run codes")

    def __str__(self) -> str:
        return str(self.pk)


def with_roles(users: Iterable[User]) -> list[User]:
    """The people of a list with their groups read in two queries, so that `role` asks no more."""
    people = list(users)
    names = dict(Group.objects.values_list("pk", "name"))
    groups: dict[str, dict[int, str]] = {user.pk: {} for user in people}
    for user_id, group_id in User.groups.through.objects.filter(user_id__in=list(groups)).values_list(
        "user_id", "group_id"
    ):
        groups[user_id][group_id] = names[group_id]
    for user in people:
        user.__dict__["_groups"] = groups[user.pk]
    return people


def with_profiles(users: Iterable[User]) -> list[User]:
    """The people of a list with their staff profiles read in one query, so that `display_name` asks no more."""
    people = list(users)
    profiles = {profile.user_id: profile for profile in StaffProfile.objects.filter(user_id__in=[p.pk for p in people])}
    for user in people:
        user.__dict__["profile_or_none"] = profiles.get(user.pk)
    return people
