"""Legal bodies with their plates, accounts, and dated posts."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from lantian.office.keys import new_key
from lantian.office.permissions import ROLES


class Unit(models.Model):
    """An office: a legal body. The id of a district is its GB/T 2260 code.

    It bears its present name; earlier ones are `names`. A closed one stays in the record and is given nothing new.
    """

    class Kind(models.TextChoices):
        CITY = "city", "市局"
        DISTRICT = "district", "区局"
        ZONE = "zone", "功能区"
        CORPS = "corps", "执法总队"
        TEAM = "team", "执法队"
        STATION = "station", "市场监管所"
        CENTRE = "centre", "保护中心"
        ASSOCIATION = "association", "行业协会"

    id = models.BigIntegerField(primary_key=True)
    name_zh = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=90)
    kind = models.CharField(max_length=12, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    closed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name_zh

    @property
    def is_authority(self) -> bool:
        """Whether leads may be handed to it: a centre or an association handles none."""
        return self.kind not in (Unit.Kind.CENTRE, Unit.Kind.ASSOCIATION)

    def name(self, language: str) -> str:
        """The name for a screen language; legal papers always carry `name_zh`."""
        return self.name_en if language.startswith("en") else self.name_zh


class UnitName(models.Model):
    """A name that a unit bore until a day, from which on it had another; append-only."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="names")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=90)
    until = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "until"], name="one_name_a_day")]


class Plate(models.Model):
    """A plate under which a unit acts (加挂牌子): its name, the code of its document numbers, its seal.

    `seal` is the exact wording of the seal, as text: no picture of a seal is held anywhere. `fields` are the
    fields of law it is used for, none meaning all that no other plate names; `parent` is the body above it, none
    meaning the unit's own. `place` is its place among the unit's plates, which a correction of it takes over.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="plates")
    name_zh = models.CharField(max_length=60)
    document_code = models.CharField(max_length=20)
    seal = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    fields = ArrayField(models.CharField(max_length=20), default=list)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    place = models.IntegerField(default=1)
    superseded_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrects")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="plate_ends_after_it_begins",
            )
        ]

    def in_force_on(self, day: date) -> bool:
        """Tell whether the unit acts under it on a day; from `valid_to` on it no longer does.

        One that was entered wrongly never did: the plate that supersedes it did.
        """
        begun = self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
        return begun and self.superseded_by_id is None

    @property
    def superior(self) -> Unit | None:
        """The body above the unit when it acts under this plate."""
        return self.parent or self.unit.parent


class Accounts(BaseUserManager):  # type: ignore[type-arg]
    """Finds accounts by login; accounts are created by `office.people`, nowhere else."""


class Account(AbstractBaseUser):
    """A person who can log in; may do nothing without a post."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    email = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"

    objects = Accounts()

    class Meta:
        # Logging in asks for the login in any case; two that differ in it only would shut their owners out.
        constraints = [models.UniqueConstraint(Lower("login"), name="one_login_in_any_case")]


class Post(models.Model):
    """An officer's dated authority: this account, in this unit, in this role, from … to …."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    account = models.ForeignKey(Account, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices={name: role.name.zh for name, role in ROLES.items()})
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="post_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["account", "unit", "role"],
                condition=models.Q(valid_to=None),
                name="one_open_post_of_a_kind",
            ),
        ]

    def held_on(self, day: date) -> bool:
        """Tell whether the post is in force on a day; from `valid_to` on it no longer is."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
