"""From a matter to the credit file: by an officer's act, once, and taken back when the matter does not stand."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.casework import crediting, crediting_rules, outside, rectifying
from lantian.casework.crediting import Put
from lantian.casework.errors import CreditingRefused, Stale
from lantian.casework.measures_states import Result, Root
from lantian.casework.measuring import Subject as Party
from lantian.casework.models import OutsideMatter, Rectification
from lantian.casework.outside import Noted
from lantian.casework.rectifying import Check, Demand
from lantian.core.competence import Field
from lantian.core.door import on_trial
from lantian.core.messages import NotAllowed
from lantian.core.rulebook import BadRulebook, shipped
from lantian.office import clock
from lantian.office.modes import Module
from lantian.registry.models import Agency, Subject
from lantian.standing import queries, sourcing
from lantian.standing.errors import StandingRefused
from lantian.standing.models import CreditEvent
from tests.personas import acting, browser
from tests.rooms.test_standing import TODAY, an_agency, record

pytestmark = pytest.mark.django_db
DECIDED = date(2026, 10, 20)
NUMBER = "津市监知罚〔2026〕18号"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def values(subject: Subject, **more: str) -> dict[str, str]:
    return {
        "external_no": NUMBER,
        "subject_name": subject.name,
        "subject_no": subject.number,
        "stage": "已决定",
        "opened_on": "2026-08-03",
        "closed_on": str(DECIDED),
        "result": "警告，罚款三万元",
        **more,
    }


def a_penalty(subject: Subject, login: str = "nankai") -> OutsideMatter:
    with acting(login) as by:
        return outside.note(Noted(Module.CASES, "市场监管执法办案系统", subject.kind, values(subject)), by=by)


def put(
    matter: OutsideMatter, subject: Subject, kind: str = "fine", login: str = "nankai", **more: object
) -> None:
    told = Put(**{"kind": kind, "number": subject.number, "on": DECIDED, "document": NUMBER, **more})  # type: ignore[arg-type]
    with acting(login) as by:
        crediting.put_on_file("outside", matter.key, told, version=matter.version, by=by)


def the_event(login: str = "city") -> CreditEvent:
    with acting(login):
        return CreditEvent.objects.prefetch_related("changes").get(document=NUMBER)


def score(subject: Subject) -> str:
    with acting("city"):
        return str(queries.statement_of(subject, TODAY, clock.today()).score)


def test_a_noted_penalty_is_put_on_the_credit_file_by_an_officer_and_says_where_it_came_from() -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    assert score(subject) == "100.00"  # noting it puts nothing on file
    put(matter, subject)
    event = the_event()
    assert (event.indicator, event.occurred_on) == ("AG-PEN-02", DECIDED)
    assert (event.origin_kind, event.origin_key) == ("outside", matter.key)
    with acting("nankai"):
        assert [one.kind for one in queries.facts_of(subject)] == ["penalty"]
    page = browser("nankai").get(reverse("credit", args=[subject.key])).content.decode()
    assert reverse("outside_matter", args=[matter.key]) in page and f"外部系统事项 {NUMBER}" in page
    file = browser("nankai").get(reverse("subject", args=[subject.key])).content.decode()
    assert "受到行政处罚" in file and f"外部系统事项 {NUMBER}" in file


def test_the_same_matter_is_put_on_file_once_and_only_as_what_it_can_be() -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    put(matter, subject)
    with pytest.raises(CreditingRefused, match="already"):
        put(matter, subject, document="另一写法")
    with pytest.raises(CreditingRefused, match="this matter cannot"):
        put(matter, subject, "no_contract")  # an inspection finds that, not a case
    with pytest.raises(CreditingRefused, match="has no term"):
        put(matter, subject, "warning", until=date(2026, 12, 1))
    with pytest.raises(CreditingRefused, match="does not know the subject"):
        put(matter, subject, "warning", number="91120000000000000X")
    with pytest.raises(StandingRefused, match="future"):
        put(matter, subject, "warning", on=date(2026, 12, 1))


def in_two_versions() -> str:
    """The book in which fines of 2026-07-01 and later stand for the indicator of a warning, and what came with it."""
    text = shipped(crediting_rules.FILE)
    start = text.index("[[rule.fine]]")
    old = text[start : text.index("[[rule.", start + 1)]
    new = old.replace("valid_from = 2023-05-01", "valid_from = 2026-07-01").replace("-PEN-02", "-PEN-01")
    return text.replace(old, old.replace("2023-05-01\n", "2023-05-01\nvalid_to = 2026-06-30\n", 1) + new)


@pytest.mark.parametrize(
    ("decided", "indicator"),
    [
        ("2026-06-30", "AG-PEN-02"),
        ("2026-07-01", "AG-PEN-01"),
        (
            "2022-06-01",
            "AG-PEN-02",
        ),  # before the first version: by that one, and the reckoning does not count it
    ],
)
def test_a_fact_is_put_on_file_by_the_rule_of_its_day_whenever_that_is_done(
    decided: str, indicator: str
) -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    with on_trial({crediting_rules.FILE: in_two_versions()}):
        put(matter, subject, on=date.fromisoformat(decided))
    assert the_event().indicator == indicator


def test_a_kind_that_had_ended_on_the_day_of_the_fact_is_refused_with_that_day() -> None:
    text = shipped(crediting_rules.FILE)
    start = text.index("[[rule.fine]]")
    ended = text[:start] + text[start:].replace("2023-05-01\n", "2023-05-01\nvalid_to = 2026-06-30\n", 1)
    subject = an_agency()
    matter = a_penalty(subject)
    with on_trial({crediting_rules.FILE: ended}):
        with pytest.raises(CreditingRefused, match="by the rules of 2026-10-20") as refused:
            put(matter, subject)
        assert "事实发生之日" in refused.value.text.zh
        put(matter, subject, on=date(2026, 6, 30))
    assert the_event().indicator == "AG-PEN-02"


def test_the_page_says_by_which_version_a_fact_was_put_on_file() -> None:
    subject = an_agency()
    matter, nankai = a_penalty(subject), browser("nankai")
    page = reverse("outside_matter", args=[matter.key])
    assert "按事实发生之日生效的规则记入" in nankai.get(page).content.decode()
    told = {"do": "put", "version": "1", "kind": "fine", "subject": subject.number, "on": "2026-06-30"}
    answer = nankai.post(
        reverse("outside_credit", args=[matter.key]),
        {**told, "document": NUMBER, "quantity": "1"},
        follow=True,
    )
    version = crediting_rules.book().rule("fine", date(2026, 6, 30)).version
    assert f"（2026-06-30）的规则记入信用档案，版本 {version}" in answer.content.decode()


def test_the_day_of_the_decision_is_asked_and_never_taken_from_the_day_the_matter_was_closed() -> None:
    """The periods of publication run from it, and an outside system closes a case when it is carried out."""
    subject = an_agency()
    matter, order = a_penalty(subject), a_correction(subject, login="city")
    page = browser("nankai").get(reverse("outside_matter", args=[matter.key]))
    assert page.context["filed"]["on"] == "" and "决定、认定日期" in page.content.decode()
    new = browser("nankai").get(reverse("notices_new"), {"outside": matter.key})
    assert "on" not in new.context["typed"] and new.context["typed"]["document"] == NUMBER
    ours = browser("city").get(reverse("rectification", args=[order.key]))
    assert ours.context["filed"]["on"] == str(order.opened_on)


def test_what_was_typed_by_hand_is_not_put_on_file_again() -> None:
    subject = an_agency()
    record(subject, indicator="AG-PEN-02", on=str(DECIDED), document=NUMBER)
    with pytest.raises(CreditingRefused, match="already"):
        put(a_penalty(subject), subject)


def test_another_office_or_a_stale_page_puts_nothing_on_file() -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    told = Put("fine", subject.number, DECIDED, NUMBER)
    with acting("xiqing") as by, pytest.raises(CreditingRefused, match="no such matter"):
        crediting.put_on_file("outside", matter.key, told, version=1, by=by)
    with acting("leader") as by, pytest.raises(NotAllowed):
        crediting.put_on_file("outside", matter.key, told, version=1, by=by)
    with acting("nankai") as by:
        outside.change(matter.key, values(subject, result="罚款五万元"), version=1, by=by)
        with pytest.raises(Stale):
            crediting.put_on_file("outside", matter.key, told, version=1, by=by)


def test_a_matter_that_says_something_else_contests_its_event_until_a_second_person_decides() -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    put(matter, subject)
    with acting("nankai") as by:
        outside.change(matter.key, values(subject, stage="已结案"), version=1, by=by)
        assert not sourcing.contested(the_event())  # its stage says nothing about the penalty
        outside.change(matter.key, values(subject, stage="已结案", result="撤销原决定"), version=2, by=by)
    event = the_event()
    assert sourcing.contested(event) and score(subject) != "100.00"
    with acting("nankai") as by, pytest.raises(NotAllowed):
        sourcing.take_back(event_key=event.key, reason="撤销原决定", by=by)
    with acting("leader") as by:
        with pytest.raises(StandingRefused, match="reason"):
            sourcing.take_back(event_key=event.key, reason=" ", by=by)
        sourcing.take_back(event_key=event.key, reason="法院判决撤销", by=by)
        with pytest.raises(StandingRefused, match="already"):
            sourcing.take_back(event_key=event.key, reason="法院判决撤销", by=by)
        assert queries.facts_of(subject) == []
        assert queries.official_standing(subject, TODAY).facts == ()
    assert score(subject) == "100.00"
    with pytest.raises(CreditingRefused, match="on file already"):
        put(held_now(matter), subject)


def held_now(matter: OutsideMatter) -> OutsideMatter:
    with acting("nankai"):
        return OutsideMatter.objects.get(pk=matter.pk)


def test_what_was_upheld_may_be_taken_back_when_the_matter_changes_again(settings: object) -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    put(matter, subject)
    with acting("nankai") as by:
        outside.change(matter.key, values(subject, result="罚款三万元（更正笔误）"), version=1, by=by)
    with acting("leader") as by:
        sourcing.uphold(event_key=the_event().key, reason="只是更正笔误", by=by)
        with pytest.raises(StandingRefused, match="Nothing about this event"):
            sourcing.uphold(event_key=the_event().key, reason="再次", by=by)
    settings.TODAY = date(2026, 12, 1)  # type: ignore[attr-defined]
    with acting("nankai") as by:
        outside.change(matter.key, values(subject, result="撤销"), version=2, by=by)
    with acting("leader") as by:
        sourcing.take_back(event_key=the_event().key, reason="复议撤销", by=by)
    assert score(subject) == "100.00"


def test_who_put_it_on_file_does_not_decide_about_it() -> None:
    subject = an_agency()
    matter = a_penalty(subject, "city")
    put(matter, subject, login="city")
    with acting("city") as by, pytest.raises(StandingRefused, match="another person"):
        sourcing.take_back(event_key=the_event().key, reason="登记有误", by=by)


def a_correction(subject: Subject, root: Root = Root.ORDER, login: str = "nankai") -> Rectification:
    party = Party("agency", subject.number, subject.name)
    demand = Demand(
        root, Field.PATENT_AGENCY, party, "补签书面委托合同", "未订立书面委托合同", "专利代理条例第十四条"
    )
    with acting(login) as by:
        return rectifying.ask_correction(demand, by=by)


def rechecked(row: Rectification, result: Result, version: int, login: str = "nankai") -> None:
    with acting(login) as by:
        check = Check(result, TODAY, ("王一", "李二"), "现场复查")
        rectifying.recheck(key=row.key, check=check, version=version, by=by)


def test_an_order_confirms_its_facts_and_its_re_check_notes_the_correction() -> None:
    subject = an_agency()
    row = a_correction(subject, login="city")
    told = Put("no_contract", subject.number, row.opened_on, row.number)
    with acting("city") as by:
        crediting.put_on_file("rectification", row.key, told, version=1, by=by)
    rechecked(row, Result.DONE, 1, "city")
    with acting("nankai"):
        (event,) = queries.event_rows(subject)
        assert event.indicator == "AG-IRR-09"
        assert [one.kind for one in event.changes.all()] == ["corrected"]


def test_a_correction_not_made_is_a_fact_without_points_and_may_be_taken_back() -> None:
    subject = an_agency()
    row = a_correction(subject, Root.OPINION)
    told = Put("not_corrected", subject.number, TODAY, row.number)
    with acting("nankai") as by, pytest.raises(CreditingRefused, match="this matter cannot"):
        crediting.put_on_file("rectification", row.key, told, version=1, by=by)
    rechecked(row, Result.NOT_DONE, 1)
    with acting("nankai") as by:
        crediting.put_on_file("rectification", row.key, told, version=2, by=by)
        (fact,) = queries.facts_of(subject)
        assert fact.kind == "rectification_overdue" and not queries.event_rows(subject).exists()
    with acting("leader") as by:
        sourcing.take_fact_back(fact_key=fact.key, reason="复查记录有误", by=by)
        assert queries.facts_of(subject) == []


def test_whom_no_book_scores_has_the_event_by_the_name_of_its_kind() -> None:
    subject = an_agency()
    Agency.objects.filter(subject=subject).update(kinds=["trademark"])
    put(a_penalty(subject), subject)
    assert the_event().indicator == "fine"
    page = browser("city").get(reverse("credit", args=[subject.key])).content.decode()
    assert "<b>罚款</b>" in page


def test_a_matter_is_put_on_file_contested_and_decided_on_its_page() -> None:
    subject = an_agency()
    matter = a_penalty(subject)
    officer, leader = browser("nankai"), browser("leader")
    page, act = reverse("outside_matter", args=[matter.key]), reverse("outside_credit", args=[matter.key])
    assert "记入信用档案" in officer.get(page).content.decode()
    assert "记入信用档案" not in leader.get(page).content.decode()
    typed = {"do": "put", "version": "1", "kind": "fine", "subject": subject.number, "on": str(DECIDED)}
    refused = officer.post(act, typed | {"document": ""})
    assert refused.status_code == 422 and "请注明作出决定或者确认的文书" in refused.content.decode()
    assert officer.post(act, typed | {"document": NUMBER}).status_code == 302
    sent = {"version": "1", **values(subject, result="罚款一万元")}
    assert officer.post(reverse("outside_change", args=[matter.key]), sent).status_code == 302
    assert "待核定</span>" in leader.get(page).content.decode()
    told = {"do": "uphold", "record": the_event().key, "reason": "金额不影响计分"}
    assert officer.post(act, told).status_code == 403
    assert leader.post(act, told).status_code == 302
    assert "待核定</span>" not in leader.get(page).content.decode()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('agency = "AG-PEN-01"', 'agency = "AG-PEN-99"', "no 'AG-PEN-99'"),
        ('matters = ["not_done"]', 'matters = ["finding"]', "must be one of"),
        ('fact = "heavy_penalty"', 'fact = "rumour"', "must be one of"),
        ('publishes = "penalty"', 'publishes = "gossip"', "has no 'gossip'"),
        ('fact = "penalty"\npublishes', "publishes", "needs its 'fact'"),
    ],
)
def test_a_table_that_names_no_indicator_matter_or_fact_is_refused(old: str, new: str, words: str) -> None:
    """A finding of a machine is no matter: the table cannot even name it."""
    text = shipped(crediting_rules.FILE)
    assert old in text
    with pytest.raises(BadRulebook) as refusal:
        crediting_rules.read_book(text.replace(old, new))
    assert words in refusal.value.text.en
