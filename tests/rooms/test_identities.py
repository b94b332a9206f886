"""Who is who inside the platform: ids of applicants stay from run to run, and what only a case brought ties nobody."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from lantian.office import audit, clock, jobs
from lantian.office.models import AuditEvent, Post
from lantian.screening import actions, cases
from lantian.screening.hands import hand_of
from lantian.screening.models import Finding, IdentityChange, Mention
from lantian.screening.states import Outcome
from tests.intaking import number, table, take
from tests.personas import acting
from tests.rooms.test_case_material import bring
from tests.rooms.test_registry import code
from tests.screened import SHARED, filings, ran, take_filings

pytestmark = pytest.mark.django_db
PEOPLE = ["张某甲", "王某乙", "李某丙", "赵某丁", "刘某戊"]
LATIN = "ZHANG Moujia"  # sorts before every Chinese name
CODE = code("120104", 17)


def persons(first: int, names: list[str], address: str = SHARED) -> list[tuple[str, ...]]:
    return [(*row[:6], "person", *row[7:]) for row in filings(first, names, address=address)]


def ids(*names: str) -> list[str]:
    with acting("city"):
        kept = Mention.objects.filter(address=SHARED).order_by("id").values_list("name", "identity")
        return [dict(kept)[name] for name in names]


def hand() -> Finding:
    with acting("city"):
        every = Finding.objects.filter(detector="P07").order_by("key")
        return next(one for one in every if f"patents:{number(1)}" in one.evidence)


def test_a_person_keeps_the_id_though_a_name_that_sorts_before_it_joins() -> None:
    take_filings(persons(1, PEOPLE))
    ran("P07")
    before = ids(*PEOPLE)
    assert set(hand().members) == set(before) and len(set(before)) == 5
    take_filings(persons(20, [LATIN]))
    ran("P07")
    assert ids(*PEOPLE, LATIN) == [*before, before[0]]
    assert set(hand().members) == set(before)
    with acting("city"):
        shown = hand_of(hand())
        assert shown is not None and {one.id for one in shown.parties} == set(before)
        assert not IdentityChange.objects.exists()


def test_who_turns_out_to_be_one_bears_the_first_id_and_the_other_is_on_record() -> None:
    take_filings(persons(1, ["张某甲", "章某佳"]))
    ran("P07")
    first, second = ids("张某甲", "章某佳")
    take_filings(persons(20, [LATIN]))
    ran("P07")
    assert ids("张某甲", "章某佳", LATIN) == [first] * 3
    with acting("city"):
        assert IdentityChange.objects.values_list("was", "now", "how").get() == (second, first, "merged")
        told = AuditEvent.objects.filter(kind="identities_resolved").latest("id")
    assert told.detail == {"persons": 1, "firms": 0, "changed": 1}


def test_a_name_gets_its_number_when_the_register_tells_it() -> None:
    take_filings(filings(1, ["来日方知有限公司"]))
    ran("P07")
    take(table(("来日方知有限公司", CODE), head=("企业名称", "统一社会信用代码")), into="companies")
    ran("P07")
    with acting("city"):
        kept = Mention.objects.get(name="来日方知有限公司")
        change = IdentityChange.objects.get(now=CODE)
    assert (kept.kind, kept.identity) == ("firm", CODE)
    assert (change.was, change.how) == ("name:来日方知有限公司", "merged")


def test_a_name_of_signs_alone_names_nobody_and_stops_no_night() -> None:
    take_filings(filings(1, ["来日方知有限公司；-", "（）"]))
    for _ in range(2):
        ran("P07")
    with acting("city"):
        assert Mention.objects.filter(name="来日方知有限公司").count() == 1
        assert not Mention.objects.filter(name__in=["-", "（）"]).exists()
        assert not IdentityChange.objects.exists()


def test_a_night_without_anything_new_keeps_nothing_and_says_nothing() -> None:
    take_filings(persons(1, PEOPLE))
    ran("P07")
    with acting("city"):
        before = list(Mention.objects.order_by("id").values())
        events = AuditEvent.objects.filter(kind="identities_resolved").count()
    ran("P07")
    with acting("city"):
        assert list(Mention.objects.order_by("id").values()) == before
        assert AuditEvent.objects.filter(kind="identities_resolved").count() == events == 1


def test_applicants_of_unpublished_applications_are_not_kept() -> None:
    take_filings([(row[0], "unpublished", *row[2:]) for row in persons(1, ["秦某未"])], persons(20, PEOPLE))
    ran("P07")
    with acting("city"):
        assert not Mention.objects.filter(name="秦某未").exists()
        assert Mention.objects.filter(name__in=PEOPLE).count() == 5


def test_a_phone_that_a_case_brought_ties_nobody_outside_its_runs() -> None:
    """One name at two places: the case's phone makes them one for the case, and two they stay for everybody else."""
    apart = persons(1, ["张某甲"], "天津市南开区甲路1号") + persons(3, ["张某甲"], "天津市南开区乙路2号")
    take_filings(apart, persons(20, PEOPLE[1:]))
    ran("P07")
    with acting("city") as by:
        found = Finding.objects.filter(district_code="120104", clearing="not_cleared").order_by("id")[0]
        _, lead = actions.judge(finding_key=found.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
        before = list(Mention.objects.order_by("id").values())
        assert len({one["identity"] for one in before if one["name"] == "张某甲"}) == 2
    bring(lead, *((number(serial), "13900000000", "A1") for serial in (1, 2, 3, 4, 20, 22, 24, 26)))
    with acting("nankai") as by:
        started = cases.screen(lead_key=lead.key, purpose="核查", by=by)
    assert started[0].job is not None
    jobs.execute(started[0].job.key, Post.objects.get(account__login="nankai").key)
    with acting("nankai"):
        told = next(one for one in cases.findings(lead.key).filter(detector="P07"))
    assert len([one for one in told.members if "张某甲" in one]) == 1
    with acting("city"):
        assert list(Mention.objects.order_by("id").values()) == before
        assert not IdentityChange.objects.exists()


def test_what_became_of_an_id_is_never_rewritten() -> None:
    with acting("city") as by:
        IdentityChange.objects.create(was="a", now="b", how="merged", at=clock.now())
        audit.record(audit.Kind.IDENTITIES_RESOLVED, by=by, about=("job", "k"))
    with acting("city"), pytest.raises(ProgrammingError), transaction.atomic():
        IdentityChange.objects.update(now="c")
