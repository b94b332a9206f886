"""Listing: the party's days to speak, its giving them up, and entries read by their own version of the rule."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.core.lists import Terms
from lantian.standing import listing, queries
from lantian.standing.errors import StandingRefused
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry
from tests.personas import acting, browser
from tests.rooms.test_standing import an_agency, asked

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
    with acting("marks") as by, pytest.raises(StandingRefused, match="until 2026-11-27"):
        listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 5, penalty), by=by)
    with acting("city") as by:
        with pytest.raises(StandingRefused, match="Name the document"):
            listing.take_step(key=row.key, step="waived", done=Done(TODAY, 5), by=by)
        with pytest.raises(StandingRefused, match="before the party was told on 2026-11-20"):
            early = Done(date(2026, 11, 19), 5, "放弃声明")
            listing.take_step(key=row.key, step="waived", done=early, by=by)
        given_up = Done(date(2026, 11, 21), 5, "放弃陈述申辩听证声明书")
        row = listing.take_step(key=row.key, step="waived", done=given_up, by=by)
    with acting("marks") as by:
        row = listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 6, penalty), by=by)
    assert row.state == "listed"


def test_whoever_recorded_service_waiver_or_hearing_does_not_list_the_party_on_it() -> None:
    penalty = "津市监罚〔2026〕9号"
    row = told_of_a_penalty(penalty)  # the city recorded the service
    with acting("marks") as by:
        given_up = Done(TODAY, 5, "放弃声明")
        row = listing.take_step(key=row.key, step="waived", done=given_up, by=by)
    for login in ("city", "marks"):
        with acting(login) as by:
            assert row not in queries.undecided(by.post_id)
            with pytest.raises(StandingRefused, match="does not list the party on it; another person does"):
                listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 6, penalty), by=by)
    with acting(
        "leader"
    ) as by:  # who recorded nothing; the entry waits for a person of the level that decides
        assert row in queries.undecided(by.post_id)


def test_what_is_told_anew_after_a_waiver_is_not_given_up_by_it() -> None:
    penalty = "津市监罚〔2026〕9号"
    row = told_of_a_penalty(penalty)
    with acting("city") as by:
        given_up = Done(date(2026, 11, 21), 5, "放弃声明")
        row = listing.take_step(key=row.key, step="waived", done=given_up, by=by)
        anew = Done(date(2026, 11, 21), 6, "补充告知书")
        row = listing.take_step(key=row.key, step="notice", done=anew, by=by)
    with acting("marks") as by, pytest.raises(StandingRefused, match="Told on 2026-11-21"):
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
    with acting("marks") as by:
        row = listing.enter(key=row.key, terms=Terms(), done=Done(on, 5, penalty), by=by)
    settings.TODAY = TODAY  # type: ignore[attr-defined]
    page = browser("leader").get(reverse("listing", args=[row.key])).content.decode()
    assert "未再受到较重行政处罚" in page and "公开作出守信承诺" not in page
    asked(row, "duties_done", "harm_removed", "no_new_heavy_penalty")
    with acting("city") as by:
        out = Done(TODAY, 10, "移出决定")
        assert listing.remove(key=row.key, done=out, by=by).state == "removed"


def test_nothing_is_decided_between_a_request_for_a_hearing_and_the_hearing(settings: object) -> None:
    penalty = "津市监罚〔2026〕9号"
    row = told_of_a_penalty(penalty)
    settings.TODAY = date(2026, 12, 15)  # type: ignore[attr-defined]
    decided = date(2026, 12, 15)
    with acting("city") as by:
        with pytest.raises(StandingRefused, match="no step 'hearing_held'"):
            listing.take_step(key=row.key, step="hearing_held", done=Done(decided, 5, "听证笔录"), by=by)
        with pytest.raises(StandingRefused, match="Name the request"):
            listing.take_step(key=row.key, step="hearing_asked", done=Done(decided, 5), by=by)
        asked = Done(date(2026, 11, 25), 5, "听证申请书")
        row = listing.take_step(key=row.key, step="hearing_asked", done=asked, by=by)
        anew = Done(decided, 6, penalty)
        row = listing.take_step(key=row.key, step="with_penalty_decision", done=anew, by=by)
    unheard = pytest.raises(StandingRefused, match="asked for a hearing on 2026-11-25; nothing is decided")
    with acting("marks") as by, unheard:
        listing.enter(key=row.key, terms=Terms(), done=Done(decided, 7, penalty), by=by)
    page = browser("city").get(reverse("listing", args=[row.key])).content.decode()
    assert "要求听证，听证举行" in page and 'value="hearing_held"' in page
    with acting("city") as by:
        with pytest.raises(StandingRefused, match="on 2026-11-25 only"):
            early = Done(date(2026, 11, 24), 7, "听证笔录")
            listing.take_step(key=row.key, step="hearing_held", done=early, by=by)
        held = Done(date(2026, 12, 10), 7, "听证笔录")
        row = listing.take_step(key=row.key, step="hearing_held", done=held, by=by)
    with acting("marks") as by:
        row = listing.enter(key=row.key, terms=Terms(), done=Done(decided, 8, penalty), by=by)
    assert row.state == "listed"


def test_no_decision_is_dated_before_the_hearing_that_was_held(settings: object) -> None:
    penalty, held = "津市监罚〔2026〕9号", date(2026, 12, 10)
    row = told_of_a_penalty(penalty)
    settings.TODAY = held  # type: ignore[attr-defined]
    backdated = date(2026, 12, 4)  # after the days of the party, before the hearing
    with acting("nankai") as by:
        for version, (step, on, document) in enumerate(
            (
                ("hearing_asked", date(2026, 11, 25), "听证申请书"),
                ("hearing_held", held, "听证笔录"),
                ("with_penalty_decision", held, penalty),
            ),
            start=5,
        ):
            row = listing.take_step(key=row.key, step=step, done=Done(on, version, document), by=by)
    with acting("marks") as by:
        with pytest.raises(StandingRefused, match="held, or its request withdrawn, on 2026-12-10"):
            listing.enter(key=row.key, terms=Terms(), done=Done(backdated, 8, penalty), by=by)
        row = listing.enter(key=row.key, terms=Terms(), done=Done(held, 8, penalty), by=by)
    assert (row.state, row.decided_on) == ("listed", held)


def test_the_days_run_from_service_and_say_how_they_were_reckoned_and_how_sure() -> None:
    row = told_of_a_penalty("津市监罚〔2026〕9号")
    page = browser("nankai").get(reverse("listing", args=[row.key])).content.decode()
    assert "送达日期" in page and "期限自送达之日起算" in page
    assert "告知书送达" in page and "第57条" in page  # the derivation, with its article
    assert "不必等待期满。（凭记忆录入，未经核对）" in page


def test_a_day_into_a_year_whose_holidays_are_not_announced_is_told_as_provisional(settings: object) -> None:
    penalty = "津市监罚〔2026〕9号"
    row = told_of_a_penalty(penalty)
    served = date(2026, 12, 29)
    settings.TODAY = served  # type: ignore[attr-defined]
    with acting("city") as by:
        told = Done(served, 5, "补充告知书")
        row = listing.take_step(key=row.key, step="notice", done=told, by=by)
    page = browser("nankai").get(reverse("listing", args=[row.key])).content.decode()
    assert "放假安排尚未公布，日期暂定" in page
    with acting("city") as by:
        given_up = Done(served, 6, "放弃声明")
        row = listing.take_step(key=row.key, step="waived", done=given_up, by=by)
        decided = Done(served, 7, penalty)
        row = listing.take_step(key=row.key, step="with_penalty_decision", done=decided, by=by)
    with acting("marks") as by:
        listing.enter(key=row.key, terms=Terms(), done=Done(served, 8, penalty), by=by)
    page = browser("nankai").get(reverse("listing", args=[row.key])).content.decode()
    assert "公示期限" in page and "放假安排尚未公布，日期暂定" in page
