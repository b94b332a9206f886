"""Rule books on screen: rules with their versions, editions, differences, rehearsals, completeness.

A value that nobody read in the instrument itself says so wherever it is shown, in a comparison on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from lantian.core import editions as core
from lantian.core.credit.statement import WATERMARK
from lantian.core.editions import KIND_TEXTS, Change, Kind
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence, Rulebook, RuleVersion
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import either, label, language, said
from lantian.office import clock
from lantian.office.charts import Mark
from lantian.office.models import RulebookEdition
from lantian.registry.routing import district_name
from lantian.standing import rehearsing
from lantian.standing.models import Rehearsal, RehearsedMove
from lantian.standing.trials import Shift

PLAIN = (str, int, Decimal, date)
LANGUAGES, SURE = ("_zh", "_en"), "_confidence"
TOLD = (*LANGUAGES, "confidence", "source")  # keys that only tell; nothing is reckoned by them
STATE_TEXTS = {
    "draft": Text("草案，待核准", "draft, to be approved"),
    "coming": Text("已核准，到期启用", "approved, in use from its day on"),
    "in_use": Text("现行版本", "in use"),
    "superseded": Text("已被新版取代", "superseded"),
    "withdrawn": Text("已撤回", "withdrawn"),
}
TONES = {
    "draft": "draft",
    "coming": "approved",
    "in_use": "issued",
    "superseded": "dropped",
    "withdrawn": "dropped",
}
SHIPPED = Text("随程序提供", "comes with the program")
EDITION = Text("第{number}版", "edition {number}")
SIZE_TEXTS = {
    RehearsedMove.Size.NONE: Text("没有在册代理师", "no practitioner on file"),
    RehearsedMove.Size.SMALL: Text("1至4名代理师", "1 to 4 practitioners"),
    RehearsedMove.Size.MEDIUM: Text("5至19名代理师", "5 to 19 practitioners"),
    RehearsedMove.Size.LARGE: Text("20名以上代理师", "20 practitioners or more"),
    RehearsedMove.Size.PERSON: Text("代理师本人", "practitioners themselves"),
}
PAGE, MOST_MARKS, BESIDE = 25, 12, 2
NOWHERE = Text("未定区", "no district")


def version(one: RuleVersion) -> dict[str, Any]:
    """One version of a rule: what it says, on what it rests, how sure each value is."""
    inner = {name: value for name, value in one.values.items() if not isinstance(value, PLAIN)}
    unit = {"unit": one.unit} if one.unit else {}
    return {
        "first": one.valid_from,
        "last": one.valid_to,
        "text": label(one.text),
        "basis": said(one.basis.cite()),
        "doubt": doubt(one.confidence),
        "note": said(one.note) if one.note else "",
        "source": one.source,
        "values": [
            {"name": name, "value": value, "doubt": _doubt(one, name)}
            for name, value in {**one.values, **unit}.items()
            if isinstance(value, PLAIN) and not name.endswith((*LANGUAGES, SURE))
        ],
        "rows": [row for name, value in inner.items() for row in _rows(name, value)],
        "procedure": _doubt(one, "procedure"),
    }


def _rows(name: str, value: Any) -> list[str]:
    """A list of a rule, a member a line; a table of its own in one line, under its name."""
    if isinstance(value, Mapping):
        return [f"{name} {_said_row(value)}"]
    return [_said_row(row) for row in value]


def rules(book: Rulebook) -> list[dict[str, Any]]:
    """Every rule of a book, its versions beside each other, the newest first."""
    return [
        {"id": id, "text": label(each[-1].text), **_beside([version(one) for one in reversed(each)])}
        for id, each in book.versions.items()
    ]


def _beside(versions: list[dict[str, Any]]) -> dict[str, Any]:
    """The two newest versions stand beside each other; what is older is folded up."""
    return {"versions": versions, "newest": versions[:BESIDE], "older": versions[BESIDE:]}


def sureness(book: Rulebook) -> dict[str, int]:
    """How many versions of rules a book has, and in how many something is not verified, or only assumed by us."""
    found = [set(_confidences(one)) for versions in book.versions.values() for one in versions]
    return {
        "versions": len(found),
        "doubtful": sum(bool(one - {Confidence.TEXT.value}) for one in found),
        "unverified": sum(Confidence.UNVERIFIED.value in one for one in found),
    }


def _confidences(one: RuleVersion) -> Iterator[str]:
    yield one.confidence.value
    yield from _named(one.values)


def _named(value: Any) -> Iterator[str]:
    """Values of every key that says how sure something is, however deep."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            if key.endswith("confidence") and isinstance(member, str):
                yield member
            yield from _named(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _named(member)


def edition(row: RulebookEdition, state: str) -> dict[str, Any]:
    """An uploaded edition: who loaded and decided it, when, why, and from when on it is in use."""
    decision = getattr(row, "decision", None)
    return {
        "key": row.key,
        "number": row.number,
        "label": label(EDITION).format(number=row.number),
        "version": row.text.version,
        "digest": row.text_id,
        "base": row.base_id,
        "file_name": row.file_name,
        "valid_from": row.valid_from,
        "reason": row.reason,
        "by": row.post.account.name,
        "at": row.at,
        "decided_by": decision.post.account.name if decision else "",
        "decided_at": decision.at if decision else None,
        "approved": bool(decision and decision.act == "approve"),
        **state_of(state),
    }


def state_of(state: str) -> dict[str, str]:
    """A state with its word, and the tone of its pill."""
    return {"state": state, "state_label": label(STATE_TEXTS[state]), "tone": TONES[state]}


def changes(found: Sequence[Change]) -> list[dict[str, Any]]:
    """Differences: first where something counts otherwise, and there what has been in force already."""
    ordered = sorted(
        found, key=lambda one: (not _counts(one), not one.touches_the_past, one.rule, one.valid_from)
    )
    return [
        {
            "rule": one.rule,
            "text": label(one.text),
            "valid_from": one.valid_from,
            "kind": label(KIND_TEXTS[one.kind]),
            "past": one.touches_the_past,
            "counts": _counts(one),
            "fields": [_field(field) for field in _by_weight(one.fields) if _mine(field, one.fields)],
            "open": _counts(one) and one.kind is not Kind.ADDED,
        }
        for one in ordered
    ]


def summary(found: Sequence[Change]) -> dict[str, Any]:
    """How many versions are new, removed, ended, rewritten, and how many of them touch the past."""
    counts = {kind: sum(one.kind is kind for one in found) for kind in Kind}
    return {
        "kinds": [(label(KIND_TEXTS[kind]), count) for kind, count in counts.items() if count],
        "past": sum(one.touches_the_past and _counts(one) for one in found),
        "words": sum(not _counts(one) for one in found),
        "total": len(found),
    }


def _counts(change: Change) -> bool:
    """Whether something would count otherwise; else only words, sources, or how sure they are, have changed."""
    return change.kind is not Kind.REWRITTEN or any(
        _bare(field.before) != _bare(field.after) for field in change.fields if not field.key.endswith(TOLD)
    )


def _bare(value: Any) -> Any:
    """A value without words and without how sure it is."""
    if isinstance(value, Mapping):
        return {key: _bare(member) for key, member in value.items() if not key.endswith(TOLD)}
    return [_bare(member) for member in value] if isinstance(value, list | tuple) else value


def _by_weight(fields: Iterable[core.Field]) -> list[core.Field]:
    """What is reckoned by first, what only tells after it."""
    return sorted(fields, key=lambda field: (field.key.endswith(TOLD), field.key))


def _mine(field: core.Field, fields: Iterable[core.Field]) -> bool:
    """Whether a value is told in the reader's language, or differs in the other language only."""
    own, other = LANGUAGES if not language().startswith("en") else LANGUAGES[::-1]
    if not field.key.endswith(other):
        return True
    return all(one.key != field.key.removesuffix(other) + own for one in fields)


def _field(field: core.Field) -> dict[str, Any]:
    key = field.key
    words = {
        "basis": _("依据"),
        "source": _("出处"),
        "note": _("说明"),
        "text": _("内容"),
        "valid_to": _("最后一日"),
    }
    bare = key[:-3] if key.endswith(LANGUAGES) else key
    chinese = key.endswith("_zh")
    return {
        "name": words.get(bare, ""),
        "key": bare if bare not in words else "",
        "language": "zh-Hans" if chinese and language().startswith("en") else "",
        "before": _shown(key, field.before),
        "after": _shown(key, field.after),
        "absent_before": field.before is None,
        "absent_after": field.after is None,
    }


def _shown(key: str, value: Any) -> list[str]:
    """A value in lines; how sure something is in words."""
    if value is None:
        return []
    if key.endswith("confidence"):
        return [label(Confidence(value).told)]
    if isinstance(value, list | tuple):
        return [_said_row(row) for row in value]
    return [_said_row(value)]


def _doubt(one: RuleVersion, name: str) -> str:
    """How sure one value of a rule is, where the rule says so."""
    sure = one.values.get(f"{name}{SURE}")
    return doubt(Confidence(sure)) if sure else ""


def _said_row(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    words = (either(row[key], row.get(f"{key[:-3]}_en", "")) for key in row if key.endswith("_zh"))
    rest = (f"{name} {_sure(name, value)}" for name, value in row.items() if not name.endswith(LANGUAGES))
    return " · ".join(filter(None, (*words, ", ".join(rest))))


def _sure(name: str, value: Any) -> Any:
    """A value within a row: how sure something is in words, a list or a table of its own written out."""
    if isinstance(value, list | tuple):
        return _("、").join(_said_row(one) for one in value) or "—"
    if isinstance(value, Mapping):
        return f"({_said_row(value)})"
    return said(Confidence(value).told) if name.endswith("confidence") else value


def rehearsal(row: Rehearsal) -> dict[str, Any]:
    """Who would move, counted by district, by size and from grade to grade, for charts and their sentence."""
    grades = rehearsing.counted(row, "grade_before", "grade_after")
    return {
        "mark": said(WATERMARK),
        "on": row.on,
        "subjects": row.subjects,
        "moved": sum(count for *_rest, count in grades),
        "failed": rehearsing.faults(row).count(),
        "by": row.post.account.name,
        "at": row.at,
        "charts": [
            {"title": _("按区"), "marks": _marks(rehearsing.counted(row, "district"), _district)},
            {"title": _("按规模"), "marks": _marks(rehearsing.counted(row, "size"), _size)},
            {"title": _("按等级变化"), "marks": [Mark(f"{a} → {b}", count) for a, b, count in grades]},
        ],
    }


def _marks(counted: Iterable[tuple[Any, ...]], name: Any) -> list[Mark]:
    return [Mark(name(value), count) for value, count in counted]


def _district(code: str) -> str:
    return label(district_name(code, clock.today()) if code else NOWHERE)


def _size(size: str) -> str:
    return label(SIZE_TEXTS[RehearsedMove.Size(size)])


def tried(found: Sequence[Shift], page: str | None) -> dict[str, Any]:
    """What would shift, a page at a time, and how often from what to what."""
    colon = _("：")
    counts = Counter(f"{label(one.what)}{colon}{said(one.before)} → {said(one.after)}" for one in found)
    part = Paginator(found, PAGE).get_page(page)
    marks = [Mark(name, count) for name, count in counts.most_common()]
    return {
        "count": len(found),
        "title": _("变动"),
        "marks": marks if len(marks) <= MOST_MARKS else [],
        "rows": [_shift(one) for one in part.object_list],
        "page": part,
    }


def _shift(one: Shift) -> dict[str, str]:
    route, key = one.about
    return {
        "what": label(one.what),
        "name": one.name,
        "href": reverse(route, args=[key]),
        "before": said(one.before),
        "after": said(one.after),
        "why": said(one.why),
    }


def move(row: RehearsedMove) -> dict[str, Any]:
    """One subject that would move, with the lines that make it move; or the reason why a book refuses it."""
    return {
        "name": row.subject.name,
        "key": row.subject.key,
        "number": row.subject.number,
        "district": _district(row.district),
        "size": _size(row.size),
        "before": row.score_before,
        "after": row.score_after,
        "grade_before": row.grade_before,
        "grade_after": row.grade_after,
        "lower": bool(
            row.score_after is not None and row.score_before and row.score_after < row.score_before
        ),
        "fault": either(row.fault_zh, row.fault_en),
        "lines": [
            {
                "clause": either(each["clause_zh"], each["clause_en"]),
                "before": each["before"],
                "after": each["after"],
                "why": either(each["why_zh"], each["why_en"]),
            }
            for each in row.differences
        ],
    }
