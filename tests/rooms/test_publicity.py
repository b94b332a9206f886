"""The ledger of public notices: every period, the text that leaves, the second person, withdrawal, who sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from lantian.casework import outside
from lantian.casework.models import OutsideMatter
from lantian.city.names import credit_code
from lantian.core.competence import Field, NoCompetence
from lantian.core.lists import Terms
from lantian.core.messages import NotAllowed
from lantian.core.moves import MoveRefused
from lantian.core.publicity import NotPublishable, Profile, binding, clocks, conditions
from lantian.office import audit
from lantian.publicity import actions, deciding, publishing, queries, reviewing, sweeping
from lantian.publicity.actions import Fallen, Owed, Told
from lantian.publicity.deciding import Draft
from lantian.publicity.errors import PublicityRefused, Stale
from lantian.publicity.models import Notice, NoticeText
from lantian.publicity.publishing import Placed
from lantian.publicity.states import Cause, State
from lantian.registry.models import Agency, Subject
from lantian.standing import listing
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry
from tests.personas import CITY, NANKAI, XIQING, acting, browser, run_job
from tests.rooms import test_crediting
from tests.rooms.test_crediting import NUMBER
from tests.rooms.test_standing import asked

pytestmark = pytest.mark.django_db
DECIDED, TODAY = date(2026, 11, 16), date(2026, 11, 22)
ABOUT = ("outside", "k1")
FIELDS = {
    "act": "以不正当手段招揽业务",
    "facts": "当事人联系人王某，电话13800138000，委托人甲公司。",
    "content": "罚款三万元",
    "phone": "022-23456789",
    "address": "示例路1号",
}


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def move_to(settings: object, day: date) -> None:
    settings.TODAY = day  # type: ignore[attr-defined]


def an_agency(district: int = NANKAI) -> Subject:
    found = Agency.objects.filter(subject__district_code=str(district), kinds=["patent"])
    one = found.order_by("id").first()
    assert one is not None
    subject: Subject = one.subject
    return subject


def a_penalty(
    login: str = "city", about: tuple[str, str] = ABOUT, fields: Mapping[str, str] = FIELDS, **more: object
) -> Notice:
    with acting(login) as by:
        told = Told(fields=fields, **more)  # type: ignore[arg-type]
        row = actions.owe(Owed(about, "penalty", an_agency().key, "津知罚〔2026〕1号", DECIDED, told), by=by)
    assert row is not None
    return row


def fresh(row: Notice) -> Notice:
    found = queries.find(row.key)
    assert found is not None
    return found


def prepare(row: Notice, login: str = "city", term: str = "ordinary", **more: object) -> NoticeText:
    with acting(login) as by:
        row = fresh(row)
        draft = Draft(deciding.first_draft(row), term, **more)  # type: ignore[arg-type]
        digest = deciding.preview(row, draft).digest
        return deciding.prepare(key=row.key, draft=draft, digest=digest, version=row.version, by=by)


def approve(row: Notice, login: str = "marks") -> Notice:
    with acting(login) as by:
        text = queries.text_of(row)
        assert text is not None
        return deciding.approve(key=row.key, digest=text.digest, version=fresh(row).version, by=by)


def put_out(row: Notice, channel: str = "site", on: date = TODAY, login: str = "city") -> Notice:
    with acting(login) as by:
        placed = Placed(channel, on, fresh(row).version, "https://example.invalid/1")
        return publishing.publish(key=row.key, placed=placed, by=by)


def a_published(**more: object) -> Notice:
    row = a_penalty()
    prepare(row, **more)  # type: ignore[arg-type]
    approve(row)
    return put_out(row)


# Clocks


def test_every_period_is_shown_and_the_earliest_binds() -> None:
    row = a_penalty()
    clocks = {one["channel"]: one["clock"] and one["clock"]["due"] for one in row.clocks}
    assert clocks == {
        "gsxt": "2026-12-14",
        "site": "2026-11-25",
        "credit_china": "2026-11-25",
        "mirror": None,
    }
    assert row.due == date(2026, 11, 25) and row.state == State.DUE
    steps = row.clocks[0]["clock"]["steps"]
    assert steps[0][1] == "作出处罚决定之日，不计入期限。" and steps[-1][0] == "2026-12-14"


def test_once_the_first_period_is_met_the_next_one_binds() -> None:
    row = a_published()
    assert row.due == date(2026, 11, 25)  # Credit China
    assert put_out(row, "credit_china").due == date(2026, 12, 14)
    assert put_out(row, "gsxt").due is None


def test_a_duty_told_twice_stands_once_and_what_is_not_published_makes_none() -> None:
    assert a_penalty() == a_penalty()
    with acting("city") as by:
        listed = Owed(("listing", "k"), "key_monitoring", an_agency().key, "文", DECIDED)
        assert actions.owe(listed, by=by) is None


# The text that leaves the house


def test_the_preview_says_precisely_what_leaves_and_what_does_not() -> None:
    row = a_penalty()
    with acting("city"):
        found = deciding.preview(row, Draft(deciding.first_draft(row), "ordinary", secrets=("甲公司",)))
    leaves = dict(found.redacted.leaves)
    assert leaves["facts"] == "当事人联系人王某，电话（已隐去），委托人（已隐去）。"
    assert "phone" not in leaves and leaves["address"] == "示例路1号"
    assert {one.what for one in found.redacted.removed} == {"13800138000", "甲公司", "022-23456789"}


def test_only_the_text_that_was_looked_at_is_prepared() -> None:
    row = a_penalty()
    with acting("city") as by:
        looked = deciding.preview(row, Draft(deciding.first_draft(row), "ordinary")).digest
        other = Draft({**deciding.first_draft(row), "content": "罚款五万元"}, "ordinary")
        with pytest.raises(Stale, match="previewed"):
            deciding.prepare(key=row.key, draft=other, digest=looked, version=row.version, by=by)


def test_a_text_without_what_the_order_asks_for_is_refused() -> None:
    row = a_penalty(fields={"act": "无资质代理"})
    with acting("city"), pytest.raises(PublicityRefused, match="penalty or term"):
        deciding.preview(row, Draft(deciding.first_draft(row), "ordinary"))


def test_nobody_approves_his_own_text_and_nothing_leaves_before_approval() -> None:
    row = a_penalty()
    prepare(row)
    with pytest.raises(PublicityRefused, match="another person"):
        approve(row, "city")
    with pytest.raises(MoveRefused):
        put_out(row)
    approve(row)
    with pytest.raises(PublicityRefused, match="future"):
        put_out(row, on=date(2026, 11, 23))


def test_a_text_sent_back_is_prepared_again() -> None:
    row = a_penalty()
    prepare(row)
    with acting("marks") as by:
        deciding.send_back(key=row.key, note="缺少依据", version=fresh(row).version, by=by)
    assert prepare(row).number == 2


@pytest.mark.parametrize("term", ["warning", "simple"])
def test_what_is_not_published_takes_two_persons_and_a_reason(term: str) -> None:
    """A warning alone, and a penalty by simple procedure: Order 45 speaks of the ordinary one."""
    row = a_penalty()
    with pytest.raises(PublicityRefused, match="Say why"):
        prepare(row, term=term)
    text = prepare(row, term=term, reason="仅警告")
    assert text.leaves == []
    assert approve(row).state == State.SPARED
    with acting("city"):
        assert fresh(row).due is None


def test_who_may_not_publish_in_this_field_is_refused_by_the_matrix() -> None:
    row = a_penalty("nankai")
    with pytest.raises(NoCompetence):
        prepare(row, "nankai")
    with acting("centre") as by, pytest.raises(NotAllowed):
        actions.owe_by_hand(Owed(ABOUT, "penalty", an_agency().key, "文", DECIDED), by=by)


def test_the_result_of_a_check_is_published_by_whom_the_matrix_lets() -> None:
    """No row, no document: a district publishes nothing about a patent agency, and the city does."""
    for login, about in (("nankai", "c1"), ("city", "c2")):
        with acting(login) as by:
            told = Told(fields=FIELDS)
            owed = Owed(("outside", about), "check_result", an_agency().key, "抽查〔2026〕1号", DECIDED, told)
            row = actions.owe(owed, by=by)
        assert row is not None
        if login == "city":
            assert prepare(row, login, "result").number == 1
            continue
        with pytest.raises(NoCompetence):
            prepare(row, login, "result")


def both_kinds(subject: Subject) -> Subject:
    Agency.objects.filter(subject=subject).update(kinds=["patent", "trademark"])
    return subject


def test_a_trademark_fine_of_a_district_on_an_agency_of_both_kinds_is_published_by_the_district() -> None:
    """A patent matter the city would decide: the register does not say which it is, so the officer does."""
    subject = both_kinds(an_agency())
    matter = test_crediting.a_penalty(subject)
    with pytest.raises(PublicityRefused, match="choose the field"):
        test_crediting.put(matter, subject)
    test_crediting.put(matter, subject, law=Field.TRADEMARK_AGENCY)
    with acting("nankai"):
        (row,) = queries.of_record(("outside", matter.key))
        Notice.objects.filter(pk=row.pk).update(told={"act": "违法招揽", "content": "罚款三万元"})
    prepare(row, "nankai")
    approve(row, "leader")
    assert put_out(row, login="nankai").state == State.PUBLISHED


def test_an_officer_says_the_field_only_where_the_register_does_not() -> None:
    wanted = Owed(ABOUT, "penalty", an_agency().key, "文", DECIDED, Told(law=Field.TRADEMARK_AGENCY))
    with acting("nankai") as by:
        with pytest.raises(PublicityRefused, match="mend the register"):
            actions.owe_by_hand(wanted, by=by)
        nobody = replace(wanted, subject_key="", told=Told("某店", fields=FIELDS))
        with pytest.raises(PublicityRefused, match="choose the field"):
            actions.owe_by_hand(nobody, by=by)


def test_a_notice_without_a_field_gets_it_by_an_act_before_anything_is_prepared() -> None:
    told = Told("某店", fields=FIELDS)
    with acting("nankai") as by:
        row = actions.owe(Owed(ABOUT, "penalty", "", "文", DECIDED, told), by=by)
        assert row is not None and row.field == ""
    with pytest.raises(PublicityRefused, match="choose it first"):
        prepare(row, "nankai")
    act, client = reverse("notice_act", args=[row.key]), browser("nankai")
    assert "领域（必选）" in client.get(reverse("notice", args=[row.key])).content.decode()
    assert client.post(act, {"do": "choose", "version": "1"}).status_code == 422
    typed = {"do": "choose", "version": "1", "law": "trademark_agency"}
    assert client.post(act, typed).status_code == 302
    assert prepare(row, "nankai").number == 1
    with acting("nankai") as by, pytest.raises(MoveRefused):
        actions.choose_law(key=row.key, law=Field.UNLICENSED, version=fresh(row).version, by=by)


def test_only_the_office_that_decided_publishes() -> None:
    row = a_penalty("nankai")
    with pytest.raises(PublicityRefused, match="Whoever decided"):
        prepare(row, "city")


# Where it stands, until when


def test_statutory_channels_come_first_and_ours_only_mirrors() -> None:
    row = a_penalty()
    prepare(row)
    approve(row)
    with pytest.raises(PublicityRefused, match="statutory"):
        put_out(row, "mirror")
    put_out(row, "gsxt")
    put_out(row, "mirror")
    with acting("city"):
        assert [one.channel for one in queries.places(row) if one.out] == ["gsxt", "mirror"]


def test_what_was_out_before_it_came_into_the_ledger_is_told_as_it_was(settings: object) -> None:
    row = a_penalty()
    prepare(row)
    move_to(settings, date(2026, 11, 24))
    approve(row)
    with pytest.raises(PublicityRefused, match="before it was approved"):
        put_out(row, on=TODAY)  # the ledger knew of it, and nobody had approved the text
    assert put_out(row, on=date(2026, 11, 19)).published_on == date(2026, 11, 19)


def test_a_decision_from_before_the_order_makes_no_duty() -> None:
    with acting("city") as by:
        found = Owed(ABOUT, "penalty", an_agency().key, "文", date(2021, 8, 31))
        assert actions.owe(found, by=by) is None
        assert actions.owe(replace(found, event_on=date(2021, 9, 1)), by=by) is not None


@pytest.mark.parametrize(
    ("term", "longest", "until"),
    [
        ("minor", None, date(2027, 2, 22)),
        ("ordinary", None, date(2029, 11, 22)),
        ("barring", date(2031, 11, 15), date(2031, 11, 15)),
        ("barring", date(2027, 1, 1), date(2029, 11, 22)),
    ],
)
def test_the_last_day_follows_from_the_first_publication(
    term: str, longest: date | None, until: date
) -> None:
    row = a_published(term=term, longest=longest)
    assert row.until == until and row.published_on == TODAY
    assert row.until_derivation and row.until_derivation["basis_zh"].startswith(
        "市场监督管理行政处罚信息公示规定"
    )


def test_a_ban_prolongs_only_a_penalty_that_is_a_ban() -> None:
    with pytest.raises(NotPublishable, match="ban"):
        prepare(a_penalty(), term="ordinary", longest=date(2031, 1, 1))


def test_a_correction_is_approved_again_and_replaces_the_text_on_every_channel() -> None:
    row = a_published()
    put_out(row, "gsxt")
    text = prepare(row, reason="金额有误")
    assert text.number == 2
    with acting("city"):
        assert fresh(row).state == State.CORRECTING
        assert {one.text_number for one in queries.places(row) if one.out} == {1}
    approve(row)
    for channel, state in (("site", State.CORRECTED), ("gsxt", State.PUBLISHED)):
        with acting("city") as by:
            placed = Placed(channel, TODAY, fresh(row).version)
            assert publishing.replace(key=row.key, placed=placed, by=by).state == state
            assert fresh(row).published_on == TODAY


def test_while_a_correction_sent_back_rests_the_approved_text_goes_on_to_further_channels() -> None:
    row = a_published()
    prepare(row, reason="金额有误")
    with acting("marks") as by:
        deciding.send_back(key=row.key, note="金额无误", version=fresh(row).version, by=by)
    put_out(row, "gsxt")
    with acting("city"):
        assert {one.text_number for one in queries.places(row) if one.out} == {1}


# Withdrawal and end


MET = {"performed": "缴款书", "harm_removed": "整改报告", "no_repeat": "查询记录", "not_listed": "查询记录"}


def ask(row: Notice, cause: Cause = Cause.ANNULLED, on: date = TODAY, **more: object) -> Notice:
    with acting("city") as by:
        fallen, version = Fallen(cause, on, "津政复〔2026〕1号"), fresh(row).version
        met = more.get("met", MET)
        return reviewing.ask(key=row.key, fallen=fallen, met=met, version=version, by=by)  # type: ignore[arg-type]


def confirm(row: Notice, login: str = "marks") -> Notice:
    with acting(login) as by:
        return reviewing.confirm(key=row.key, version=fresh(row).version, by=by)


def keep(row: Notice, note: str = "不影响公示内容", login: str = "marks") -> Notice:
    with acting(login) as by:
        return reviewing.keep(key=row.key, note=note, version=fresh(row).version, by=by)


def fall(row: Notice, cause: Cause = Cause.ANNULLED, on: date = TODAY) -> Notice:
    return confirm(ask(row, cause, on))


def test_what_is_annulled_is_taken_down_within_three_working_days() -> None:
    row = fall(a_published())
    assert (row.state, row.due) == (State.WITHDRAWING, date(2026, 11, 25))
    assert row.withdraw_derivation and row.withdraw_derivation["rule"] == "penalty_withdraw"
    with acting("city") as by:
        done = publishing.withdraw(key=row.key, placed=Placed("site", TODAY, row.version), by=by)
    assert (done.state, done.due) == (State.WITHDRAWN, None)


def test_a_withdrawal_that_is_not_recorded_is_overdue_and_every_channel_counts(settings: object) -> None:
    row = a_published()
    fall(put_out(row, "gsxt"))
    move_to(settings, date(2026, 11, 26))
    with acting("city") as by:
        assert list(queries.notices(queries.Filter(clock="late"), date(2026, 11, 26))) == [row]
        placed = Placed("gsxt", TODAY, fresh(row).version)
        assert publishing.withdraw(key=row.key, placed=placed, by=by).state == State.WITHDRAWING


def test_what_falls_away_before_it_was_published_never_goes_out() -> None:
    row = a_penalty()
    with acting("city") as by:
        (fallen,) = actions.fall_away(about=ABOUT, fallen=Fallen(Cause.ANNULLED, TODAY), by=by)
    assert (fallen.state, fallen.due) == (State.DROPPED, None)
    with pytest.raises(MoveRefused):
        prepare(row)


def test_a_repair_ends_a_penalty_early_only_after_its_shortest_time_and_never_a_ban(settings: object) -> None:
    row = a_published()
    day = date(2027, 5, 21)
    move_to(settings, day)
    with pytest.raises(PublicityRefused, match="from 2027-05-22 only"):
        fall(row, Cause.REPAIRED, day)
    day = date(2027, 5, 22)
    move_to(settings, day)
    assert fall(row, Cause.REPAIRED, day).due == date(2027, 5, 26)
    move_to(settings, TODAY)
    barred = a_penalty(about=("outside", "k2"))
    prepare(barred, term="barring")
    approve(barred)
    put_out(barred)
    move_to(settings, date(2029, 1, 1))
    with pytest.raises(PublicityRefused, match="not ended before"):
        fall(barred, Cause.REPAIRED, date(2029, 1, 1))


def test_an_annulment_is_said_by_one_person_and_confirmed_by_another_while_its_period_runs() -> None:
    row = ask(a_published())
    assert (row.state, row.due) == (
        State.PUBLISHED,
        date(2026, 11, 25),
    )  # published until another person decides
    with pytest.raises(PublicityRefused, match="another person does"):
        confirm(row, "city")
    with pytest.raises(PublicityRefused, match="another person decides"):
        ask(row)
    with pytest.raises(PublicityRefused, match="to be reviewed"):
        put_out(row, "gsxt")
    fallen = confirm(row)
    assert (fallen.state, fallen.cause, fallen.question) == (State.WITHDRAWING, Cause.ANNULLED, None)
    with acting("city"):
        acts = [(one.act, one.document) for one in fallen.steps.order_by("id")][-2:]
    assert acts == [("ask", "津政复〔2026〕1号"), ("fall_away", "津政复〔2026〕1号")]


def test_a_withdrawal_that_is_not_confirmed_leaves_the_notice_as_it_was_with_the_reason() -> None:
    row = ask(a_published())
    with pytest.raises(PublicityRefused, match="Say why"):
        keep(row, " ")
    kept = keep(row, "复议决定维持")
    assert (kept.state, kept.question, kept.due) == (State.PUBLISHED, None, date(2026, 11, 25))
    with pytest.raises(PublicityRefused, match="Nothing stands against"):
        confirm(row)


def test_an_early_end_needs_a_document_for_each_condition_of_the_order(settings: object) -> None:
    row = a_published()
    day = date(2027, 5, 24)
    move_to(settings, day)
    with pytest.raises(PublicityRefused, match="missing: the harm and its effects were removed"):
        ask(row, Cause.REPAIRED, day, met={**MET, "harm_removed": " "})
    ask(row, Cause.REPAIRED, day)
    assert confirm(row).cause == Cause.REPAIRED
    with acting("city"):
        assert fresh(row).steps.get(act="ask").met == MET
    known, since = (
        conditions(date(2026, 3, 31)),
        conditions(day),
    )  # Order 36 rules on repair from 1 April 2026
    assert {known.basis.article.zh, since.basis.article.zh} == {"第14条"}
    assert (str(known.confidence), str(since.confidence)) == ("text", "unverified")


# A record below that changed


def a_published_fine() -> tuple[OutsideMatter, Notice]:
    """A fine of the city's own, put on file from an outside matter and published."""
    subject = an_agency()
    matter = test_crediting.a_penalty(subject, "city")
    test_crediting.put(matter, subject, login="city")
    with acting("city"):
        (row,) = queries.of_record(("outside", matter.key))
        Notice.objects.filter(pk=row.pk).update(told={"act": "违法招揽", "content": "罚款三万元"})
    prepare(row)
    approve(row)
    return matter, put_out(row)


def changed(matter: OutsideMatter, login: str = "city", **more: str) -> None:
    with acting(login) as by:
        matter.refresh_from_db()
        subject = an_agency()
        told = test_crediting.values(subject, **more)
        outside.change(matter.key, told, version=matter.version, by=by)


def test_an_outside_decision_that_changed_puts_its_notice_up_for_review_in_three_working_days() -> None:
    matter, row = a_published_fine()
    changed(matter, stage="已结案")
    with acting("city"):
        assert fresh(row).question is None  # its stage says nothing about the decision
    changed(matter, result="罚款一万元")
    with acting("city"):
        found = fresh(row)
        question = queries.question_of(found)
        assert question and not question.asked and NUMBER in question.note
        assert question.clock and question.clock["rule"] == "penalty_withdraw"
        assert (question.clock["due"], found.due) == (
            "2026-11-25",
            date(2026, 10, 29),
        )  # Credit China is overdue
        assert list(queries.notices(queries.Filter(clock="question"), TODAY)) == [row]
        assert row in queries.waiting(CITY)
    with pytest.raises(PublicityRefused, match="another person does"):
        keep(row, login="city")  # whoever changed the record
    with pytest.raises(PublicityRefused, match="Nobody has asked"):
        confirm(row)
    with pytest.raises(PublicityRefused, match="to be reviewed"):
        put_out(row, "gsxt")
    assert keep(row).question is None


def test_nobody_who_changed_the_record_decides_even_if_another_changed_it_after_him() -> None:
    matter, row = a_published_fine()
    changed(matter, result="罚款一万元")
    changed(matter, login="marks", result="罚款两万元")
    for login in ("city", "marks"):
        with pytest.raises(PublicityRefused, match="another person does"):
            keep(row, login=login)


def test_a_changed_decision_is_answered_by_a_corrected_text_on_every_channel() -> None:
    matter, row = a_published_fine()
    changed(matter, result="罚款一万元")
    prepare(row, reason="罚款改为一万元")
    approve(row)
    with acting("city") as by:
        assert fresh(row).question is not None  # the older text still stands outside
        placed = Placed("site", TODAY, fresh(row).version)
        assert publishing.replace(key=row.key, placed=placed, by=by).question is None


def test_whoever_changed_the_record_does_not_approve_the_text_that_answers_it() -> None:
    matter, row = a_published_fine()
    changed(matter, login="marks", result="罚款一万元")
    prepare(row, reason="罚款改为一万元")
    with pytest.raises(PublicityRefused, match="changed the record does not decide"):
        approve(row)
    with acting("city"):
        assert fresh(row).question is not None


def test_a_text_prepared_before_the_decision_changed_is_not_approved() -> None:
    matter = test_crediting.a_penalty(an_agency(), "city")
    test_crediting.put(matter, an_agency(), login="city")
    with acting("city"):
        (row,) = queries.of_record(("outside", matter.key))
        Notice.objects.filter(pk=row.pk).update(told={"act": "违法招揽", "content": "罚款三万元"})
    prepare(row)
    changed(matter, result="罚款一万元")
    with pytest.raises(PublicityRefused, match="prepare the text anew"):
        approve(row)
    with acting("city"):
        assert queries.question_of(fresh(row)).clock is None  # type: ignore[union-attr]  # nothing is out
    with acting("marks") as by:
        deciding.send_back(key=row.key, note="罚款已改", version=fresh(row).version, by=by)
    prepare(row)
    assert approve(row).question is None


def test_asking_for_a_withdrawal_does_not_stop_the_days_of_a_doubt_and_keeping_puts_it_back(
    settings: object,
) -> None:
    """A record that changed has to be answered, whatever is asked later and whoever denies it."""
    matter, row = a_published_fine()
    changed(matter, result="罚款一万元")
    move_to(settings, date(2026, 11, 25))
    found = queries.question_of(ask(row, on=date(2026, 11, 25)))
    assert found and found.asked and found.clock and found.clock["due"] == "2026-11-25"  # not the 28th
    with acting("city"):
        assert NUMBER in browser("city").get(reverse("notice", args=[row.key])).content.decode()
    back = queries.question_of(keep(row, "没有撤销"))
    assert back and not back.asked and (back.on, NUMBER in back.note) == (TODAY, True)
    assert back.clock and back.clock["due"] == "2026-11-25"
    ask(row, Cause.CHANGED, date(2026, 11, 24))
    done = confirm(row)
    assert (done.cause_on, done.due) == (TODAY, date(2026, 11, 25))


def test_a_record_that_changes_while_a_withdrawal_is_asked_for_is_in_doubt_too() -> None:
    matter, row = a_published_fine()
    ask(row, on=TODAY)
    changed(matter, result="罚款一万元")
    with acting("city"):
        found = queries.question_of(fresh(row))
    assert found and found.asked and found.doubt and NUMBER in found.doubt.note
    assert keep(row).question is not None


def test_whoever_changed_the_record_does_not_decide_what_another_asks() -> None:
    matter, row = a_published_fine()
    changed(matter, login="marks", result="罚款一万元")
    ask(row)
    with pytest.raises(PublicityRefused, match="another person does"):
        keep(row)
    with pytest.raises(PublicityRefused, match="another person does"):
        confirm(row)


# A party of another province


def an_outsider(**more: object) -> Notice:
    told = Told(
        "示例代理（北京）有限公司", credit_code(2, "110108"), Profile.ENTERPRISE, Field.UNLICENSED, FIELDS
    )
    with acting("city") as by:
        row = actions.owe(Owed(("outside", "b1"), "penalty", "", "津知罚〔2026〕2号", DECIDED, told), by=by)
    assert row is not None
    prepare(row)
    return approve(row)


def forward(row: Notice, on: date = TODAY, document: str = "津知函〔2026〕3号") -> Notice:
    with acting("city") as by:
        placed = Placed("gsxt", on, fresh(row).version, document=document)
        return publishing.forward(key=row.key, placed=placed, by=by)


def test_a_party_of_another_province_is_forwarded_within_ten_working_days_and_published_there() -> None:
    row = an_outsider()
    clocks = {one["channel"]: one["clock"] and one["clock"]["due"] for one in row.clocks}
    assert (row.home, clocks["gsxt"], clocks["site"]) == ("11", "2026-11-30", "2026-11-25")
    with pytest.raises(PublicityRefused, match="letter or receipt"):
        forward(row, document=" ")
    row = forward(row)
    assert (row.state, row.published_on, row.until) == (State.PUBLISHED, None, None)
    with acting("city"):
        assert not queries.in_force(TODAY).exists()  # it can be read nowhere yet
        (place,) = [one for one in queries.places(row) if one.left]
    assert (place.forwarded_on, place.forwarded_by) == (TODAY, "津知函〔2026〕3号")
    with pytest.raises(PublicityRefused, match="Nothing is to be forwarded"):
        forward(row)
    assert put_out(row, "gsxt").until == date(2029, 11, 22)


def test_what_was_forwarded_is_taken_back_there_when_the_decision_is_annulled() -> None:
    row = fall(forward(an_outsider()))
    assert (row.state, row.due) == (State.WITHDRAWING, date(2026, 11, 25))
    with acting("city") as by:
        placed = Placed("gsxt", TODAY, row.version)
        assert publishing.withdraw(key=row.key, placed=placed, by=by).state == State.WITHDRAWN


def test_a_party_of_our_own_is_not_forwarded() -> None:
    row = a_penalty()
    prepare(row)
    approve(row)
    assert row.home == ""
    with pytest.raises(PublicityRefused, match="Nothing is to be forwarded"):
        forward(row)


def test_a_publication_ends_with_its_last_day(settings: object) -> None:
    row = a_published(term="minor")
    for day, over in ((date(2027, 2, 22), 0), (date(2027, 2, 23), 1)):
        move_to(settings, day)
        with acting("city") as by:
            assert queries.lapsed(day).count() == over
            assert queries.in_force(day).count() == 1 - over
            job = sweeping.run_all(by=by)
        run_job(job)
    with acting("city") as by:
        found = fresh(row)
        assert (found.state, found.cause, found.due) == (State.WITHDRAWING, Cause.LAPSED, date(2027, 2, 22))
        placed = Placed("site", date(2027, 2, 23), found.version)
        assert publishing.withdraw(key=row.key, placed=placed, by=by).state == State.ENDED


def test_a_provisional_day_is_reckoned_again_once_the_days_off_are_announced() -> None:
    row = a_penalty()
    with acting("city") as by:
        # as if the year had not been announced when the duty arose
        Notice.objects.filter(pk=row.pk).update(due=date(2026, 12, 31), due_provisional=True)
        audit.record(audit.Kind.NOTICE_READ, by=by, about=("notice", row.key))
        job = sweeping.run_all(by=by)
    run_job(job)
    with acting("city"):
        found = fresh(row)
        assert (found.due, found.due_provisional, found.state) == (date(2026, 11, 25), False, State.DUE)
        assert audit.history("notice", row.key)[-1].detail["was"] == "2026-12-31"


# What standing tells


def listed(list_id: str = "samr_serious", ground: str = "serious_agency_act") -> ListEntry:
    facts, steps = ("heavy_penalty", "fault"), ("notice", "hearing_offered", "with_penalty_decision")
    subject = an_agency()
    with acting("city") as by:
        wanted = Listing(subject.key, list_id, "patent_agency", ground, facts, "内部理由")
        row = listing.propose(wanted, by=by)
        for step in steps:
            on = DECIDED if step == "with_penalty_decision" else DECIDED - timedelta(days=30)
            done = Done(on, row.version, "津市监列〔2026〕1号")
            row = listing.take_step(key=row.key, step=step, done=done, by=by)
    with acting("marks") as by:
        row = listing.review(key=row.key, done=Done(DECIDED, row.version), by=by)
        return listing.enter(
            key=row.key, terms=Terms(), done=Done(DECIDED, row.version, "津市监列〔2026〕1号"), by=by
        )


def test_a_listing_owes_its_publication_in_the_same_act_and_its_removal_the_taking_down(
    settings: object,
) -> None:
    entry = listed()
    with acting("city"):
        (row,) = queries.of_record(("listing", entry.key))
        draft = deciding.first_draft(row)
        assert (row.due, row.longest) == (date(2026, 12, 14), entry.last)
        assert "严重违法" in draft["act"] and "内部理由" not in str(draft)
    prepare(row, "marks", term="stay", longest=row.longest)
    approve(row, "city")
    assert put_out(row, "gsxt", login="marks").until == entry.last
    day = date(2028, 3, 6)
    move_to(settings, day)
    asked(entry, "duties_done", "harm_removed", "no_new_heavy_penalty", "public_commitment", login="city")
    with acting("marks") as by:
        done = Done(day, entry.version + 5, "津市监移〔2028〕1号")
        listing.remove(key=entry.key, done=done, by=by)
        found = fresh(row)
        assert (found.state, found.cause, found.due) == (State.WITHDRAWING, Cause.REMOVED, date(2028, 3, 9))


def test_a_stay_that_ends_by_itself_ends_its_publication_too(settings: object) -> None:
    entry = listed()
    move_to(settings, date(2029, 11, 20))
    with acting("city") as by:
        job = listing.expire_all(by=by)
    run_job(job)
    with acting("city"):
        (row,) = queries.of_record(("listing", entry.key))
        assert row.state == State.DROPPED  # it had never gone out


def test_a_fine_that_the_city_puts_on_file_is_published_by_the_district_that_decided_it() -> None:
    subject = an_agency()
    matter = test_crediting.a_penalty(subject, "nankai")
    test_crediting.put(matter, subject, login="city")
    with acting("nankai"):
        (row,) = queries.of_record(("outside", matter.key))
        assert row.unit_id == NANKAI and list(queries.waiting(NANKAI)) == [row]
    with pytest.raises(PublicityRefused, match="Whoever decided"):
        put_out(row, login="city")


@pytest.mark.parametrize(("kind", "owed"), [("fine", 1), ("warning", 0), ("other_penalty", 0)])
def test_a_fine_put_on_file_from_an_outside_case_owes_its_publication(kind: str, owed: int) -> None:
    """A warning alone is not published, another authority's penalty is published by that authority."""
    subject = an_agency()
    matter = test_crediting.a_penalty(subject)
    test_crediting.put(matter, subject, kind)
    with acting("nankai"):
        rows = queries.of_record(("outside", matter.key))
        assert [row.document for row in rows] == [test_crediting.NUMBER] * owed
    page = browser("nankai").get(reverse("outside_matter", args=[matter.key])).content.decode()
    assert ("行政处罚信息" in page) == bool(owed) and ("登记应公示的决定" in page) == (not owed)


# A natural person


def test_a_natural_person_has_a_shorter_text_and_fewer_channels() -> None:
    with acting("city") as by:
        told = Told("张某", "120101199001011234", Profile.PERSON, fields=FIELDS)
        row = actions.owe(Owed(("outside", "p1"), "penalty", "", "文", DECIDED, told), by=by)
        assert row is not None
        found = deciding.preview(row, Draft(deciding.first_draft(row), "ordinary"))
    assert [one["channel"] for one in row.clocks] == ["site", "mirror"]
    where = clocks("samr_serious", DECIDED, Profile.PERSON)
    assert [one.channel.code for one in where] == ["site", "mirror"] and binding(where)
    leaves = dict(found.redacted.leaves)
    assert "address" not in leaves and (leaves["name"], leaves["number"]) == ("张某", "（已隐去）")


# Who sees it, what is kept


def test_another_district_sees_no_notice_no_text_and_no_step() -> None:
    row = a_published()
    for login, seen in (("nankai", 1), ("xiqing", 0)):
        with acting(login):
            assert Notice.objects.filter(key=row.key).count() == seen
            assert NoticeText.objects.filter(notice__key=row.key).count() == seen
    assert XIQING not in row.seen_by


def test_texts_and_steps_are_never_changed() -> None:
    a_published()
    for table in ("publicity_noticetext", "publicity_noticestep"):
        with (
            acting("city"),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {table} SET at = now()")


def test_every_act_leaves_its_event_without_names() -> None:
    row = a_published()
    with acting("city"):
        events = audit.history("notice", row.key)
    assert [one.kind for one in events] == ["notice_owed", *["notice_moved"] * 3]
    assert events[-1].detail["channel"] == "site" and "王某" not in str([one.detail for one in events])


def test_a_page_that_is_out_of_date_is_refused() -> None:
    row = a_penalty()
    prepare(row)
    with acting("city") as by, pytest.raises(Stale, match="look at it again"):
        publishing.publish(key=row.key, placed=Placed("site", TODAY, 1), by=by)
