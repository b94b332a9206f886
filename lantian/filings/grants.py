"""Who may read unpublished text: a dated grant to one post, with its purpose, given and ended on record."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from lantian.core.messages import NotAllowed, Refused
from lantian.filings.models import UnpublishedGrant
from lantian.filings.secrecy import rule
from lantian.office import audit, clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Post
from lantian.office.permissions import ROLES, Permission, check_permission


class GrantRefused(Refused):
    """A grant cannot be given or ended as asked."""


@transaction.atomic
def give(*, post: Post, purpose: str, valid_to: date, by: OfficerActor) -> UnpublishedGrant:
    """Let a post read unpublished text from today until before `valid_to`; never one's own account's."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    _check_receiver(post, by)
    if not purpose.strip():
        raise GrantRefused("请写明用途。", "Please say what for.")
    today, longest = clock.today(), timedelta(days=rule("grant").values["limit"])
    if not today < valid_to <= today + longest:
        raise GrantRefused(
            f"截止日期应在今天之后、{today + longest} 之前（含）。",
            f"The last day must lie after today and not after {today + longest}.",
        )
    if in_force(post_id=post.pk):
        raise GrantRefused(
            "该岗位已有有效授权；请先结束。", "This post holds a grant already; end that first."
        )
    grant = UnpublishedGrant.objects.create(
        post=post,
        purpose=purpose.strip()[:200],
        valid_from=today,
        valid_to=valid_to,
        given_by_id=by.post_id,
        given_at=clock.now(),
    )
    detail = {"post": post.key, "to": str(valid_to)}
    audit.record(audit.Kind.UNPUBLISHED_GRANTED, by=by, about=("grant", grant.key), detail=detail)
    return grant


@transaction.atomic
def end(*, key: str, by: OfficerActor) -> UnpublishedGrant:
    """End a grant now."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    grant = UnpublishedGrant.objects.select_for_update().filter(key=key).first()
    if grant is None or grant.ended_at is not None:
        raise GrantRefused("没有这项授权，或已经结束。", "No such grant, or it has ended already.")
    grant.ended_at, grant.ended_by_id = clock.now(), by.post_id
    grant.save(update_fields=["ended_at", "ended_by"])
    detail = {"post": grant.post.key}
    audit.record(audit.Kind.UNPUBLISHED_GRANT_ENDED, by=by, about=("grant", grant.key), detail=detail)
    return grant


def in_force(*, post_id: int) -> UnpublishedGrant | None:
    """The grant under which a post may read today."""
    today = clock.today()
    grants = UnpublishedGrant.objects.filter(post_id=post_id, ended_at=None)
    return grants.filter(valid_from__lte=today, valid_to__gt=today).first()


def check_grant(by: OfficerActor) -> UnpublishedGrant:
    """The grant of the post; raises `NotAllowed` without the permission or without a grant in force."""
    check_permission(by.permissions, Permission.READ_UNPUBLISHED)
    grant = in_force(post_id=by.post_id)
    if grant is None:
        raise NotAllowed(
            "查看未公开申请须有专门授权；请向系统管理员说明用途并申请。",
            "Reading unpublished applications needs a grant of its own; ask the administrator and say what for.",
        )
    return grant


def check_intake(by: Actor, post_id: int) -> None:
    """Whether a post may take in files that may hold unpublished text; raises `NotAllowed` and says who helps."""
    if Permission.READ_UNPUBLISHED not in by.permissions:
        raise NotAllowed(
            "专利申请文件可能含未公开内容，只能由市局专利处导入；请把文件交给专利处。",
            "Files of patent applications may hold unpublished text: only the city's patent division takes them in;"
            " please pass the file on to it.",
        )
    if in_force(post_id=post_id) is None:
        raise NotAllowed(
            "专利申请文件可能含未公开内容，导入和取回未收的行须有专门授权，您的岗位目前没有；请向系统管理员说明用途并申请"
            "（系统管理员在“未公开申请授权”页面办理）。",
            "Files of patent applications may hold unpublished text: taking one in, or having its refused rows back,"
            " needs a grant, and your post holds none. Ask the administrator and say what for; he gives it on the page"
            " of grants for unpublished applications.",
        )


def given() -> QuerySet[UnpublishedGrant]:
    """Every grant, the newest first."""
    related = ("post__account", "post__unit", "given_by__account", "ended_by__account")
    return UnpublishedGrant.objects.select_related(*related).order_by("-id")


def possible_posts() -> list[Post]:
    """Posts held today whose role may read unpublished text at all."""
    roles = [name for name, role in ROLES.items() if Permission.READ_UNPUBLISHED in role.permissions]
    posts = Post.objects.filter(role__in=roles, account__is_active=True).select_related("account", "unit")
    return [post for post in posts.order_by("id") if post.held_on(clock.today())]


def _check_receiver(post: Post, by: OfficerActor) -> None:
    if Permission.READ_UNPUBLISHED not in ROLES[post.role].permissions or not post.held_on(clock.today()):
        raise GrantRefused(
            "该岗位不能查看未公开申请，不能授权。", "This post may not read unpublished applications at all."
        )
    if post.account_id == Post.objects.get(pk=by.post_id).account_id:
        raise GrantRefused("不能给自己授权；请由另一位管理员办理。", "Nobody grants it to himself.")
