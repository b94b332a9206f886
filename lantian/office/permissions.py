"""What may be done (verbs) and who may do it (roles as described lists of verbs)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lantian.core.messages import NotAllowed, Text


class Permission(StrEnum):
    """One verb that an access rule asks for."""

    READ_DESK = "read_desk"
    TAKE_IN = "take_in"
    PLACE = "place"
    SCREEN = "screen"
    SWITCH_DETECTORS = "switch_detectors"
    READ_FINDINGS = "read_findings"
    JUDGE = "judge"
    READ_LEADS = "read_leads"
    VERIFY = "verify"
    HAND_OVER = "hand_over"
    TAKE_MEASURES = "take_measures"
    READ_UNPUBLISHED = "read_unpublished"
    WRITE_PAPERS = "write_papers"
    APPROVE_PAPERS = "approve_papers"
    PUBLISH = "publish"
    KEEP_RULES = "keep_rules"
    KEEP_LEDGERS = "keep_ledgers"
    DIRECT_CAMPAIGN = "direct_campaign"
    KEEP_STANDING = "keep_standing"
    DECIDE_STANDING = "decide_standing"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"


PERMISSION_TEXTS: dict[Permission, Text] = {
    Permission.READ_DESK: Text("查看总览", "read the overview"),
    Permission.TAKE_IN: Text("导入数据", "take in data"),
    Permission.PLACE: Text("确定监管对象的承办单位", "place subjects with an office"),
    Permission.SCREEN: Text("运行数据比对", "run comparisons"),
    Permission.SWITCH_DETECTORS: Text("启用或停用筛查模型", "switch detectors on or off"),
    Permission.READ_FINDINGS: Text("查看数据比对提示", "read findings"),
    Permission.JUDGE: Text("研判提示", "judge findings"),
    Permission.READ_LEADS: Text("查看线索", "read leads"),
    Permission.VERIFY: Text("核查线索", "verify leads"),
    Permission.HAND_OVER: Text("转办线索", "hand leads over"),
    Permission.TAKE_MEASURES: Text(
        "约谈、提出整改、上报和移送", "interview, ask for corrections, report and transfer"
    ),
    Permission.READ_UNPUBLISHED: Text("查看未公开的专利申请", "read unpublished patent applications"),
    Permission.WRITE_PAPERS: Text("起草各类文书", "draft papers"),
    Permission.APPROVE_PAPERS: Text("核准文书和公示内容", "approve papers and what is published"),
    Permission.PUBLISH: Text("拟定和登记公示", "prepare and record publications"),
    Permission.KEEP_RULES: Text(
        "维护规则库、权责清单和文书模板", "keep rule books, mandates and the templates of papers"
    ),
    Permission.KEEP_LEDGERS: Text(
        "登记台账（宣传、指导、排查、批示和任务进展）",
        "keep ledgers (publicity, guidance, sweep, instructions, tasks)",
    ),
    Permission.DIRECT_CAMPAIGN: Text("部署专项行动和任务", "direct the campaign and set tasks"),
    Permission.KEEP_STANDING: Text(
        "登记信用事件、名单提议和修复申请，签署分类",
        "record credit events, proposals for lists and repairs, sign classes",
    ),
    Permission.DECIDE_STANDING: Text(
        "复核和决定名单、信用修复、异议", "review and decide lists, credit repairs and objections"
    ),
    Permission.MANAGE_ACCOUNTS: Text("管理账号与岗位", "manage accounts and posts"),
    Permission.READ_AUDIT: Text("查看审计记录", "read the audit"),
}


@dataclass(frozen=True)
class Role:
    """A described list of permissions that a post carries.

    `fits` names the kinds of unit in which the role makes sense; `sees_records` gives it the scope of its unit;
    after `idle_minutes` without a page the session of somebody who holds it ends (None: after its ten hours only).
    """

    name: Text
    purpose: Text
    permissions: frozenset[Permission]
    fits: frozenset[str]
    sees_records: bool = True
    idle_minutes: int | None = None


_READS = frozenset({Permission.READ_DESK, Permission.READ_FINDINGS, Permission.READ_LEADS})
# Written out: a new verb belongs to nobody until somebody decides whose it is.
_CITY = _READS | {
    Permission.TAKE_IN,
    Permission.PLACE,
    Permission.SCREEN,
    Permission.SWITCH_DETECTORS,
    Permission.JUDGE,
    Permission.VERIFY,
    Permission.HAND_OVER,
    Permission.TAKE_MEASURES,
    Permission.WRITE_PAPERS,
    Permission.APPROVE_PAPERS,
    Permission.KEEP_RULES,
    Permission.KEEP_LEDGERS,
    Permission.DIRECT_CAMPAIGN,
    Permission.KEEP_STANDING,
    Permission.DECIDE_STANDING,
    Permission.PUBLISH,
}
_DISTRICTS = frozenset({"district", "zone"})
_OFFICES = frozenset({"city", "district", "zone", "corps"})

ROLES: dict[str, Role] = {
    "patent_division": Role(
        Text("市局专利处", "City patent division"),
        Text(
            "导入数据、运行筛查、研判、分办线索；可查看未公开的专利申请（每次查看都有记录）。",
            "Takes in data, runs screening, judges findings, assigns leads; may read unpublished patent"
            " applications, and each reading is recorded.",
        ),
        _CITY | {Permission.READ_UNPUBLISHED},
        frozenset({"city"}),
    ),
    "trademark_division": Role(
        Text("市局商标处", "City trademark division"),
        Text(
            "导入数据、运行筛查、研判、分办线索；不能查看未公开的专利申请。",
            "Takes in data, runs screening, judges findings, assigns leads; not unpublished patent applications.",
        ),
        _CITY,
        frozenset({"city"}),
    ),
    "district_officer": Role(
        Text("区局监管人员", "District officer"),
        Text(
            "查看并研判本单位的数据比对提示，核查和转办本单位线索，约谈、提出整改，起草和印发文书。",
            "Reads and judges the findings of its own office; verifies that office's leads, hands them over,"
            " holds interviews, drafts and issues papers.",
        ),
        _READS
        | {
            Permission.JUDGE,
            Permission.VERIFY,
            Permission.HAND_OVER,
            Permission.TAKE_MEASURES,
            Permission.WRITE_PAPERS,
            Permission.KEEP_RULES,
            Permission.KEEP_LEDGERS,
            Permission.PUBLISH,
            Permission.KEEP_STANDING,
        },
        _DISTRICTS | {"team", "station"},
    ),
    "district_leader": Role(
        Text("区局负责人", "District leader"),
        Text(
            "查看本单位的全部提示和线索，决定转办，核准文书和权责清单；不代替监管人员研判和核查。",
            "Reads every finding and lead of the office, decides on hand-overs, approves papers and mandates; does not"
            " judge or verify for the officers.",
        ),
        _READS
        | {
            Permission.HAND_OVER,
            Permission.SWITCH_DETECTORS,
            Permission.APPROVE_PAPERS,
            Permission.KEEP_RULES,
            Permission.DECIDE_STANDING,
        },
        _DISTRICTS,
    ),
    "enforcement_corps": Role(
        Text("执法总队办案人员", "Enforcement corps officer"),
        Text(
            "办理转给执法队伍的线索；其他单位的内容，只看得到已共享给本单位的。",
            "Handles leads handed to the corps; of other offices it sees only what has been shared with it.",
        ),
        _READS
        | {
            Permission.VERIFY,
            Permission.HAND_OVER,
            Permission.TAKE_MEASURES,
            Permission.WRITE_PAPERS,
            Permission.APPROVE_PAPERS,
            Permission.KEEP_RULES,
            Permission.KEEP_LEDGERS,
            Permission.PUBLISH,
        },
        frozenset({"corps", "team"}),
    ),
    "protection_centre": Role(
        Text("保护中心人员", "Protection centre staff"),
        Text(
            "查看共享给保护中心的提示和线索，提供技术支持；不作研判，不办线索。",
            "Reads findings and leads shared with the centre, for technical support; judges and handles nothing.",
        ),
        _READS,
        frozenset({"centre"}),
    ),
    "association": Role(
        Text("行业协会人员", "Association staff"),
        Text(
            "只使用自己的账号页面；协会协作功能开放前看不到任何业务内容。",
            "Uses its own account page only; sees no records until work with the association is opened.",
        ),
        frozenset(),
        frozenset({"association"}),
        sees_records=False,
    ),
    "agency": Role(
        Text("代理机构自助账号", "Agency self-service"),
        Text(
            "代理机构自用；看不到监管内容，自助功能开放前只能管理自己的账号。挂在所属监管单位名下。",
            "For an agency itself: sees nothing of the desk; manages its own account until self-service opens."
            " Kept under the office that supervises the agency.",
        ),
        frozenset(),
        _DISTRICTS | {"city"},
        sees_records=False,
    ),
    "auditor": Role(
        Text("审计人员", "Auditor"),
        Text(
            "只查看审计记录并核验其完整性；不查看业务内容，不管理账号。",
            "Reads the audit and verifies that it is whole; no supervision records, no accounts.",
        ),
        frozenset({Permission.READ_AUDIT}),
        _OFFICES,
        sees_records=False,
    ),
    "administrator": Role(
        Text("系统管理员", "Administrator"),
        Text(
            "管理账号与岗位；不查看任何业务内容，也不查看审计记录。30分钟不操作即自动退出。",
            "Manages accounts and posts; reads neither supervision records nor the audit. Logged out after 30"
            " minutes without a page.",
        ),
        frozenset({Permission.MANAGE_ACCOUNTS}),
        _OFFICES,
        sees_records=False,
        idle_minutes=30,
    ),
}


def check_permission(permissions: frozenset[Permission], needed: Permission) -> None:
    """Raise `NotAllowed` unless the permission is held."""
    if needed not in permissions:
        text = PERMISSION_TEXTS[needed]
        raise NotAllowed(
            f"您当前的岗位没有“{text.zh}”的权限；需要时请联系系统管理员调整岗位。",
            f"Your present post may not {text.en}; ask the administrator to change it if you need to.",
        )
