"""Reads of summaries and typical cases. Every query runs under the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lantian.campaign import colours
from lantian.campaign.colours import Colour
from lantian.campaign.evaluating import EVALUATED
from lantian.campaign.models import (
    Story,
    StoryStep,
    StoryVersion,
    Summary,
    SummaryFigure,
    SummaryStep,
    SummaryVersion,
)
from lantian.campaign.summary import counting, rules
from lantian.campaign.summary.content import Said
from lantian.campaign.summary.counting import LastYear, Year
from lantian.campaign.summary.drafting import StoryText
from lantian.campaign.summary.rules import DueDay
from lantian.campaign.summary.states import USABLE, State
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.models import Unit
from lantian.office.papers.letter import Letter

OBLIGED = (*EVALUATED, Unit.Kind.CITY)


@dataclass(frozen=True)
class Standing:
    """Where one office stands with a year's summary; `summary` is None while the reader sees none."""

    unit: Unit
    due: DueDay
    summary: Summary | None
    colour: Colour


@dataclass(frozen=True)
class Merged:
    """A figure of the year over all districts: what their sent summaries say, beside what records say."""

    figure: str
    reported: int
    counted: int

    @property
    def difference(self) -> int:
        """Records less reports."""
        return self.counted - self.reported


def find(key: str) -> Summary | None:
    """One summary, if the reader may see it."""
    return Summary.objects.select_related("unit", "changed_by__account").filter(key=key).first()


def own(by: Actor) -> list[Summary]:
    """Summaries of the reader's office, the newest year first."""
    return list(Summary.objects.filter(unit_id=by.unit or 0).select_related("unit").order_by("-year"))


def versions(summary: Summary) -> list[SummaryVersion]:
    """Every version, oldest first."""
    return list(summary.versions.select_related("post__account").order_by("number"))


def version_of(summary: Summary, number: int | None) -> SummaryVersion | None:
    """One version; the one that stands without a number."""
    if number is None:
        return counting.standing(summary)
    return summary.versions.select_related("post__account").filter(number=number).first()


def steps(summary: Summary) -> list[SummaryStep]:
    """What was done with a summary, oldest first."""
    return list(summary.steps.select_related("post__account", "post__unit", "file").order_by("id"))


def text_said(version: SummaryVersion) -> Said:
    """What a version says."""
    return Said.from_stored(version.content)


def year_of(summary: Summary, version: SummaryVersion) -> Year:
    """The year as a version holds it."""
    source = LastYear(version.last_source)
    return Year(summary.unit_id, summary.year, version.until, counting.held(version), source)


def letter_of(summary: Summary, version: SummaryVersion) -> Letter:
    """A version as it is set: without number or red head, dated by its last day, or by the day of approval."""
    step = summary.steps.filter(act="approve", number=version.number).order_by("-id").first()
    approved = step is not None and State(summary.state) is not State.DRAFT
    dated = step.on if step is not None and approved else version.until
    return Letter(text_said(version).as_content(draft=not approved), "", summary.unit.name_zh, dated)


def figure_of(version: SummaryVersion, figure: str) -> SummaryFigure | None:
    """One figure of a version."""
    return version.figures.filter(figure=figure).first()


def standings(year: int) -> list[Standing]:
    """Every district and zone with where its summary of a year stands, for the city."""
    units = [
        unit for unit in Unit.objects.order_by("id") if unit.kind in EVALUATED and unit.closed_on is None
    ]
    held = {row.unit_id: row for row in Summary.objects.filter(year=year, unit__in=units)}
    return [_standing(unit, year, held.get(unit.pk)) for unit in units]


def owed(by: Actor, today: date) -> Standing | None:
    """The reader's own summary of this year, while it is to be spoken of and not sent yet."""
    unit = Unit.objects.filter(pk=by.unit or 0, kind__in=OBLIGED).first()
    if unit is None:
        return None
    found = _standing(unit, today.year, Summary.objects.filter(unit=unit, year=today.year).first())
    sent = found.summary is not None and found.summary.sent_on is not None
    return None if sent or today < found.due.remind_from else found


def merged(year: int) -> list[Merged]:
    """The districts' sent figures added up, beside the records of those districts."""
    sent = [one.summary for one in standings(year) if one.summary and one.summary.sent_on]
    latest = [counting.standing(row).pk for row in sent]
    reported: dict[str, int] = {}
    for row in SummaryFigure.objects.filter(version__in=latest).order_by("id"):
        reported[row.figure] = reported.get(row.figure, 0) + row.value
    now: dict[str, int] = {}
    for summary in sent:
        for number in counting.count(summary.unit_id, year, clock.today()).numbers.values():
            now[number.figure] = now.get(number.figure, 0) + number.value
    return [Merged(id, value, now.get(id, 0)) for id, value in reported.items()]


def _standing(unit: Unit, year: int, summary: Summary | None) -> Standing:
    due = rules.due(year, for_city=unit.kind == Unit.Kind.CITY)
    sent_on = summary.sent_on if summary else None
    return Standing(unit, due, summary, colours.of(due.on, clock.today(), closed_on=sent_on))


def stories(by: Actor) -> list[Story]:
    """Typical cases of the reader's office, and approved ones that it may see, newest first."""
    return list(Story.objects.select_related("unit", "publicity").order_by("-id"))


def find_story(key: str) -> Story | None:
    """One typical case, if the reader may see it."""
    return Story.objects.select_related("unit", "publicity").filter(key=key).first()


def story_versions(story: Story) -> list[StoryVersion]:
    """Every version of a case, oldest first."""
    return list(story.versions.select_related("post__account").order_by("number"))


def story_steps(story: Story) -> list[StoryStep]:
    """What was done with a case, oldest first."""
    return list(story.steps.select_related("post__account", "file").order_by("id"))


def choosable(by: Actor) -> list[Story]:
    """Approved cases that a summary may use."""
    return [story for story in stories(by) if story.state in USABLE]


def usable(keys: Iterable[str]) -> list[Story]:
    """Approved cases among some keys, in the order asked."""
    rows = Story.objects.filter(key__in=list(keys), state__in=[str(state) for state in USABLE])
    by_key = {row.key: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def text_of(story: Story) -> StoryText:
    """The masked text of a case."""
    version = story.versions.order_by("-number")[0]
    return StoryText(story.key, story.title, version.text)
