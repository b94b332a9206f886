"""Listing: the party's days to speak, its giving them up, and entries read by their own version of the rule."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.core.lists import Terms
from lantian.standing import listing
from lantian.standing.errors import StandingRefused
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry
from tests.personas import acting, browser
from tests.rooms.test_standing import an_agency

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def told_of_a_penalty(penalty: str) -> ListEntry:
    """A proposal for the serious list, reviewed, whose party was told of penalty and hearing on 20 November."""
    subject = an_agency()
    facts = ("heavy_penalty", "fault")
    wanted = Listing(subject.key, "samr_serious", "patent_agency", "serious_agency_act", facts, "处罚")
    with acting("nankai") as by:
        row = listing.propose(wanted, by=by)
    told = date(2026, 11, 20)
    with acting("city") as by:
        row = listing.review(key=row.key, done=Done(told, 1), by=by)
        for version, step in enumerate(("notice", "hearing_offered"), start=2):
            row = listing.take_step(key=row.key, step=step, done=Done(told, version, "告知书"), by=by)
        decided = Done(TODAY, 4, penalty)
        return listing.take_step(key=row.key, step="with_penalty_decision", done=decided, by=by)


def test_a_party_that_gives_up_statement_and_hearing_need_not_be_waited_for() -> None:
    penalty = "津市监罚〔2026〕9号"
    row = told_of_a_penalty(penalty)
    with acting("city") as by:
        with pytest.raises(StandingRefused, match="until 2026-11-27"):
            listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 5, penalty), by=by)
        with pytest.raises(StandingRefused, match="Name the document"):
            listing.take_step(key=row.key, step="waived", done=Done(TODAY, 5), by=by)
        with pytest.raises(StandingRefused, match="before the party was told on 2026-11-20"):
            early = Done(date(2026, 11, 19), 5, "放弃声明")
            listing.take_step(key=row.key, step="waived", done=early, by=by)
        given_up = Done(date(2026, 11, 21), 5, "放弃陈述申辩听证声明书")
        row = listing.take_step(key=row.key, step="waived", done=given_up, by=by)
        assert (
            listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 6, penalty), by=by).state == "listed"
        )


def test_what_is_told_anew_after_a_waiver_is_not_given_up_by_it() -> None:
    penalty = "津市监罚〔2026〕9号"
    row = told_of_a_penalty(penalty)
    with acting("city") as by:
        given_up = Done(date(2026, 11, 21), 5, "放弃声明")
        row = listing.take_step(key=row.key, step="waived", done=given_up, by=by)
        anew = Done(date(2026, 11, 21), 6, "补充告知书")
        row = listing.take_step(key=row.key, step="notice", done=anew, by=by)
        with pytest.raises(StandingRefused, match="Told on 2026-11-21"):
            listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 7, penalty), by=by)


def test_nothing_is_given_up_before_the_party_was_told_nor_where_the_rule_gives_no_days() -> None:
    subject = an_agency()
    wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "名单")
    serious = Listing(subject.key, "samr_serious", "patent_agency", "serious_agency_act", (), "处罚")
    with acting("city") as by:
        for one in (wanted, serious):
            row = listing.propose(one, by=by)
            with pytest.raises(StandingRefused, match="no step 'waived'"):
                listing.take_step(key=row.key, step="waived", done=Done(TODAY, 1, "声明"), by=by)


def test_the_page_of_an_entry_tells_until_when_the_party_may_speak_and_that_it_gave_that_up() -> None:
    row, nankai = told_of_a_penalty("津市监罚〔2026〕9号"), browser("nankai")
    address = reverse("listing", args=[row.key])
    page = nankai.get(address).content.decode()
    assert "可以陈述、申辩或者要求听证" in page and "2026年11月27日" in page and 'value="waived"' in page
    given_up = {"do": "step", "step": "waived", "version": "5", "on": "2026-11-21", "document": "放弃声明书"}
    assert nankai.post(reverse("listing_act", args=[row.key]), given_up).status_code == 302
    page = nankai.get(address).content.decode()

    assert "放弃陈述、申辩和听证（放弃声明书），不必等待期满" in page


def test_the_page_and_the_removal_of_an_old_entry_ask_what_its_own_version_asks(settings: object) -> None:
    settings.TODAY = date(2025, 9, 10)  # type: ignore[attr-defined]
    subject, penalty, on = an_agency(), "津市监罚〔2025〕9号", date(2025, 9, 10)
    facts = ("heavy_penalty", "fault")
    wanted = Listing(subject.key, "samr_serious", "patent_agency", "serious_agency_act", facts, "处罚")
    with acting("nankai") as by:
        row = listing.propose(wanted, by=by)
    with acting("city") as by:
        row = listing.review(key=row.key, done=Done(on, 1), by=by)
        for version, step in enumerate(("notice", "hearing_offered"), start=2):
            told = Done(date(2025, 9, 1), version, "告知书")
            row = listing.take_step(key=row.key, step=step, done=told, by=by)
        row = listing.take_step(key=row.key, step="with_penalty_decision", done=Done(on, 4, penalty), by=by)
        row = listing.enter(key=row.key, terms=Terms(), done=Done(on, 5, penalty), by=by)
    settings.TODAY = TODAY  # type: ignore[attr-defined]
    page = browser("leader").get(reverse("listing", args=[row.key])).content.decode()
    assert "no_new_heavy_penalty" in page and "public_commitment" not in page
    with acting("city") as by:
        conditions, out = ("duties_done", "harm_removed", "no_new_heavy_penalty"), Done(TODAY, 6, "移出决定")
        assert listing.remove(key=row.key, conditions=conditions, done=out, by=by).state == "removed"
