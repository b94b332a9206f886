"""What may be done (verbs) and who may do it (roles as described lists of verbs)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lantian.core.messages import NotAllowed, Text


class Permission(StrEnum):
    """One verb that an access rule asks for."""

    READ_DESK = "read_desk"
    TAKE_IN = "take_in"
    SCREEN = "screen"
    READ_FINDINGS = "read_findings"
    JUDGE = "judge"
    READ_LEADS = "read_leads"
    HAND_OVER = "hand_over"
    READ_UNPUBLISHED = "read_unpublished"
    MANAGE_ACCOUNTS = "manage_accounts"


@dataclass(frozen=True)
class Role:
    """A described list of permissions that a post carries; `sees_records` gives it the scope of its unit."""

    name: Text
    purpose: Text
    permissions: frozenset[Permission]
    sees_records: bool = True


_READS = {Permission.READ_DESK, Permission.READ_FINDINGS, Permission.READ_LEADS}

ROLES: dict[str, Role] = {
    "office_officer": Role(
        Text("区局监管人员", "District officer"),
        Text(
            "查看并研判本单位的数据比对提示，办理本单位线索。",
            "Reads and judges the findings of its own office and handles that office's leads.",
        ),
        frozenset(_READS | {Permission.JUDGE, Permission.HAND_OVER}),
    ),
    "city_officer": Role(
        Text("市局监管人员", "City officer"),
        Text(
            "导入数据、运行筛查、研判、分办线索；可查看未公开申请。",
            "Takes in data, runs screening, judges findings, triages leads; may read unpublished applications.",
        ),
        frozenset(Permission) - {Permission.MANAGE_ACCOUNTS},
    ),
    "administrator": Role(
        Text("系统管理员", "Administrator"),
        Text(
            "管理账号与岗位；不查看任何业务内容。",
            "Manages accounts and posts; reads no supervision records.",
        ),
        frozenset({Permission.MANAGE_ACCOUNTS}),
        sees_records=False,
    ),
}


def check_permission(permissions: frozenset[Permission], needed: Permission) -> None:
    """Raise `NotAllowed` unless the permission is held."""
    if needed not in permissions:
        raise NotAllowed(
            f"您当前的岗位没有“{needed}”权限；需要时请联系系统管理员调整岗位。",
            f"Your present post lacks the permission '{needed}'; ask the administrator to change it if you need to.",
        )
