"""The registry: directories compared before they are held, people and branches with their years, routing."""

from __future__ import annotations

from datetime import date

import pytest

from lantian.casework import queries as docket
from lantian.core.identifiers import code_check_character
from lantian.office import actors, clock, files, people
from lantian.office.intake import actions as intake
from lantian.office.models import IntakeBatch, RowError, Unit
from lantian.registry import directories, frames, queries, routing
from lantian.registry.errors import DirectoryRefused
from lantian.registry.models import Agency, Company, DirectoryDiff, RegisterFact, Subject
from lantian.registry.routing import Step
from tests.personas import BINHAI, NANKAI, acting, run_job

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
HEAD = "机构名称,统一社会信用代码,机构代码,状态,地址,行政区划"


def code(region: str, serial: int) -> str:
    body = f"91{region}MA{serial:07d}"
    return body + code_check_character(body)


A, B, C = (code("120104", 9_000_000 + serial) for serial in range(3))


def take_in(table: str, *lines: str) -> IntakeBatch:
    """Take a CSV in, in the name of the city."""
    with acting("city") as by:
        content = "\n".join(lines).encode()
        file = files.keep(name=f"{table}.csv", chunks=[content], seen_by=by.units, by=by)
        batch = intake.start(table=table, file=file, by=by)
    run_job(batch.job)
    with acting("city"):
        return IntakeBatch.objects.select_related("job").get(pk=batch.pk)


def counts(batch: IntakeBatch) -> tuple[int, int, int, int]:
    return batch.new, batch.same, batch.changed, batch.refused


def facts(number: str, kind: str, day: date = TODAY) -> list[object]:
    found = RegisterFact.objects.filter(subject__number=number, kind=kind).on(day).order_by("item")
    return [fact.value for fact in found]


def differences(batch: IntakeBatch, **wanted: str) -> list[DirectoryDiff]:
    with acting("city"):
        return list(DirectoryDiff.objects.filter(batch=batch, **wanted).order_by("id"))


def accept(batch: IntakeBatch, *found: DirectoryDiff) -> directories.Outcome:
    with acting("city") as by:
        return directories.accept(batch=batch, ids=[one.pk for one in found], by=by)


def two_agencies() -> IntakeBatch:
    return take_in(
        "agencies",
        HEAD,
        f"天津甲乙专利代理所,{A},12991,正常,天津市南开区甲路1号,南开",
        f"天津丙丁知识产权,{B},12992,正常,天津市南开区乙路2号,南开",
    )


# Directories


def test_a_directory_is_compared_before_anything_of_it_is_held() -> None:
    two_agencies()
    batch = take_in(
        "agencies_directory",
        HEAD,
        f"天津甲乙专利代理所,{A},12991,正常,天津市西青区丙路3号,西青",
        f"天津戊己专利代理所,{C},12993,正常,天津市南开区丁路4号,南开",
    )
    assert counts(batch) == (1, 0, 1, 0)
    assert not Subject.objects.filter(number=C).exists()
    assert Agency.objects.get(subject_id=A).address == "天津市南开区甲路1号"
    (changed,) = differences(batch, kind="changed")
    assert changed.fields == {
        "address": ["天津市南开区甲路1号", "天津市西青区丙路3号"],
        "district_code": ["南开", "西青"],
    }
    assert [one.name for one in differences(batch, kind="new")] == ["天津戊己专利代理所"]


def test_a_directory_of_a_part_leaves_nobody_missing() -> None:
    two_agencies()
    batch = take_in("agencies_directory", HEAD, f"天津甲乙专利代理所,{A},12991,正常,天津市南开区甲路1号,南开")
    assert counts(batch) == (0, 1, 0, 0)
    assert differences(batch) == []
    assert "部分名录" in batch.notes_zh


def whole_directory(*left_out: str, address: str = "") -> list[str]:
    """The register written as a directory, without some numbers; agency A at another address."""
    rows = Agency.objects.exclude(subject_id__in=left_out).order_by("id")
    placed = [(row, address if address and row.subject_id == A else row.address) for row in rows]
    return [
        HEAD,
        *(
            ",".join(
                [row.name, row.subject_id, row.agency_code or "", row.status or "", at, row.district_code]
            )
            for row, at in placed
        ),
    ]


def test_what_the_directory_leaves_out_is_missing_and_accepted_it_is_no_longer_listed() -> None:
    two_agencies()
    batch = take_in("agencies_directory", *whole_directory(B))
    (missing,) = differences(batch)
    assert (missing.kind, missing.number) == ("missing", B)
    assert accept(batch, missing).accepted == 1
    assert facts(B, "listed") == [False]
    assert facts(B, "agency.status") == ["active"], "missing from a directory is not closed"
    again = take_in("agencies_directory", *whole_directory(B))
    assert differences(again) == [], "what is known to be missing is not told twice"


def test_differences_are_accepted_one_by_one_and_held_with_the_directory_as_source() -> None:
    two_agencies()
    batch = take_in(
        "agencies_directory",
        *whole_directory(address="天津市西青区丙路3号"),
        f"天津戊己专利代理所,{C},12993,正常,天津市南开区丁路4号,南开",
    )
    (changed,) = differences(batch, kind="changed")
    assert accept(batch, changed) == directories.Outcome(1, 0)
    assert facts(A, "agency.address") == ["天津市西青区丙路3号"]
    fact = RegisterFact.objects.filter(subject__number=A, kind="agency.address").on(TODAY).get()
    assert (fact.batch_id, fact.row) == (batch.pk, changed.row)
    assert not Subject.objects.filter(number=C).exists()
    (decided,) = differences(batch, kind="changed", state="accepted")
    assert decided.decided_by is not None and decided.decided_at is not None


def test_all_differences_of_a_kind_are_accepted_together() -> None:
    batch = take_in(
        "agencies_directory",
        HEAD,
        *(f"天津第{n}专利代理所,{code('120111', n)},,正常,天津市西青区{n}号,西青" for n in range(7)),
    )
    with acting("city") as by:
        job = directories.accept_all(batch=batch, kind="new", by=by)
    run_job(job)
    assert Subject.objects.filter(batch=batch, kind="agency", district_code="120111").count() == 7
    assert differences(batch, state="waiting", kind="new") == []


def test_a_rejected_difference_leaves_the_register_as_it_was() -> None:
    two_agencies()
    batch = take_in("agencies_directory", *whole_directory(address="天津市西青区丙路3号"))
    with acting("city") as by:
        assert directories.reject(batch=batch, ids=[one.pk for one in differences(batch)], by=by) == 1
    assert accept(batch, *differences(batch)) == directories.Outcome(0, 0)
    assert facts(A, "agency.address") == ["天津市南开区甲路1号"]


def test_a_difference_that_the_register_has_outrun_is_renewed_not_accepted() -> None:
    two_agencies()
    batch = take_in("agencies_directory", *whole_directory(address="天津市西青区丙路3号"))
    take_in("agencies", HEAD, f"天津甲乙专利代理所,{A},12991,正常,天津市河西区戊路5号,河西")
    assert accept(batch, *differences(batch)) == directories.Outcome(0, 1)
    (renewed,) = differences(batch, state="waiting")
    assert renewed.fields["address"] == ["天津市河西区戊路5号", "天津市西青区丙路3号"]
    assert accept(batch, renewed) == directories.Outcome(1, 0)


def test_an_empty_cell_of_a_directory_says_nothing() -> None:
    two_agencies()
    batch = take_in("agencies_directory", *whole_directory(B), f"天津丙丁知识产权,{B},,,,")
    assert differences(batch) == []


def test_nothing_is_accepted_while_the_comparison_runs() -> None:
    with acting("city") as by:
        file = files.keep(name="d.csv", chunks=[f"{HEAD}\n甲,{C},,,,\n".encode()], seen_by=by.units, by=by)
        batch = intake.start(table="agencies_directory", file=file, by=by)
        with pytest.raises(DirectoryRefused, match="still running"):
            directories.accept(batch=batch, ids=[], by=by)


def test_another_office_sees_nothing_of_the_comparison() -> None:
    batch = take_in("agencies_directory", HEAD, f"天津戊己专利代理所,{C},12993,正常,地址,南开")
    assert differences(batch)
    with acting("nankai"):
        assert not DirectoryDiff.objects.filter(batch=batch).exists()


# Registers


def test_a_change_of_address_is_known_with_its_day_and_what_was_known_before_stays() -> None:
    two_agencies()
    before = clock.now()
    take_in("agencies", HEAD, f"天津甲乙专利代理所,{A},12991,正常,天津市西青区丙路3号,西青")
    assert facts(A, "agency.address") == ["天津市西青区丙路3号"]
    held = RegisterFact.objects.filter(subject__number=A, kind="agency.address").values_list(
        "value", flat=True
    )
    assert set(held) == {"天津市南开区甲路1号", "天津市西青区丙路3号"}
    assert before <= clock.now()


def test_two_registers_may_disagree_about_one_agency() -> None:
    two_agencies()
    take_in(
        "companies", "企业名称,统一社会信用代码,住所", f"天津甲乙知识产权有限公司,{A},天津市西青区另一处9号"
    )
    subject = Subject.objects.get(number=A)
    assert (subject.kind, subject.name) == ("agency", "天津甲乙专利代理所")
    assert Company.objects.get(subject=subject).name == "天津甲乙知识产权有限公司"
    again = two_agencies()
    assert counts(again) == (0, 2, 0, 0), "one register does not make the other look changed"
    assert {twin.kind for twin in queries.disagreements(subject, TODAY)} == {"agency.name", "agency.address"}


def test_a_number_of_another_form_is_kept_and_marked() -> None:
    batch = take_in(
        "companies", "名称,注册号", "老厂,120104000012345", f"新厂,{A}", "错厂,9112011267147723XL"
    )
    assert counts(batch) == (2, 0, 0, 1)
    assert Subject.objects.get(number="120104000012345").number_status == "unverifiable"
    assert Subject.objects.get(number=A).number_status == "valid"
    with acting("city"):
        assert "校验位应为" in RowError.objects.get(batch=batch).message_zh


def test_identity_card_numbers_are_never_kept() -> None:
    batch = take_in("practitioners", "姓名,资格证号", "某甲,120104199001011234", "某乙,1212345")
    assert counts(batch) == (1, 0, 0, 1)
    with acting("city"):
        error = RowError.objects.get(batch=batch)
    assert "身份证" in error.message_zh and error.value == ""


def a_few_people() -> None:
    two_agencies()
    take_in(
        "practitioners", "姓名,资格证号,执业备案号", "某甲,1212345,12991123451", "某乙,1254321,12991543211"
    )


def test_a_practitioner_moves_and_both_employments_stay_known() -> None:
    a_few_people()
    first = take_in(
        "employments",
        "资格证号,机构代码,入职日期,离职日期",
        "1212345,12991,2020-01-06,",
        "1254321,12991,2021-03-01,",
    )
    assert counts(first) == (2, 0, 0, 0)
    second = take_in(
        "employments",
        "资格证号,机构代码,入职日期,离职日期",
        "1212345,12991,2020-01-06,2024-05-01",
        "1212345,12992,2024-05-01,",
        "1254321,12991,2021-03-01,",
    )
    assert counts(second) == (1, 1, 1, 0)
    assert [value["agency_code"] for value in facts("1212345", "employment")] == ["12992"]
    assert [value["agency_code"] for value in facts("1212345", "employment", date(2023, 1, 1))] == ["12991"]
    agency = Subject.objects.get(number=A)
    assert [one.name for one in queries.people_of(agency, TODAY)] == ["某乙"]
    assert [one.name for one in queries.people_of(agency, date(2023, 1, 1))] == ["某甲", "某乙"]


def test_an_employment_of_nobody_known_is_refused_with_advice() -> None:
    batch = take_in("employments", "资格证号,机构代码,入职日期", "7654321,12991,2020-01-06")
    assert counts(batch) == (0, 0, 0, 1)
    with acting("city"):
        assert "先导入专利代理师名录" in RowError.objects.get(batch=batch).message_zh


def test_an_enrolment_holds_through_its_last_day_and_makes_the_agency_known() -> None:
    """Order 63 art. 5: three years; also of an agency that no directory has brought yet."""
    batch = take_in(
        "enrolments",
        "机构名称,统一社会信用代码,备案编号,备案日期,有效期至,备案状态",
        f"天津庚辛商标代理,{C},TM-1,2023-11-23,2026-11-22,有效",
    )
    assert counts(batch) == (1, 0, 0, 0)
    assert Subject.objects.get(number=C).kind == "agency"
    assert len(facts(C, "enrolment", date(2026, 11, 22))) == 1
    assert facts(C, "enrolment", date(2026, 11, 23)) == []


def test_branches_and_staff_belong_to_their_agency() -> None:
    two_agencies()
    branch = take_in(
        "branches",
        "机构代码,分支机构名称,地址,设立日期,注销日期",
        "12991,滨海分所,天津市滨海新区1号,2022-03-01,",
        "12991,武清分所,天津市武清区1号,2022-03-01,2021-01-01",
    )
    assert counts(branch) == (1, 0, 0, 1), "a branch that closes before it opens is refused"
    staff = take_in(
        "trademark_staff",
        "编号,姓名,统一社会信用代码,职务,入职日期",
        f"S1,某丙,{A},代理人,2023-01-01",
        f"S2,某丁,{A},代理人,2023-01-01",
    )
    assert counts(staff) == (2, 0, 0, 0)
    assert [value["name"] for value in facts(A, "branch")] == ["滨海分所"]
    assert [value["staff_id"] for value in facts(A, "staff")] == ["S1", "S2"]


# Routing


@pytest.mark.parametrize(
    ("number", "given", "address", "district", "step"),
    [
        (code("120104", 1), "西青", "天津市西青区1号", "120104", Step.AUTHORITY),
        (code("120222", 1), None, None, "120114", Step.AUTHORITY),
        (code("120000", 1), "保税区", "天津港保税区1号", "120116", Step.ZONE),
        (code("120000", 1), "河东", "某路1号", "120102", Step.DISTRICT),
        (code("120000", 1), None, "天津市河西区1号", "120103", Step.ADDRESS),
        ("120104000012345", None, "天津市南开区1号", "120104", Step.ADDRESS),
        (code("320111", 1), "南开", "天津市南开区1号", None, Step.OUTSIDE),
        (code("120000", 1), None, "沈阳市和平区砂川街53号", None, Step.UNKNOWN),
        (code("120000", 1), None, "天津市南开区、西青区交界处", None, Step.UNKNOWN),
        (code("120000", 1), None, None, None, Step.UNKNOWN),
        (code("120118", 1), "静海", "天津自贸试验区（东疆保税港区）1号", "120116", Step.AUTHORITY),
        (code("120118", 1), "静海", "天津市静海区1号", "120118", Step.AUTHORITY),
        (code("120118", 1), None, None, None, Step.UNKNOWN),
    ],
)
def test_the_first_step_that_decides_places_a_body(
    number: str, given: str | None, address: str | None, district: str | None, step: Step
) -> None:
    """Registering authority → functional zone → district → address; the unknown waits, never guessed."""
    route = routing.route(number, given, address, TODAY)
    assert (route.district, route.step) == (district, step)
    assert route.reason(TODAY).zh and route.reason(TODAY).en


def test_an_abolished_code_passes_on_only_from_its_day() -> None:
    number = code("120225", 1)
    assert routing.route(number, None, None, date(2015, 11, 1)).step is Step.UNKNOWN
    assert routing.route(number, None, None, TODAY).district == "120119"


def test_what_speaks_against_the_decision_is_shown() -> None:
    route = routing.route(code("120116", 1), "西青", "天津市西青区华苑1号", TODAY)
    assert route.district == "120116"
    assert [(one.step, one.district) for one in route.conflicts] == [
        (Step.DISTRICT, "120111"),
        (Step.ADDRESS, "120111"),
    ]
    assert "120116" in route.reason(TODAY).zh


def test_a_subject_without_a_place_waits_with_the_city() -> None:
    take_in("companies", "企业名称,统一社会信用代码", f"某办事处,{code('120000', 5)}")
    with acting("city"):
        waiting = Subject.objects.get(number=code("120000", 5))
        assert (waiting.district_code, waiting.routed_by) == (None, "unknown")
        assert waiting in queries.subjects(queries.Filter(place="city"))


def test_findings_about_an_agency_go_where_routing_places_it() -> None:
    """The directory writes 西青, the registering authority is Nankai's: the finding is Nankai's."""
    take_in("agencies", HEAD, f"天津甲乙专利代理所,{A},12991,正常,天津市西青区甲路1号,西青")
    row = frames.agencies().filter(agency_code="12991").row(0, named=True)
    assert row["district_code"] == str(NANKAI)


def test_a_zone_that_is_a_unit_handles_its_own_subjects_and_until_then_its_district_does() -> None:
    number = code("120116", 21)
    take_in("companies", "企业名称,统一社会信用代码,地址", f"甲公司,{number},天津港保税区跃进路1号")
    binhai = Unit.objects.get(pk=BINHAI)
    assert docket.office_for("120104", subject_no=number) == binhai
    zone = people.create_unit(
        unit_id=12011601,
        name_zh="天津港保税区知识产权局",
        name_en="Tianjin Port Free Trade Zone IP Office",
        kind=Unit.Kind.ZONE,
        parent=binhai,
        document_code="津保知",
        by=actors.setup("test"),
    )
    assert docket.office_for("120104", subject_no=number) == zone


def test_what_routing_could_not_place_is_not_placed_by_a_detectors_district() -> None:
    number = code("320111", 22)
    take_in("companies", "企业名称,统一社会信用代码,所属区", f"外地公司,{number},南开")
    assert docket.office_for("120104", subject_no=number) == docket.city()
    assert docket.office_for("120104", subject_no="") == Unit.objects.get(pk=NANKAI)
