"""The measured card of a detector, as text: what it finds, by which limits, how right it was, what it raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.detect import p01
from lantian.detect.detectors import DECLARED, Detector
from lantian.detect.measure import Measure, share
from lantian.detect.parameters import limits, parameters


@dataclass(frozen=True)
class Alerts:
    """What untouched real files raised: rows read, open findings by strength, the others, or why it did not run."""

    read: int
    by_strength: Mapping[str, int]
    not_run: Text | None
    presumed: int = 0


@dataclass(frozen=True)
class _Told:
    """What the rule of a detector says on a day, whatever its form; `public`: what it can do on public data."""

    rule: RuleVersion
    digest: str
    public: Text

    def said(self, key: str) -> Text:
        return Text(self.rule.values[f"{key}_zh"], self.rule.values[f"{key}_en"])


def _told(id: str, on: date) -> _Told:
    if id == p01.ID:
        own = parameters(on)
        return _Told(own.rule, own.digest, p01.PUBLIC)
    rules = next(one for one in DECLARED if one.id == id).rules(on)
    return _Told(rules.rule, rules.digest, rules.said("public"))


def card(
    detector: Detector, whole: Measure, public: Measure, real: Alerts | None, *, on: date, city: str
) -> str:
    """Write the card; the same measures give the same text."""
    rules = _told(detector.id, on)
    parts = [
        *_head(detector, rules, on),
        *_limits(detector.id, on),
        *_columns(detector),
        *_public(rules.public),
        *_measured(whole, public, city),
        *_real(real),
        *_engine(detector.id),
        "## Innocent explanation, and what would refute a finding",
        "",
        rules.said("innocent").zh,
        "",
        rules.said("innocent").en,
        "",
        rules.said("refuted").zh,
        "",
        rules.said("refuted").en,
    ]
    return "\n".join(parts) + "\n"


def _head(detector: Detector, rules: _Told, on: date) -> Iterator[str]:
    name, basis, module = rules.said("name"), rules.rule.basis.cite(), f"lantian/detect/{detector.id.lower()}"
    yield f"# {detector.id} {name.zh} · {name.en}"
    yield ""
    yield "Written by `lantian detect evaluate --cards docs/detectors`; do not edit by hand."
    yield ""
    yield f"Measured with the rules of {on}. Detector version {detector.version}, `{module}.py`; parameters"
    yield f"`{rules.digest[:12]}`. Points at: {detector.subject}."
    if detector.review_only:
        yield "**Review only**: never the sole ground of anything; every finding is weak."
    yield ""
    yield f"{rules.rule.text.zh} {rules.rule.text.en}"
    yield ""
    yield f"Legal basis: {basis.zh} ({basis.en}). Confidence: {rules.rule.confidence}. {rules.rule.source}."
    yield ""


def _limits(id: str, on: date) -> Iterator[str]:
    if listed := limits(id, on):
        yield from ("| limit | value | unit | whose | decides |", "|---|---|---|---|---|")
        for one in listed:
            # An expression holds strokes, which part the cells of a table.
            value = str(one.value).replace("|", "\\|")
            unit, whose = one.unit or "expression", "the provision" if one.given else "own"
            yield f"| {one.name} | {value} | {unit} | {whose} | {one.means.zh} · {one.means.en} |"
        yield ""
        yield "Own: our working value, which no provision gives. The provision: the value stands in the legal basis."
        yield ""


def _columns(detector: Detector) -> Iterator[str]:
    yield from (
        "## Reads",
        "",
        "| table | must have | at least one of | uses where present |",
        "|---|---|---|---|",
    )
    for reads in detector.reads:
        table = reads.table if reads.needed else f"{reads.table} (optional)"
        yield f"| {table} | {', '.join(reads.columns)} | {', '.join(reads.one_of)} | {', '.join(reads.also)} |"
    yield ""
    bound = ", ".join(detector.case_bound) or "none"
    yield f"Case-bound columns (never in a nightly run): {bound}."
    yield ""


def _public(public: Text) -> Iterator[str]:
    yield from ("## On public data alone", "", public.zh, "", public.en, "")


def _measured(whole: Measure, public: Measure, city: str) -> Iterator[str]:
    yield from (
        f"## On {city}",
        "",
        "| | files with case-bound columns | as a nightly run sees it, without them |",
        "|---|---|---|",
    )
    yield f"| open findings | {_count(whole)} | {_count(public)} |"
    yield f"| presumed lawful or cleared | {whole.cleared} | {public.cleared} |"
    yield f"| precision | {share(whole.right, whole.open)} | {share(public.right, public.open)} |"
    yield f"| recall | {share(*whole.recall)} | {share(*public.recall)} |"
    yield ""
    yield "95 percent intervals (Wilson). The plants are ours: an upper bound until officers' judgements give the"
    yield "real figures."
    yield ""
    if whole.planted:
        yield from ("| planted | plants | found | found without case-bound columns |", "|---|---|---|---|")
        for kind, (planted, found) in whole.planted.items():
            yield f"| {kind} | {planted} | {found} | {public.planted.get(kind, (0, 0))[1]} |"
        yield ""
    flagged = {kind: hit for kind, (_, hit) in whole.lawful.items() if hit}
    told = ", ".join(f"{kind} {hit}" for kind, hit in flagged.items()) or "none"
    alike = ", ".join(f"{kind} {count}" for kind, (count, _) in whole.lawful.items()) or "none"
    yield f"Lawful look-alikes planted: {alike}. In a wrong finding: {told}."
    yield ""


def _count(measure: Measure) -> str:
    return f"not run: {measure.not_run.en}" if measure.not_run else str(measure.open)


def _engine(id: str) -> Iterator[str]:
    if id == p01.ID:
        yield from ("How the comparison of texts was measured alone is in `near-duplicates.md`.", "")


def _real(real: Alerts | None) -> Iterator[str]:
    yield from ("## On real, untouched files (counts only)", "")
    if real is None:
        yield "Not measured: the files were not at hand."
    elif real.not_run:
        yield f"Not run on the 100,200 real publications, because {real.not_run.en}"
        yield ""
        yield "What was tried on other real files instead is in `real.md`."
    else:
        told = (
            ", ".join(f"{strength} {count}" for strength, count in sorted(real.by_strength.items())) or "none"
        )
        yield f"100,200 real publications 1996–2017: {real.read} rows read, open findings: {told}; presumed lawful or"
        yield f"cleared: {real.presumed}. They are older than the rule: the alerts measure the load on officers, not"
        yield "anybody's conduct. What a sample of them was, judged by hand, is in `real.md`."
    yield ""
