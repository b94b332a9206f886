"""Eight regimes stay apart: each has its own grounds, steps, decider, term and way out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core import lists
from lantian.core.lists import (
    BadSpell,
    NotListable,
    Proposal,
    Terms,
    check,
    check_spells,
    demand,
    leaving,
    read_book,
    repeated_penalties,
    spell,
)
from lantian.core.messages import WrongUse
from lantian.core.rulebook import BadRulebook, Confidence, NotInForce, shipped

ON = date(2025, 3, 3)
ALL_STEPS = frozenset(lists.STEPS)
SEVEN = (
    "annual_report",
    "false_data",
    "unregistered_change",
    "branch_unfiled",
    "conditions_lost",
    "inconsistent",
    "unreachable",
)


def test_the_seven_grounds_of_article_37_each_cite_their_item() -> None:
    facts = frozenset(lists.FACTS)
    found = [
        check(Proposal("agency_abnormal", "patent_agency", each, facts, ALL_STEPS), ON) for each in SEVEN
    ]
    assert [each.article.zh for each in found] == [f"第37条第{n}项" for n in range(1, 8)]
    assert all(each.ready and each.decider == "cnipa" and each.proposes == "city" for each in found)
    assert len(lists.book().rule("agency_abnormal", ON).values["grounds"]) == 7


@pytest.mark.parametrize(
    ("ground", "missing"),
    [
        ("annual_report", []),
        ("conditions_lost", ["the order to correct has run out"]),
        ("unreachable", ["two recorded attempts to reach the party"]),
    ],
)
def test_a_ground_needs_its_facts(ground: str, missing: list[str]) -> None:
    found = check(Proposal("agency_abnormal", "patent_agency", ground, steps=ALL_STEPS), ON)
    assert [each.en for each in found.missing_facts] == missing


def test_order_44_lists_nobody_without_heavy_penalty_fault_notice_and_the_penalty_decision() -> None:
    bare = check(Proposal("samr_serious", "patent_agency", "serious_agency_act"), ON)
    with pytest.raises(NotListable) as refusal:
        demand(bare)
    for words in (
        "heavy penalty",
        "at fault",
        "prior notice",
        "right to a hearing",
        "together with the penalty",
    ):
        assert words in refusal.value.text.en
    whole = Proposal(
        "samr_serious",
        "patent_agency",
        "serious_agency_act",
        frozenset({"heavy_penalty", "fault"}),
        ALL_STEPS,
    )
    demand(check(whole, ON))


@pytest.mark.parametrize(
    ("list_id", "subject"),
    [
        ("agency_abnormal", "trademark_agency"),
        ("tm_stop_accept", "patent_agency"),
        ("agency_serious", "applicant"),
    ],
)
def test_a_list_takes_only_its_own_kind_of_subject(list_id: str, subject: str) -> None:
    with pytest.raises(NotListable, match="not for this kind of subject"):
        check(Proposal(list_id, subject, "x"), ON)


def test_a_ground_of_another_list_is_no_ground() -> None:
    with pytest.raises(WrongUse, match="has no ground 'wilful_infringement'"):
        check(Proposal("agency_abnormal", "patent_agency", "wilful_infringement"), ON)


@pytest.mark.parametrize(
    ("list_id", "last", "early", "escalates"),
    [
        ("key_monitoring", "2026-03-03", None, None),
        ("agency_abnormal", None, None, "2028-03-03"),
        ("agency_serious", "2028-03-03", None, None),
        ("samr_serious", "2028-03-03", "2026-03-03", None),
        ("cnipa_credit", "2026-03-03", "2025-09-03", None),
        ("enterprise_abnormal", None, None, "2028-03-03"),
        ("pre_exam_suspension", "2026-03-03", "2025-09-03", None),
        ("tm_stop_accept", "2025-09-03", None, None),
    ],
)
def test_every_stay_ends_by_its_own_rule(
    list_id: str, last: str | None, early: str | None, escalates: str | None
) -> None:
    found = spell(list_id, ON)
    told = (found.last, found.early_from, found.escalates_on)
    assert [day and day.isoformat() for day in told] == [last, early, escalates]
    assert set(lists.book().versions) == {
        "key_monitoring",
        "agency_abnormal",
        "agency_serious",
        "samr_serious",
        "cnipa_credit",
        "enterprise_abnormal",
        "pre_exam_suspension",
        "tm_stop_accept",
    }


def test_publication_has_its_own_clock() -> None:
    found = spell("samr_serious", ON)
    assert found.publish is not None
    assert found.publish.due == date(2025, 3, 31)
    assert spell("key_monitoring", ON).publish is None


def test_a_longer_ban_keeps_a_party_longer_and_a_repeat_adds_up_to_the_cap() -> None:
    assert spell("samr_serious", ON, Terms(longer_until=date(2030, 1, 1))).last == date(2030, 1, 1)
    assert [spell("cnipa_credit", ON, Terms(repeats=n)).last for n in (1, 2, 3)] == [
        date(2027, 3, 3),
        date(2028, 3, 3),
        date(2028, 3, 3),
    ]


@pytest.mark.parametrize(
    ("list_id", "terms", "words"),
    [
        ("tm_stop_accept", Terms(months=5), "is at least 6 months"),
        ("cnipa_credit", Terms(months=37), "is at most 36 months"),
        ("samr_serious", Terms(months=48), "is at most 36 months"),
        ("samr_serious", Terms(permanent=True), "cannot be permanent"),
        ("agency_abnormal", Terms(months=12), "has no fixed term"),
    ],
)
def test_a_term_that_the_rule_does_not_know_is_refused(list_id: str, terms: Terms, words: str) -> None:
    with pytest.raises(BadSpell, match=words):
        spell(list_id, ON, terms)


def test_a_trademark_stop_may_be_permanent_and_ends_only_when_acts_are_corrected() -> None:
    forever = spell("tm_stop_accept", ON, Terms(permanent=True))
    assert forever.last is None
    assert [bar.text.en for bar in leaving(forever, date(2040, 1, 1), {"corrected"})] == [
        "the measure is permanent"
    ]
    half_year = spell("tm_stop_accept", ON)
    assert [bar.text.en for bar in leaving(half_year, date(2025, 9, 4), ())] == ["the conduct is corrected"]
    assert leaving(half_year, date(2025, 9, 4), {"corrected"}) == ()


def test_early_removal_waits_for_its_day_and_its_conditions() -> None:
    stay = spell("samr_serious", ON)
    before = leaving(stay, date(2026, 3, 2), {"duties_done"})
    assert [(bar.text.en, bar.until) for bar in before] == [
        ("early removal from 2026-03-03", date(2026, 3, 3)),
        ("harm and bad effects are removed", None),
        ("no new heavy penalty", None),
    ]
    assert leaving(stay, date(2026, 3, 3), {"duties_done", "harm_removed", "no_new_heavy_penalty"}) == ()
    assert leaving(stay, date(2028, 3, 4), ()) == ()


def test_an_entry_is_read_by_the_version_of_its_rule_that_held_when_it_was_decided() -> None:
    """The rule on repair changed on 1 April 2026: who was listed before is not asked for a public commitment."""
    done = ("duties_done", "harm_removed", "no_new_heavy_penalty")
    asked = {}
    for decided in (date(2026, 3, 31), date(2026, 4, 1)):
        stay = spell("samr_serious", decided)
        asked[decided] = [bar.text.en for bar in leaving(stay, date(2028, 1, 10), done)]
        assert stay.confidence is (Confidence.MEMORY if decided < date(2026, 4, 1) else Confidence.UNVERIFIED)
    assert list(asked.values()) == [[], ["a public commitment to keep faith"]]


def test_who_remedies_leaves_the_abnormal_list_at_once() -> None:
    stay = spell("agency_abnormal", ON)
    assert leaving(stay, ON, {"corrected"}) == ()
    assert len(leaving(stay, ON, ())) == 1


def test_two_stays_on_one_list_never_overlap() -> None:
    check_spells([(date(2025, 1, 1), date(2025, 6, 1)), (date(2025, 6, 2), None)])
    for later in (date(2025, 6, 1), date(2025, 3, 1)):
        with pytest.raises(BadSpell, match="has not ended"):
            check_spells([(later, None), (date(2025, 1, 1), date(2025, 6, 1))])
    with pytest.raises(BadSpell):
        check_spells([(date(2025, 1, 1), None), (date(2026, 1, 1), None)])


@given(st.lists(st.dates(date(2023, 1, 1), date(2025, 3, 3)), max_size=6))
def test_three_penalties_are_counted_within_two_years(days: list[date]) -> None:
    assert repeated_penalties(days, ON) == tuple(sorted(day for day in days if day >= date(2023, 3, 3)))


def test_what_is_assumed_is_said_to_be() -> None:
    assert spell("agency_abnormal", ON).confidence is Confidence.UNVERIFIED
    assert spell("tm_stop_accept", ON).confidence is Confidence.TEXT


def test_before_its_instrument_a_list_does_not_exist() -> None:
    with pytest.raises(NotInForce):
        spell("samr_serious", date(2021, 8, 31))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("term_months = 36\nearly_months = 12\n", "", "a term needs term_months"),
        ("serious_list_publish", "serious_list_publisch", "there is no 'serious_list_publisch'"),
        ('heard = "statement_or_hearing_request"\n', "", "no days to waive without heard"),
        ('escalates_to = "agency_serious"', 'escalates_to = "elsewhere"', "there is no 'elsewhere'"),
        ('needs = ["two_attempts"]', 'needs = ["three_attempts"]', "must be one of"),
    ],
)
def test_a_book_of_lists_that_contradicts_itself_is_refused(old: str, new: str, words: str) -> None:
    text = shipped(lists.FILE)
    assert old in text
    with pytest.raises(BadRulebook) as refusal:
        read_book(text.replace(old, new))
    assert words in refusal.value.text.en
    assert "lists.toml, line " in refusal.value.text.en
