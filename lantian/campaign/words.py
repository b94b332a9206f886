"""Words of the room's choices, in both languages."""

from __future__ import annotations

from lantian.campaign.models import GuidancePush, PublicityItem, Statement, SweepEntry
from lantian.core.messages import Text

PUBLICITY_TEXTS: dict[str, Text] = {
    PublicityItem.Kind.CAMPAIGN: Text("专项行动宣传", "publicity of the campaign"),
    PublicityItem.Kind.PHONES: Text("举报投诉电话公布", "complaint phones made known"),
    PublicityItem.Kind.PREEXAM: Text("快速预审与优先审查宣传", "publicity of fast and priority examination"),
    PublicityItem.Kind.TRAINING: Text("培训", "training"),
}
METHOD_TEXTS: dict[str, Text] = {
    SweepEntry.Method.ONSITE: Text("实地走访", "visit"),
    SweepEntry.Method.PHONE: Text("电话核实", "telephone"),
    SweepEntry.Method.ONLINE: Text("网络检索", "search on the web"),
    SweepEntry.Method.RECORDS: Text("登记信息核对", "check of the register"),
}
RESULT_TEXTS: dict[str, Text] = {
    SweepEntry.Result.CLEAR: Text("未发现问题", "no problem found"),
    SweepEntry.Result.NOT_FOUND: Text("查无下落", "not to be found"),
    SweepEntry.Result.SUSPECTED: Text("涉嫌无资质代理", "suspected of unlicensed practice"),
    SweepEntry.Result.FIXED: Text(
        "当场改正（如广告用语）", "put right on the spot (such as wording of adverts)"
    ),
}
GROUP_TEXTS: dict[str, Text] = {
    GuidancePush.Group.ADVANTAGE: Text("知识产权优势企业", "advantage enterprise"),
    GuidancePush.Group.MODEL: Text("知识产权示范企业", "demonstration enterprise"),
    GuidancePush.Group.INNOVATOR: Text("其他创新主体", "other innovator"),
}
STATEMENT_TEXTS: dict[str, Text] = {
    Statement.Kind.EXPLAIN: Text("说明", "note"),
    Statement.Kind.OBJECT: Text("异议", "objection"),
    Statement.Kind.ANSWER: Text("答复", "answer"),
}
