"""Ledgers of the campaign's own records: the sweep for unlicensed practice, pressing, publicity and training."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from lantian.campaign import colours
from lantian.campaign.ledgers.frame import Column, Kind, Ledger, office
from lantian.campaign.models import GuidancePush, Instruction, PublicityItem, SweepEntry
from lantian.campaign.states import STATE_TEXTS, State
from lantian.campaign.words import GROUP_TEXTS, METHOD_TEXTS, PUBLICITY_TEXTS, RESULT_TEXTS
from lantian.core.messages import Text
from lantian.office import clock

_OWN = Text("专项行动", "the campaign")


def _publicity() -> QuerySet[Any]:
    return PublicityItem.objects.filter(struck_at=None).select_related("unit", "post__account")


def _sweep() -> QuerySet[Any]:
    return SweepEntry.objects.filter(struck_at=None).select_related("unit")


def _instructions() -> QuerySet[Any]:
    return Instruction.objects.select_related("owner", "origin_unit")


def _guidance() -> QuerySet[Any]:
    return GuidancePush.objects.filter(struck_at=None).select_related("unit")


def _proof(row: Any) -> Text:
    if row.picture_id:
        return Text("有图片", "picture")
    return Text("有链接", "link") if row.link else Text("缺", "missing")


def _colour(row: Any) -> Text:
    return colours.of(row.due, clock.today(), closed_on=row.closed_on).text


SWEEP = Ledger(
    id="sweep",
    title=Text("无资质专利代理排查台账", "sweep for unlicensed practice"),
    provider=_OWN,
    rows=_sweep,
    route="sweep_entry",
    columns=(
        Column("firm", Text("企业名称", "name of the enterprise"), lambda row: row.firm, Kind.LINK, 32),
        Column("firm_no", Text("统一社会信用代码", "credit code"), lambda row: row.firm_no, width=21),
        Column("street", Text("街道（镇）", "street"), lambda row: row.street, width=14),
        Column("address", Text("地址", "address"), lambda row: row.address, width=32),
        Column("on", Text("排查日期", "day"), lambda row: row.on, Kind.DATE, 12),
        Column("method", Text("排查方式", "method"), lambda row: METHOD_TEXTS[row.method], width=12),
        Column("officer", Text("排查人员", "officer"), lambda row: row.officer, width=12),
        Column("result", Text("排查结果", "result"), lambda row: RESULT_TEXTS[row.result], width=16),
        Column("note", Text("备注", "note"), lambda row: row.note, width=24),
        Column("unit", Text("排查单位", "office"), lambda row: office(row.unit), width=20),
    ),
)
PRESSING = Ledger(
    id="pressing",
    title=Text("批示督办台账", "instructions and pressing"),
    provider=_OWN,
    rows=_instructions,
    day="given_on",
    owner="owner",
    route="instruction",
    columns=(
        Column("number", Text("编号", "number"), lambda row: row.number, Kind.LINK, 22),
        Column("given_on", Text("批示日期", "given on"), lambda row: row.given_on, Kind.DATE, 12),
        Column("leader", Text("批示领导职务", "leader's title"), lambda row: row.leader_title, width=18),
        Column("matter", Text("批示事项", "matter"), lambda row: row.matter, width=32),
        Column("words", Text("批示内容", "words"), lambda row: row.words or "（见扫描件）", width=40),
        Column("owner", Text("承办单位", "held by"), lambda row: office(row.owner), width=20),
        Column("due", Text("办结期限", "due"), lambda row: row.due, Kind.DATE, 12),
        Column("state", Text("办理状态", "state"), lambda row: STATE_TEXTS[State(row.state)], width=10),
        Column("pressed", Text("督办次数", "times pressed"), lambda row: row.pressed, Kind.NUMBER, 9),
        Column("closed_on", Text("办结日期", "closed on"), lambda row: row.closed_on, Kind.DATE, 12),
        Column("colour", Text("亮牌", "mark"), _colour, width=10),
    ),
)
PUBLICITY = Ledger(
    id="publicity",
    title=Text("宣传培训台账", "publicity and training"),
    provider=_OWN,
    rows=_publicity,
    route="publicity_item",
    columns=(
        Column("title", Text("标题（主题）", "title"), lambda row: row.title, Kind.LINK, 36),
        Column("kind", Text("类别", "kind"), lambda row: PUBLICITY_TEXTS[row.kind], width=20),
        Column("on", Text("日期", "day"), lambda row: row.on, Kind.DATE, 12),
        Column("outlet", Text("媒体（场所）", "outlet"), lambda row: row.outlet, width=24),
        Column("link", Text("链接", "link"), lambda row: row.link, width=36),
        Column("proof", Text("佐证", "proof"), _proof, width=10),
        Column("persons", Text("培训人数", "persons trained"), lambda row: row.persons, Kind.NUMBER, 9),
        Column("unit", Text("单位", "office"), lambda row: office(row.unit), width=20),
        Column("by", Text("登记人", "recorded by"), lambda row: row.post.account.name, width=12),
    ),
)
GUIDANCE = Ledger(
    id="guidance",
    title=Text("企业指导推送台账", "guidance of enterprises"),
    provider=_OWN,
    rows=_guidance,
    route="guidance_push",
    columns=(
        Column(
            "enterprise",
            Text("企业名称", "name of the enterprise"),
            lambda row: row.enterprise,
            Kind.LINK,
            32,
        ),
        Column("number", Text("统一社会信用代码", "credit code"), lambda row: row.enterprise_no, width=21),
        Column("group", Text("企业类别", "group"), lambda row: GROUP_TEXTS[row.group], width=18),
        Column("on", Text("日期", "day"), lambda row: row.on, Kind.DATE, 12),
        Column("officer", Text("指导人员", "by"), lambda row: row.officer, width=12),
        Column("told", Text("告知内容", "what was told"), lambda row: row.told, width=48),
        Column(
            "proof",
            Text("佐证", "proof"),
            lambda row: Text("有", "yes") if row.proof_id else Text("缺", "missing"),
            width=8,
        ),
        Column("unit", Text("单位", "office"), lambda row: office(row.unit), width=20),
    ),
)
