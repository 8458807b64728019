"""People who sign in, what they are at the clinic, and their API sessions."""

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ROLES, SENTENCES, Permission
from accounts.rules import normalise_email
from core.models import Record, RecordQuerySet


class UserQuerySet(RecordQuerySet["User"]):
    """Reads of users, as phrases."""

    def active(self) -> "UserQuerySet":
        """People who may sign in."""
        return self.filter(is_active=True)

    def in_group(self, *names: str) -> "UserQuerySet":
        """People in any of these groups; two steps, so that every database uses an index."""
        ids = User.groups.through.objects.filter(group__name__in=names).values_list("user_id", flat=True)
        return self.filter(pk__in=list(ids))

    def doctors(self) -> "UserQuerySet":
        """Active doctors, by name."""
        return self.active().in_group("doctor").order_by("name", "id")

    def staff(self) -> "UserQuerySet":
        """Everybody who works at the clinic, active or not, by name."""
        return self.filter(is_person_of_staff=True).order_by("name", "id")

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Staff administrators see every account, others only the active doctors and themselves."""
        if user.may(Permission.STAFF_MANAGE):
            return self
        doctor_ids = list(User.objects.doctors().values_list("pk", flat=True))
        return self.filter(pk__in=[*doctor_ids, user.pk])


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds people by e-mail in any spelling."""

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=normalise_email(username or ""))
        return user

    def by_email(self, email: str) -> "User | None":
        """The account with this e-mail, if there is one."""
        user: User | None = self.filter(email=normalise_email(email)).first()
        return user


class User(AbstractBaseUser, PermissionsMixin, Record):  # type: ignore[misc]
    """A person who signs in with an e-mail; what they may do follows from their groups."""

    email = models.EmailField(_("e-mail"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)
    is_person_of_staff = models.BooleanField(default=False, db_index=True, editable=False)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()  # type: ignore[assignment,misc]

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

    @cached_property
    def profile_or_none(self) -> "StaffProfile | None":
        """The staff profile, if the person has one."""
        return StaffProfile.objects.filter(user=self).first()


class StaffProfile(Record):
    """What a member of staff is besides an account."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="profile")
    title = models.CharField(_("title"), max_length=40, blank=True, default="")
    colour = models.CharField(_("colour"), max_length=7, blank=True, default="#2f6f73")
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True, default="")
    check_lanes = models.PositiveSmallIntegerField(
        _("checks at the same time"),
        default=2,
        help_text=_("How many short doctor checks may meet; 1 = never two at once."),
    )

    class Meta(Record.Meta):
        verbose_name = _("staff profile")
        verbose_name_plural = _("staff profiles")

    def __str__(self) -> str:
        return f"{self.title} {self.user}".strip()


class ApiSession(Record):
    """One family of refresh tokens: read on every API request, so that ending it works at once.

    `refresh_id` names the only refresh token that is still good.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_sessions")
    refresh_id = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=45, blank=True, default="")

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


