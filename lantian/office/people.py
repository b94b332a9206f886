"""Units, accounts and posts: the writes and reads of who may act."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction

from lantian.core.messages import Refused
from lantian.office import audit, clock, plates, units
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Account, Post, Unit
from lantian.office.permissions import ROLES, Permission, check_permission

FOUNDING_LOCK = 7_120_001  # any constant: one founding at a time
TEMPORARY_BYTES = 9  # of a temporary password: twelve characters to read out


class PeopleRefused(Refused):
    """A unit, account or post cannot be changed as asked."""


def create_unit(
    *, unit_id: int, name_zh: str, name_en: str, kind: str, parent: Unit | None, document_code: str, by: Actor
) -> Unit:
    """Register a unit with one plate from today on: its own name, also the wording of its seal."""
    unit = units.NewUnit(unit_id, name_zh, name_en, kind, parent)
    plate = plates.NewPlate(name_zh, document_code, seal=name_zh, valid_from=clock.today())
    return units.register_unit(unit, plate, by=by)


@transaction.atomic
def create_account(*, login: str, name: str, password: str, by: Actor) -> Account:
    """Open an account; it may do nothing until it has a post. Logins are kept folded, see `folded`."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    login = folded(login)
    if Account.objects.filter(login=login).exists():
        raise PeopleRefused(
            f"登录名“{login}”已被使用，请换一个。", f"The login '{login}' is taken; choose another."
        )
    account = Account(login=login, name=name)
    account.set_password(password)
    account.save(force_insert=True)
    audit.record(audit.Kind.ACCOUNT_CREATED, by=by, about=("account", account.key))
    return account


def folded(login: str) -> str:
    """A login as it is kept: one form for what looks alike, small letters, no blanks around it.

    >>> folded(" Ｎanｋai ")
    'nankai'
    """
    return unicodedata.normalize("NFKC", login).strip().casefold()


@transaction.atomic
def found_house(*, city: Mapping[str, Any], login: str, name: str, password: str, by: Actor) -> Account:
    """The first unit (keywords of `create_unit`) with its administrator; refused once anybody is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOUNDING_LOCK])
    if Account.objects.exists() or Unit.objects.exists():
        raise PeopleRefused(
            "系统中已有账号或单位；请由系统管理员在“账号与岗位”页开设账号。",
            "There are accounts or units already; the administrator opens further accounts on the page of accounts.",
        )
    unit = create_unit(**city, kind=Unit.Kind.CITY, parent=None, by=by)
    account = create_account(login=login, name=name, password=password, by=by)
    open_post(account=account, unit=unit, role="administrator", valid_from=clock.today(), by=by)
    return account


@transaction.atomic
def open_post(*, account: Account, unit: Unit, role: str, valid_from: date, by: Actor) -> Post:
    """Give an account a post from a day on; nobody gives one to himself."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    if _is_own(account, by):
        raise PeopleRefused(
            "不能给自己的账号设置岗位；请由另一位管理员办理。",
            "You cannot give a post to your own account; another administrator has to.",
        )
    plates.check_open(unit)
    _check_fits(account, unit, role)
    if Post.objects.filter(account=account, unit=unit, role=role, valid_to=None).exists():
        raise PeopleRefused(
            f"{account.name}在{unit.name_zh}已有这一岗位；如需变更，请先结束原岗位。",
            f"{account.login} already holds this post at {unit.name_en}; close the old one first.",
        )
    post = Post.objects.create(account=account, unit=unit, role=role, valid_from=valid_from)
    audit.record(audit.Kind.POST_OPENED, by=by, about=("post", post.key), detail={"account": account.key})
    return post


@transaction.atomic
def close_post(*, post: Post, by: Actor) -> Post:
    """End a post now: from today on it is no longer held. The last administrator's stays."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    if post.valid_to is not None:
        raise PeopleRefused("该岗位已经结束。", "This post has ended already.")
    _check_administered_without(post)
    post.valid_to = max(clock.today(), post.valid_from)
    post.save(update_fields=["valid_to"])
    audit.record(audit.Kind.POST_CLOSED, by=by, about=("post", post.key), detail={"on": str(post.valid_to)})
    return post


@transaction.atomic
def choose_post(*, account: Account, post: Post, by: Actor) -> Post:
    """Act in another of one's own posts from now on; `by` is the actor of the post chosen."""
    if post.account_id != account.pk or not post.held_on(clock.today()):
        raise PeopleRefused("您今天没有这一岗位。", "You do not hold this post today.")
    audit.record(audit.Kind.POST_CHOSEN, by=by, about=("post", post.key), detail={"account": account.key})
    return post


@transaction.atomic
def reset_password(*, account: Account, by: Actor) -> str:
    """Give an account a temporary password, told once; it must be changed at the next login.

    Whoever is logged in under the old password is out with his next page.
    """
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    _check_open(account)
    password = secrets.token_urlsafe(TEMPORARY_BYTES)
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    audit.record(audit.Kind.PASSWORD_RESET, by=by, about=("account", account.key))
    return password


@transaction.atomic
def change_password(*, account: Account, password: str, by: Actor) -> None:
    """Set the password that its owner chose; `by` is the owner in the post he acts in."""
    account.set_password(password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    audit.record(audit.Kind.PASSWORD_CHANGED, by=by, about=("account", account.key))


@transaction.atomic
def close_account(*, account: Account, by: Actor) -> Account:
    """Close an account with every post it holds; its sessions end with their next page. Nothing is deleted."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    _check_open(account)
    posts = list(Post.objects.filter(account=account, valid_to=None))
    if _is_own(account, by):
        raise PeopleRefused(
            "不能停用自己正在使用的账号；请由另一位管理员办理。",
            "You cannot close the account you are using; another administrator has to.",
        )
    for post in posts:
        close_post(post=post, by=by)
    account.is_active = False
    account.save(update_fields=["is_active"])
    audit.record(audit.Kind.ACCOUNT_CLOSED, by=by, about=("account", account.key))
    return account


@transaction.atomic
def reopen_account(*, account: Account, by: Actor) -> str:
    """Open a closed account again under a temporary password, told once; the posts it held stay ended."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.is_active:
        raise PeopleRefused("该账号没有停用。", "This account is not closed.")
    account.is_active = True
    account.save(update_fields=["is_active"])
    audit.record(audit.Kind.ACCOUNT_REOPENED, by=by, about=("account", account.key))
    return reset_password(account=account, by=by)


def _is_own(account: Account, by: Actor) -> bool:
    return isinstance(by, OfficerActor) and Post.objects.filter(pk=by.post_id, account=account).exists()


def _check_administered_without(post: Post) -> None:
    """Refuse to end the last post that manages accounts; the rows are locked, so two cannot end each other."""
    roles = [name for name, role in ROLES.items() if Permission.MANAGE_ACCOUNTS in role.permissions]
    if post.role not in roles:
        return
    open_posts = Post.objects.select_for_update(of=("self",)).filter(role__in=roles, account__is_active=True)
    others = [other for other in open_posts.order_by("id") if other != post and other.held_on(clock.today())]
    if not others:
        raise PeopleRefused(
            "这是最后一个系统管理员岗位；请先设置另一位系统管理员。",
            "This is the last administrator's post; give one to somebody else first.",
        )


def _check_open(account: Account) -> None:
    if not account.is_active:
        raise PeopleRefused("该账号已停用。", "This account is closed.")


def _check_fits(account: Account, unit: Unit, role: str) -> None:
    """Refuse a role that does not exist or makes no sense in the unit, and a post for a closed account."""
    _check_open(account)
    if role not in ROLES:
        raise PeopleRefused(f"没有角色“{role}”。", f"There is no role '{role}'.")
    if unit.kind not in ROLES[role].fits:
        kinds = [kind for kind in Unit.Kind if kind in ROLES[role].fits]
        name = ROLES[role].name
        raise PeopleRefused(
            f"“{name.zh}”只能设在{'、'.join(str(kind.label) for kind in kinds)}；{unit.name_zh}不属于这类单位。",
            f"'{name.en}' belongs to a unit of the kind {', '.join(kinds)}; {unit.name_en} is none.",
        )


def posts_of(account: Account, on: date) -> list[Post]:
    """Posts that an account holds on a day, in a steady order."""
    posts = Post.objects.filter(account=account).select_related("unit").order_by("id")
    return [post for post in posts if post.held_on(on)]
