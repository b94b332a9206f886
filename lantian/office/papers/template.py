"""A template of a paper: data, read strictly. What it binds stands in its fields, what it says in its body.

A template is a rule book with one rule, named after the kind of paper. `{name}` in its texts is a field or one of
`BUILT_IN`; a paragraph that is `{*}` alone is the place where the officer may add sentences of his own, and one
that is `{rows}` alone the place of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lantian.core import competence
from lantian.core.competence import Act
from lantian.core.messages import Text, Unreadable
from lantian.core.rulebook import Many, OneOf, Rulebook, Shape

FREE, ROWS = "{*}", "{rows}"
TYPED = "typed"
# Values that every record offers to a paper; the room that keeps the record fills them.
BINDINGS = (
    "instruction.number", "instruction.leader", "instruction.given_on", "instruction.matter", "instruction.words",
    "instruction.owner", "instruction.due",
    "lead.number", "lead.subject", "lead.subject_no", "lead.ground", "lead.opened_on", "lead.due", "lead.holder",
    "lead.sender", "lead.handed_over_on", "lead.hand_over_reason", "officer.name",
    "dispatch.number", "dispatch.sender", "dispatch.sender_no", "dispatch.title", "dispatch.received_on",
    "dispatch.instruction", "dispatch.rows", "dispatch.deadline", "dispatch.receiver", "dispatch.outcomes",
    "dispatch.open",
    "measure.number", "measure.subjects", "measure.subject_no", "measure.word", "measure.ground", "measure.on",
    "measure.hour", "measure.place", "measure.who", "measure.contact", "measure.officers", "measure.record",
    "measure.lines", "measure.signs", "measure.what", "measure.facts", "measure.clause", "measure.due",
    "measure.checks", "measure.body", "measure.matter", "measure.basis", "measure.enclosed",
    "listing.list", "listing.party", "listing.subject", "listing.subject_no", "listing.ground", "listing.facts",
    "listing.reason", "listing.steps", "listing.body", "listing.enclosed",
    "capture.taken_at", "capture.place", "capture.officers", "capture.object", "capture.kept", "capture.surroundings",
    "capture.steps", "capture.result", "capture.sha256", "capture.trusted_time",
)  # fmt: skip
# Values that the paper itself brings: whose name, its seal, the body above, on which mandate, with which remedy.
BUILT_IN = ("issuer", "seal", "superior", "mandate", "basis", "remedy")
FORMS = ("document", "letter", "notice", "plain", "sheet", "pledge")
KINDS = (
    "pressing_order",
    "forward_letter", "verification_sheet", "verification_report", "interview_notice", "risk_alert", "correction_order",
    "dispatch_letter", "dispatch_answer",
    "talk_notice", "talk_record", "sign_in_sheet", "commitment", "supervision_opinion", "rectification_order",
    "recheck_record", "request_up", "report_up", "transfer_letter", "platform_letter",
    "listing_proposal", "evidence_record",
)  # fmt: skip
_FIELD = Shape(
    {
        "name": str,
        "label_zh": str,
        "label_en": str,
        "from": OneOf((*BINDINGS, TYPED)),
        "need": OneOf(("required", "optional")),
    },
    {"input": OneOf(("line", "lines", "day"))},
)
_SHAPE = Shape(
    {
        "act": OneOf(tuple(Act)),
        "code": str,
        "form": OneOf(FORMS),
        "title": str,
        "fields": Many(_FIELD),
        "body": Many(str),
    },
    {"addressee": str, "rows": Many(Shape({"label": str, "value": str})), "copies": str, "attachments": str},
)
_PLACE = re.compile(r"\{(\*|\w+)\}")


class BadTemplate(Unreadable):
    """A template names a field it does not declare, or leaves out what its act must say."""


@dataclass(frozen=True)
class Field:
    """One field: where its value comes from, and how it is typed when it comes from nobody's record."""

    name: str
    label: Text
    source: str
    required: bool
    input: str

    @property
    def typed(self) -> bool:
        """Whether the officer types it."""
        return self.source == TYPED


@dataclass(frozen=True)
class Template:
    """A template as read; `digest` is that of its text."""

    kind: str
    name: Text
    act: Act
    code: str
    form: str
    title: str
    addressee: str
    fields: tuple[Field, ...]
    body: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    copies: str
    attachments: str
    version: str
    digest: str

    @property
    def open_to_free_text(self) -> bool:
        """Whether the officer may add sentences."""
        return FREE in self.body


def read_template(text: str, *, file: str) -> Template:
    """Read a template; raises `BadRulebook` or `BadTemplate` with the place of the fault."""
    book = Rulebook.from_text(text, file=file, shapes=dict.fromkeys(KINDS, _SHAPE))
    if len(book.versions) != 1 or len(next(iter(book.versions.values()))) != 1:
        raise BadTemplate(
            f"{file}：一个文件只写一种文书的一个版本。", f"{file}: one file holds one version of one kind."
        )
    rule = next(iter(book.versions.values()))[0]
    values = rule.values
    template = Template(
        kind=rule.id,
        name=rule.text,
        act=Act(values["act"]),
        code=values["code"],
        form=values["form"],
        title=values["title"],
        addressee=values.get("addressee", ""),
        fields=tuple(map(_field, values["fields"])),
        body=tuple(values["body"]),
        rows=tuple((row["label"], row["value"]) for row in values.get("rows", ())),
        copies=values.get("copies", ""),
        attachments=values.get("attachments", ""),
        version=rule.version,
        digest=book.digest,
    )
    _check(template, file)
    return template


@cache
def shipped(kind: str) -> Template:
    """The template of a kind that comes with the program, read once."""
    return read_template(shipped_text(kind), file=f"{kind}.toml")


def shipped_text(kind: str) -> str:
    """Its text, for an office that wants to change it."""
    return files("lantian.office.papers.templates").joinpath(f"{kind}.toml").read_text("utf-8")


def places(text: str) -> list[str]:
    """Names of the fields that stand in a text, in order.

    >>> places("关于{subject}的{what}")
    ['subject', 'what']
    """
    return _PLACE.findall(text)


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into fixed words and names of fields: (part, is it a field).

    >>> list(parts("致{subject}："))
    [('致', False), ('subject', True), ('：', False)]
    """
    for index, part in enumerate(_PLACE.split(text)):
        if part:
            yield part, index % 2 == 1


def _field(values: Mapping[str, str]) -> Field:
    return Field(
        name=values["name"],
        label=Text(values["label_zh"], values["label_en"]),
        source=values["from"],
        required=values["need"] == "required",
        input=values.get("input", "line"),
    )


def _texts(template: Template) -> Iterator[tuple[str, str]]:
    """Every text of a template with its place as it is told in a refusal."""
    yield "title", template.title
    yield "addressee", template.addressee
    yield "copies", template.copies
    yield "attachments", template.attachments
    yield from ((f"body[{place}]", text) for place, text in enumerate(template.body, start=1))
    yield from ((f"rows[{place}].value", text) for place, (_, text) in enumerate(template.rows, start=1))


def _check(template: Template, file: str) -> None:
    declared = {field.name for field in template.fields}
    used = set()
    for place, text in _texts(template):
        where = f"rule.{template.kind}[1].{place}"
        for name in places(text):
            used.add(name)
            if text in (FREE, ROWS) and place.startswith("body"):
                continue
            if name not in declared and name not in BUILT_IN:
                raise BadTemplate(
                    f"{file}，{where}：字段“{name}”没有在 fields 中声明。",
                    f"{file}, {where}: the field '{name}' is not declared in fields.",
                )
    if (ROWS in template.body) != bool(template.rows):
        raise BadTemplate(
            f"{file}，rule.{template.kind}[1].body：有表格的模板要写明表格的位置 {ROWS}，没有表格的不写。",
            f"{file}, rule.{template.kind}[1].body: {ROWS} marks the place of the table, if and only if there is one.",
        )
    if idle := sorted(declared - used):
        raise BadTemplate(
            f"{file}，rule.{template.kind}[1].fields：字段“{idle[0]}”没有用到。",
            f"{file}, rule.{template.kind}[1].fields: the field '{idle[0]}' is never used.",
        )
    rules = competence.matrix().acts[template.act]
    if "remedy" not in used and rules[-1].values.get("remedy") == "required":
        raise BadTemplate(
            f"{file}，rule.{template.kind}[1].body：这种行为须告知救济途径，正文缺少 {{remedy}}。",
            f"{file}, rule.{template.kind}[1].body: papers of this act must tell the remedies; {{remedy}} is missing.",
        )
