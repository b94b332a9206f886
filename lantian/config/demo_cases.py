"""The demonstration's penalties, worksheets, public notices and captured pages; all invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from lantian.casework import crediting, outside, worksheets
from lantian.casework.crediting import Put
from lantian.casework.models import OutsideMatter
from lantian.casework.outside import Noted
from lantian.casework.worksheet_states import WorksheetAct
from lantian.casework.worksheets import Typed
from lantian.config.demo_standing import agency, ago
from lantian.config.demo_week import NANKAI, acting, on
from lantian.core.competence import Field
from lantian.core.publicity import Profile
from lantian.filings.captures import actions as captures
from lantian.filings.captures import lexicons
from lantian.filings.captures.actions import Retaken, Saved
from lantian.filings.captures.models import Capture
from lantian.office import clock, files
from lantian.office.actors import OfficerActor
from lantian.office.modes import Module
from lantian.publicity import deciding, publishing
from lantian.publicity.actions import Owed, Told, owe_by_hand
from lantian.publicity.deciding import Draft
from lantian.publicity.models import Notice
from lantian.publicity.publishing import Placed

SYSTEM, NUMBER = "执法办案系统（演示）", "示例罚〔2026〕18号"
FIRM, SHOP = "示例海河商务信息咨询有限公司", "示例津门商标代理有限公司"
DECIDED = 24  # days ago
RECEIPTS = "示例委托人甲\t{0}\t12000\t收据1\t2000\n示例委托人乙\t{1}\t8000\t收据2"
FINE = "警告，罚款一万五千元"
FACTS = {
    "act": "未订立书面委托合同，以不正当手段招揽业务",
    "facts": "检查中发现三件业务未订立书面委托合同，并以“包授权”招揽业务。",
    "legal_basis": "专利代理管理办法第五十二条",
    "content": FINE,
}
TRADEMARK = {
    "act": "以不正当手段招揽商标代理业务",
    "facts": "以“内部渠道”“加急下证”招揽业务，联系人电话 022-12345678。",
    "legal_basis": "商标法第六十八条",
    "content": "警告，罚款一万二千元",
}
PAGE = (
    "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{words}</p>"
    "<p>联系电话：022-00000000</p></body></html>"
)
PAGES = (
    (
        "https://promise.example/",
        "专利包授权，不过退款",
        "本公司与审查员有内部渠道，专利包授权，加急三个月下证。",
    ),
    ("https://official.example/", "示例国家商标登记中心", "官方指定商标注册受理窗口，唯一授权。"),
)
WORDS = "名称\n示例国家商标登记中心\n示例专利审查服务中心\n"


@transaction.atomic
def penalty() -> None:
    """A case of the city: worked out, settled by another person, on the credit file; its notice is to be approved."""
    with acting("city"):
        if OutsideMatter.objects.filter(system=SYSTEM).exists():
            return
    subject = agency(NANKAI, 0)
    told = {"external_no": NUMBER, "subject_name": subject.name, "subject_no": subject.number}
    told |= {"stage": "已决定", "opened_on": str(ago(80)), "closed_on": str(ago(DECIDED)), "result": FINE}
    with on(ago(DECIDED)), acting("city") as by:
        matter = outside.note(Noted(Module.CASES, SYSTEM, subject.kind, told), by=by)
        _worksheet(matter, "patent_agency", 15000, ("city", "marks"))
        put = Put(
            "fine", crediting.source(matter).files[0].id, clock.today(), NUMBER, law=Field.PATENT_AGENCY
        )
        crediting.put_on_file("outside", matter.key, put, version=matter.version, by=by)
    with on(ago(20)), acting("city") as by:
        _prepared(Notice.objects.get(about_kind="outside", about_key=matter.key), FACTS, by)


@transaction.atomic
def trademark_case() -> None:
    """A case of a district: the worksheet waits for the leader."""
    with acting("nankai"):
        if OutsideMatter.objects.filter(subject_name=FIRM).exists():
            return
    told = {"external_no": "示例立〔2026〕31号", "subject_name": FIRM, "stage": "调查取证"}
    told |= {"opened_on": str(ago(33))}
    with on(ago(12)), acting("nankai") as by:
        matter = outside.note(Noted(Module.CASES, SYSTEM, "company", told), by=by)
    with on(ago(3)):
        _worksheet(matter, "trademark_agency", 12000, ("nankai",))


@transaction.atomic
def published() -> None:
    """A penalty of a district that stands on two channels; the others are still to come."""
    with acting("nankai"):
        if Notice.objects.filter(name=SHOP).exists():
            return
    document, code = "示例罚〔2026〕21号", "示例0000000000001"
    noted = {"external_no": document, "subject_name": SHOP, "stage": "已决定", "result": TRADEMARK["content"]}
    with on(ago(8)), acting("nankai") as by:
        matter = outside.note(Noted(Module.CASES, SYSTEM, "company", noted), by=by)
        told = Told(name=SHOP, number=code, profile=Profile.ENTERPRISE, law=Field.TRADEMARK_AGENCY)
        owed = Owed(("outside", matter.key), "penalty", "", document, clock.today(), told=told)
        row = owe_by_hand(owed, by=by)
        digest = _prepared(row, TRADEMARK, by)
    with on(ago(7)), acting("leader") as by:
        row = deciding.approve(key=row.key, digest=digest, version=row.version + 1, by=by)
    with on(ago(6)), acting("nankai") as by:
        for channel in ("gsxt", "site"):
            where = Placed(channel, clock.today(), row.version, f"https://example.org/{channel}")
            row = publishing.publish(key=row.key, placed=where, by=by)


def _prepared(row: Notice, told: Mapping[str, str], by: OfficerActor) -> str:
    """The text that is to leave the house, submitted for approval; its digest."""
    draft = Draft({**deciding.first_draft(row), **told}, "ordinary")
    digest = deciding.preview(row, draft).digest
    deciding.prepare(key=row.key, draft=draft, digest=digest, version=row.version, by=by)
    return digest


def _worksheet(matter: OutsideMatter, kind: str, fine: int, logins: Sequence[str]) -> None:
    """The fine worked out and submitted by one officer, settled by another one, if there is one."""
    today = clock.today()
    receipts = RECEIPTS.format(today - timedelta(days=90), today - timedelta(days=60))
    typed = Typed(
        kind, today - timedelta(days=60), today, receipts=receipts, expenses="检索费|300|是|是|发票3",
        circumstances=("cooperates",), fine=str(fine),
    )  # fmt: skip
    with acting(logins[0]) as by:
        row = worksheets.begin(("outside", matter.key), typed, by=by)
    for login, act in zip(logins, (WorksheetAct.SUBMIT, WorksheetAct.FINISH), strict=False):
        with acting(login) as by:
            row = worksheets.move(key=row.key, act=act, words="", version=row.version, by=by)


@transaction.atomic
def pages() -> None:
    """Two saved pages, one of them taken as evidence again by two officers; the city's own words for one detector."""
    with acting("nankai"):
        if Capture.objects.exists():
            return
    kept = []
    for count, (address, title, words) in zip((9, 2), PAGES, strict=True):
        with on(ago(count)), acting("nankai") as by:
            saved = Saved(address, "website", clock.now() - timedelta(hours=1), "浏览器另存为网页")
            body = PAGE.format(title=title, words=words).encode()
            kept.append(captures.upload(saved, (f"{title}.html", body), None, by=by))
    with on(ago(7)), acting("nankai") as by:
        told = Retaken(
            clock.now(), "本局取证室", ("宁书白", "顾怀瑾"), ("示例0001", "示例0002"), "系统时间已校准，已清除缓存",
            "打开网址，全程录像，另存网页并计算校验值", "same", kept[0].sha256,
        )  # fmt: skip
        captures.record_evidence(kept[0].key, told, seen=0, by=by)
    with acting("city") as by:
        lexicon = files.keep(name="词库.csv", chunks=[WORDS.encode("utf-8-sig")], seen_by=by.units, by=by)
        lexicons.upload("state_body", "自拟（演示）", lexicon, seen=0, by=by)
