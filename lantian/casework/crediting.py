"""From a matter to the credit file, by an officer's act: what he may choose, what is on file, what becomes of it.

Matters are outside matters and rectifications. Nothing is put on file by itself, nothing of a matter without an
outcome, and nothing of an interview: it is no proof, and what is an abnormal filing CNIPA determines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from lantian.casework import crediting_rules as rules
from lantian.casework.branching import Concerned, Party, concerned, was_forwarded
from lantian.casework.errors import CreditingRefused, Stale
from lantian.casework.measures_states import RectificationState, Root
from lantian.casework.models import Interview, OutsideMatter, Rectification
from lantian.casework.queries import city
from lantian.core.competence import Field
from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.core.supervision import FactKind
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.modes import Module
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import actions as publicity
from lantian.publicity import queries as publicity_queries
from lantian.publicity import reviewing
from lantian.publicity.actions import Owed, Told
from lantian.registry.models import Subject
from lantian.standing import actions as standing
from lantian.standing import sourcing
from lantian.standing.actions import Confirmed, NewEvent

OUTSIDE, RECTIFICATION, INTERVIEW = "outside", "rectification", "interview"
Matter = OutsideMatter | Rectification | Interview
# What of an outside matter, once changed, may no longer carry what was put on file.
TELLING = ("external_no", "subject_name", "subject_no", "closed_on", "result")

NO_RESULT = Text(
    "该事项还没有登记处理结果，不能作为已确认的事实记入信用档案；请在结果作出后先更新外部系统事项。",
    "No result of this matter is noted, so it confirms nothing yet; note the result first, once there is one.",
)
NOT_CLOSED = Text(
    "该投诉举报尚未办结，不能作为已确认的事实记入信用档案；请先登记办结日期。",
    "The complaint is not closed, so it confirms nothing yet; note the day on which it was closed first.",
)
TALK = Text(
    "约谈不是认定：约谈记录不作为已确认的事实记入信用档案；请在案件、投诉或者责令改正中按有权机关的决定记入。",
    "An interview decides nothing and confirms no fact: put it on file from the case, complaint or order, by what the"
    " competent authority decided.",
)

BRANCH_MARK = "（分支机构："


@dataclass(frozen=True)
class Source:
    """A matter as the credit file sees it: its origin, sorts, office, version, whom it concerns, day and document.

    `waits` says why nothing of it can be put on file yet: what has no outcome has no sorts.
    """

    origin: tuple[str, str]
    sorts: tuple[str, ...]
    unit_id: int
    version: int
    concerned: tuple[Concerned, ...]
    on: date | None
    document: str
    seen_by: tuple[int, ...]
    waits: Text | None = None

    @property
    def decided_on(self) -> date | None:
        """The day of what the house itself decided; an outside matter says when it was closed, not when decided."""
        return None if self.origin[0] == OUTSIDE else self.on

    @property
    def files(self) -> tuple[Concerned, ...]:
        """Those whose facts count on a file of this city."""
        return tuple(one for one in self.concerned if one.here)


@dataclass(frozen=True)
class Put:
    """What an officer puts on file: the kind of the book, about whom, the day, the document, how many, until when.

    `on` is the day of the decision or finding, from which the periods of its publication run; without one, of the act.
    `number` is `Concerned.id`: the number of the file, with the branch where the matter concerns one. `law` is the
    field of law of what has to be published, where the register does not settle it.
    """

    kind: str
    number: str
    on: date
    document: str
    quantity: int = 1
    until: date | None = None
    law: Field | None = None


def source_of(kind: str, key: str) -> Source | None:
    """A matter by kind and key, if the reader may see it."""
    model = MODELS.get(kind)
    row = model._default_manager.filter(key=key).first() if model else None
    return None if row is None else source(row)


def source(row: Matter) -> Source:
    """A matter as the credit file sees it."""
    kind, sorts, on, document = _seen(row)
    named = concerned(_parties(row), on or clock.today())
    waits = _waits(row)
    return Source(
        (kind, row.key), sorts, row.unit_id, row.version, named, on, document, tuple(row.seen_by), waits
    )


def _waits(row: Matter) -> Text | None:
    """What a matter still lacks to confirm anything: an outcome; an interview never confirms by itself."""
    if isinstance(row, Interview):
        return TALK
    if not isinstance(row, OutsideMatter):
        return None
    if not row.result.strip():
        return NO_RESULT
    return NOT_CLOSED if row.module == Module.COMPLAINTS and row.closed_on is None else None


def _seen(row: Matter) -> tuple[str, tuple[str, ...], date | None, str]:
    if isinstance(row, OutsideMatter):
        return OUTSIDE, () if _waits(row) else (row.module,), row.closed_on, row.external_no
    if isinstance(row, Rectification):
        return RECTIFICATION, _sorts(row), row.opened_on, row.number
    return INTERVIEW, (), row.held_on, row.number  # a talk decides nothing


def _parties(row: Matter) -> list[Party]:
    if isinstance(row, Interview):
        return [
            Party(one.subject_kind, one.subject_no, one.subject_name)
            for one in row.participants.order_by("place")
        ]
    return [Party(row.subject_kind, row.subject_no, row.subject_name)]


def _sorts(row: Rectification) -> tuple[str, ...]:
    """An order confirms its facts by itself; a correction not made is a fact once a re-check has found it."""
    order = (rules.ORDER,) if row.root == Root.ORDER and row.state != RectificationState.WITHDRAWN else ()
    return (*order, rules.NOT_DONE) if row.state == RectificationState.NOT_DONE else order


def offered(found: Source, today: date) -> Mapping[str, RuleVersion]:
    """Kinds that a matter may be put on file as, for any of its subjects, by id: those of its day and those of today.

    Which version holds, the day of the fact says that the officer gives.
    """
    days = {found.decided_on or today, today}
    kinds = (
        rule for on in sorted(days, reverse=True) for one in found.files
        for rule in rules.offered(found.sorts, _file(one), on)
    )  # fmt: skip
    return {rule.id: rule for rule in kinds}


def _file(one: Concerned) -> Subject:
    assert one.subject is not None  # `Source.files` gives none without
    return one.subject


def asks_law(found: Source, today: date) -> bool:
    """Whether something of a matter may have to be published about whom the register does not settle the field of."""
    unsettled = any(publicity_queries.field_of(one.subject) is None for one in found.files)
    return unsettled and any(rules.publishes(rule) for rule in offered(found, today).values())


def documents(origins: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Numbers of matters by their origin, as far as the reader may see them; one query a kind."""
    wanted = list(origins)
    found: dict[tuple[str, str], str] = {}
    for kind, model in MODELS.items():
        keys = [key for each, key in wanted if each == kind]
        column = "external_no" if model is OutsideMatter else "number"
        rows = model._default_manager.filter(key__in=keys).values_list("key", column) if keys else ()
        found |= {(kind, key): number for key, number in rows}
    return found


def may_put(found: Source, by: OfficerActor) -> bool:
    """Whether an officer may put something of a matter on file: his office keeps the matter, or is the city."""
    return Permission.KEEP_STANDING in by.permissions and by.unit in (found.unit_id, city().pk)


@transaction.atomic
def put_on_file(kind: str, key: str, put: Put, *, version: int, by: OfficerActor) -> RuleVersion:
    """Put a fact of a matter on a subject's credit file, by the rule of the day of the fact, which is returned.

    The same matter is put on file once.

    Raises `CreditingRefused`, `Stale`, and what the credit file refuses (`StandingRefused`, `BadEvents`).
    """
    check_permission(by.permissions, Permission.KEEP_STANDING)
    found = locked(kind, key, version)
    if not may_put(found, by):
        raise CreditingRefused(
            "由登记该事项的单位或者市局记入信用档案。",
            "The office that keeps the matter or the city puts it on file.",
        )
    one = next((one for one in found.concerned if one.id == put.number), None)
    if one is None or one.subject is None:
        raise CreditingRefused(
            "登记库中没有该对象，请先核对统一社会信用代码或者资格证号。",
            "The register does not know the subject; check its credit code or certificate number.",
        )
    _refuse_elsewhere(found, one)
    return _write(found, one.subject, _naming(put, one), by)


def locked(kind: str, key: str, version: int) -> Source:
    """A matter as it stands, locked for an act; raises `CreditingRefused` where there is none, `Stale`."""
    model = MODELS[kind]
    row = model._default_manager.select_for_update(of=("self",)).filter(key=key).first()
    if row is None:
        raise CreditingRefused("找不到这项事项。", "There is no such matter.")
    if row.version != version:
        raise Stale(
            "该事项已被他人更新，请查看后再记入。", "Somebody else has changed the matter; look at it first."
        )
    return source(row)


def _refuse_elsewhere(found: Source, one: Concerned) -> None:
    if not one.here:
        raise CreditingRefused(
            "该分支机构的总部在外省，由总部所在地计分；请转送，不记入本市信用档案。",
            "The main office of this branch is in another province, which scores it: forward it, put nothing on file.",
        )
    if was_forwarded(found.origin, one.party):
        raise CreditingRefused(
            "该事项已转送总部所在地，不再记入本市信用档案。",
            "This matter was forwarded to the home province; nothing is put on file here.",
        )


def _naming(put: Put, one: Concerned) -> Put:
    """What is put on an agency's file for its branch names the branch beside the document."""
    if one.branch is None or not put.document.strip():
        return put
    named = f"{BRANCH_MARK}{one.branch.name[:100]}）"
    return replace(put, document=f"{put.document.strip()[: 200 - len(named)]}{named}")


def _write(found: Source, subject: Subject, put: Put, by: OfficerActor) -> RuleVersion:
    kinds = rules.offered(found.sorts, subject, put.on)
    rule = next((one for one in kinds if one.id == put.kind), None)
    if rule is None and found.waits is not None:
        raise CreditingRefused(found.waits.zh, found.waits.en)
    if rule is None:
        raise CreditingRefused(
            f"请选择记入的事项；按{put.on}（事实发生之日）的规则，该事项不能这样记入。",
            f"Choose what it is; by the rules of {put.on}, the day of the fact, this matter cannot be put on file so.",
        )
    if put.until is not None and "term" not in rule.values:
        raise CreditingRefused(f"“{rule.text.zh}”没有期限。", f"'{rule.text.en}' has no term.")
    indicator, fact = rules.indicator_of(rule, subject), rule.values.get("fact")
    _refuse_again(found, subject, indicator, put)
    event = (
        NewEvent(indicator, put.on, clock.today(), put.document, put.quantity, False, put.until)
        if indicator
        else None
    )
    also = (found.unit_id,)
    if fact:
        told = Confirmed(subject.number, FactKind(fact), put.on, put.document, event, found.origin, also)
        standing.record_fact(told, by=by)
        _owe_publication(found, rules.publishes(rule), subject, put, by)
    elif event is not None:
        standing.collect(subject, event, origin=found.origin, also=also, by=by)
    return rule


def _owe_publication(found: Source, matter: str, subject: Subject, put: Put, by: OfficerActor) -> None:
    """The office that keeps the case has to publish what it decided, whoever puts it on file."""
    if matter and found.origin[0] == OUTSIDE:
        told = Told(law=publicity.chosen_law(subject, put.law))
        owed = Owed(found.origin, matter, subject.key, put.document, put.on, told, found.unit_id)
        publicity.owe(owed, by=by)


def _refuse_again(found: Source, subject: Subject, indicator: str, put: Put) -> None:
    held = [one for one in sourcing.events_from(found.origin) if one.subject_id == subject.pk]
    if any(one.indicator == indicator and not sourcing.annulled(one) for one in held):
        raise CreditingRefused(
            "该事项已按同一指标记入，不重复记入。", "This matter is on file under this indicator already."
        )
    plain = put.document.partition(BRANCH_MARK)[0]
    if any(sourcing.on_file(subject, indicator, put.on, one) for one in {plain, put.document}):
        raise CreditingRefused(
            "同一文书的同一事项已在信用档案中。", "This matter of this document is on file already."
        )


def changed(row: OutsideMatter, fields: Mapping[str, str], *, by: OfficerActor) -> None:
    """Told that an outside matter says something else now: what it put on file is contested until decided.

    What is published of it is reviewed within the period of a withdrawal (Order 45 art. 11).
    """
    if any(name in TELLING for name in fields):
        note = f"外部系统事项 {row.external_no} 的登记内容已更改（第{row.version}版），待确认。"
        sourcing.matter_changed((OUTSIDE, row.key), note, by=by)
        reviewing.doubt(about=(OUTSIDE, row.key), note=note, by=by)


def rechecked(row: Rectification, on: date, note: str, *, by: OfficerActor) -> None:
    """Told of a re-check: a correction made is noted with the events, a withdrawn demand contests them."""
    origin = (RECTIFICATION, row.key)
    if row.state == RectificationState.DONE:
        sourcing.matter_corrected(origin, on, row.number, note, by=by)
    elif row.state == RectificationState.WITHDRAWN:
        sourcing.matter_changed(origin, f"{row.number}整改要求已撤回，待确认。", by=by)


MODELS: Mapping[str, type[OutsideMatter] | type[Rectification] | type[Interview]] = {
    OUTSIDE: OutsideMatter,
    RECTIFICATION: Rectification,
    INTERVIEW: Interview,
}
