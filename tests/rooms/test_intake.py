"""Intake of CSV and Parquet: every row is accounted for, and nothing is taken in that was not understood."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.config.commands import main
from lantian.core.messages import NotAllowed, Refused, Unreadable, WrongUse
from lantian.filings import queries
from lantian.filings.models import Patent, UnpublishedText
from lantian.filings.secrecy import unseal
from lantian.office import clock, files
from lantian.office.intake import actions as intake
from lantian.office.models import AuditEvent, IntakeBatch, Job, RowError, StoredFile
from lantian.registry.models import Agency, Subject
from tests.intaking import HEAD, advice, begin, counts, errors, number, parquet, published, table, take, wrong
from tests.personas import CITY, acting, officer

pytestmark = pytest.mark.django_db
REAL = Path(os.environ.get("LANTIAN_REAL_DATA", "../shared/data/real")) / "cn_patents_100k.parquet"


def patent(serial: int) -> Patent:
    return Patent.objects.get(application_no=number(serial))


# Row errors: row, column, advice; good rows of the same file are kept.


def test_a_bad_cell_is_named_by_row_and_column_with_advice_and_good_rows_are_kept() -> None:
    batch = take(table(published(1), published(2, day="2025-02-30"), published(3)))
    assert counts(batch) == (3, 2, 0, 0, 1)
    assert errors(batch) == [(3, "filing_date", "2025-02-30")]
    assert advice(batch) == [("不是日期；请写作 2024-05-27。", "Not a date; write it like 2024-05-27.")]
    assert patent(1).title == "一种装置" and patent(3).filing_date == date(2025, 1, 2)
    assert not Patent.objects.filter(application_no=number(2)).exists()


def test_a_row_with_several_faults_is_refused_once_and_every_fault_is_named() -> None:
    batch = take(table(("", "vielleicht", "t", "gestern")))
    assert counts(batch) == (1, 0, 0, 0, 1)
    assert {column for _, column, _ in errors(batch)} == {"application_no", "disclosure", "filing_date"}
    assert any("可用：published" in zh for zh, _ in advice(batch))


def test_a_row_out_of_shape_is_refused_with_what_was_counted() -> None:
    content = table(published(1)) + b"only,two\n" + table(published(2)).split(b"\r\n", 1)[1]
    batch = take(content)
    assert counts(batch) == (3, 2, 0, 0, 1)
    assert errors(batch) == [(3, "", "")]
    assert advice(batch)[0][1].startswith("The row has 2 cells, the header 4")


def test_a_wrong_check_digit_is_refused() -> None:
    batch = take(table((wrong(1), "published", "t", "")))
    assert counts(batch) == (1, 0, 0, 0, 1)
    assert errors(batch) == [(2, "application_no", wrong(1))]
    assert "check character should be" in advice(batch)[0][1]


def test_a_number_without_check_digit_in_the_fifteen_digit_form_is_kept_as_it_is() -> None:
    batch = take(table(("102017000006630", "published", "t", "")))
    assert counts(batch) == (1, 1, 0, 0, 0)
    assert Patent.objects.get(application_no="102017000006630").kind == "invention"


@pytest.mark.parametrize("form", ["CN{}", "ZL{}", " {} ", "{}"])
def test_a_number_is_stored_in_normal_form(form: str) -> None:
    take(table((form.format(number(5)), "published", "t", "")))
    assert patent(5).title == "t"


@pytest.mark.parametrize(("given_kind", "kind"), [(1, "invention"), (2, "utility_model"), (3, "design")])
def test_the_kind_is_derived_from_the_number_where_the_file_does_not_say(given_kind: int, kind: str) -> None:
    take(table((number(7, given_kind), "published", "t", "")))
    assert Patent.objects.get(application_no=number(7, given_kind)).kind == kind


@pytest.mark.parametrize("text", ["2025-01-02", "2025.01.02", "2025/01/02", "20250102", "2025-1-2"])
def test_a_date_may_be_written_in_the_usual_ways(text: str) -> None:
    take(table(published(8, day=text)))
    assert patent(8).filing_date == date(2025, 1, 2)


@pytest.mark.parametrize(
    "text", ["25-01-02", "+12345-01-01", "-2025-01-02", "0000-01-01", "2025-13-01", "明天"]
)
def test_a_date_that_no_calendar_of_ours_has_is_refused(text: str) -> None:
    batch = take(table(published(8, day=text), published(9)))
    assert counts(batch) == (2, 1, 0, 0, 1)
    assert errors(batch) == [(2, "filing_date", text)]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("filing_date", [99999999, 20250102]),
        ("dual_filing_declared", [7, 1]),
        ("filing_date", [2.5, 20250102.0]),
    ],
)
def test_a_wrong_value_in_a_typed_parquet_column_is_refused_too(column: str, values: list[Any]) -> None:
    batch = take(parquet(application_no=[number(1), number(2)], **{column: values}))
    assert errors(batch)[0][:2] == (2, column)
    assert batch.read == batch.new + batch.same + batch.changed + batch.refused == 2


def test_zero_bytes_in_a_cell_do_no_harm() -> None:
    batch = take(table(published(1, title="一\x00种"), published(2, day="20\x00x")))
    assert patent(1).title == "一种"
    assert counts(batch) == (2, 1, 0, 0, 1)


# Files that cannot be understood are refused before anything is stored.


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (table(("t",), head=("title",)), r"lacks the column 'application_no'; it has: title"),
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"\n\n", "lacks the column|The file is empty"),
        (b"PK\x03\x04rest of a workbook", "The workbook is broken"),
        (b"\xd0\xcf\x11\xe0rest of a workbook", "The workbook is broken"),
        (parquet(application_no=[number(1)])[:-9], "Not a whole Parquet file"),
        (b"PAR1", "Not a whole Parquet file"),
        (table(("1", "a", "b"), head=("application_no", "title", "发明名称")), "all mean 'title'"),
        (table(("1", "a", "b"), head=("application_no", "title", "title")), "The column title comes 2 times"),
        (b"%PDF-1.7 x", "This is a PDF file, not a table"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "This is a picture, not a table"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_refused_kindly_and_leaves_nothing(
    content: bytes, told: str
) -> None:
    stored, patents = StoredFile.objects.count(), Patent.objects.count()
    with pytest.raises(Unreadable, match=told) as refused:
        begin(content)
    assert refused.value.exit_code == 3 and refused.value.text.zh
    with acting("city"):
        assert not IntakeBatch.objects.filter(read=0).exists()
    assert (StoredFile.objects.count(), Patent.objects.count()) == (stored, patents)


def test_a_file_with_a_header_and_no_rows_is_taken_in_as_nothing() -> None:
    assert counts(take(table())) == (0, 0, 0, 0, 0)
    assert counts(take(parquet(application_no=pl.Series([], dtype=pl.String)))) == (0, 0, 0, 0, 0)


def test_an_unknown_table_is_wrong_use_and_the_known_ones_are_named() -> None:
    with pytest.raises(WrongUse, match=r"known: .*patents"):
        begin(table(), into="passports")


def test_only_who_may_take_data_in_does() -> None:
    with pytest.raises(NotAllowed):
        begin(table(published(1)), login="nankai")


def test_columns_that_mean_nothing_are_named_and_left_out() -> None:
    batch = take(table((number(1), "x", "t"), head=("专利申请号", "moon phase", "名称")))
    assert batch.ignored_columns == ["moon phase"]


@pytest.mark.parametrize(
    "head", ["申请号", " 申请号 ", "专利申请号", "Application Number", "APPNO", "ＡＰＰＮＯ"]
)
def test_a_column_is_known_by_its_usual_names(head: str) -> None:
    assert counts(take(table((number(1),), head=(head,)))) == (1, 1, 0, 0, 0)


def test_a_list_in_a_text_column_of_a_parquet_file_is_refused_or_joined_never_a_crash() -> None:
    try:
        batch = take(parquet(application_no=[number(1)], agency_name=[["甲", "乙"]]))
    except Refused:
        return
    assert batch.read == 1


# The same again, duplicates, changes.


def test_the_same_file_twice_changes_nothing() -> None:
    content = table(published(1), published(2), (number(3), "unpublished", "秘密", ""))
    assert counts(take(content)) == (3, 3, 0, 0, 0)
    before = rows_of(content)
    assert counts(take(content)) == (3, 0, 3, 0, 0)
    assert rows_of(content) == before


def test_the_same_parquet_file_twice_changes_nothing() -> None:
    content = parquet(
        application_no=[number(1), number(2)], applicants=[["甲"], ["乙", "丙"]], title=["a", "b"]
    )
    assert counts(take(content)) == (2, 2, 0, 0, 0)
    assert counts(take(content)) == (2, 0, 2, 0, 0)
    assert patent(2).applicants == ["乙", "丙"]


def test_a_changed_row_is_counted_and_carries_the_new_provenance() -> None:
    first = take(table(published(1, title="旧"), published(2)))
    second = take(table(published(2), published(1, title="新")))
    assert counts(second) == (2, 0, 1, 1, 0)
    assert (patent(1).title, patent(1).batch_id, patent(1).row) == ("新", second.pk, 3)
    assert (patent(2).batch_id, patent(2).row) == (first.pk, 3)


def test_a_narrower_file_never_empties_what_a_wider_one_brought() -> None:
    take(table(published(1, title="全")))
    batch = take(
        table((number(1), "published", "2025-03-04"), head=("application_no", "disclosure", "grant_date"))
    )
    assert counts(batch) == (1, 0, 0, 1, 0)
    assert (patent(1).title, patent(1).filing_date, patent(1).grant_date) == (
        "全",
        date(2025, 1, 2),
        date(2025, 3, 4),
    )


@pytest.mark.parametrize("form", ["{}", "CN{}", "ZL{}", "{} ", "zl{}"])
def test_a_number_twice_in_one_file_is_kept_once_and_named(form: str) -> None:
    again = form.format(number(1))
    batch = take(table(published(1, title="先"), (again, "published", "后", "")))
    assert counts(batch) == (2, 1, 0, 0, 1)
    assert advice(batch) == [
        ("与第 2 行重复；只保留第一次出现的一行。", "Repeats row 2; only the first one is kept.")
    ]
    assert patent(1).title == "先"


@pytest.mark.parametrize("again", ["no dot", "full width"])
def test_a_number_twice_in_another_spelling_is_kept_once_and_named(again: str) -> None:
    plain = number(1)
    spelt = (
        plain.replace(".", "")
        if again == "no dot"
        else plain.translate({48 + n: 0xFF10 + n for n in range(10)})
    )
    batch = take(table(published(1, title="先"), (spelt, "published", "后", "")))
    assert counts(batch) == (2, 1, 0, 0, 1)
    assert patent(1).title == "先"


# Published and unpublished.


def title_of(serial: int) -> str | None:
    """The secret title as the protected table holds it, opened with the server's key."""
    stored = UnpublishedText.objects.get(application_no=number(serial)).title
    return unseal(stored, number(serial), "title")


def test_unpublished_text_lies_only_in_the_protected_table() -> None:
    take(table((number(1), "unpublished", "秘密方法", ""), published(2, title="公开方法")))
    assert (patent(1).title, patent(1).disclosure) == (None, "unpublished")
    with acting("city"):
        assert title_of(1) == "秘密方法"
        assert UnpublishedText.objects.get(application_no=number(1)).seen_by == [CITY]
        assert not UnpublishedText.objects.filter(application_no=number(2)).exists()
    with acting("nankai"):
        assert not UnpublishedText.objects.exists()


@pytest.mark.parametrize("disclosure", ["", "unknown", "未公开"])
def test_what_is_not_known_to_be_published_counts_as_unpublished(disclosure: str) -> None:
    take(table((number(1), disclosure, "谁知道", "")))
    assert patent(1).title is None and patent(1).disclosure != "published"
    with acting("city"):
        assert title_of(1) == "谁知道"


def test_a_publication_number_and_a_past_day_prove_publication_and_a_future_day_does_not() -> None:
    head = ("application_no", "title", "publication_no", "publication_date")
    day_after = str(clock.today().replace(year=clock.today().year + 1))
    take(table((number(1), "t", "CN1A", "2025-01-02"), (number(2), "t", "CN2A", day_after), head=head))
    assert (patent(1).disclosure, patent(2).disclosure) == ("published", "unknown")
    assert (patent(1).title, patent(2).title) == ("t", None)


def test_a_file_that_says_nothing_of_disclosure_is_told_so() -> None:
    batch = take(table((number(1), "t"), head=("application_no", "title")))
    assert "count as unpublished" in batch.notes_en and "按未公开处理" in batch.notes_zh


def test_what_was_published_stays_published() -> None:
    take(table(published(1, title="公开的")))
    take(table((number(1), "unpublished", "另一个", ""), (number(2), "unpublished", "x", "")))
    assert (patent(1).disclosure, patent(1).title) == ("published", "公开的")


# The file of refused rows.


def refused_rows(batch: IntakeBatch) -> list[list[str]]:
    assert batch.errors_file is not None
    content = b"".join(files.content(batch.errors_file)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_the_refused_rows_come_back_as_a_file_that_can_be_corrected_and_taken_in() -> None:
    batch = take(table(published(1), published(2, day="morgen"), (wrong(3), "published", "三", "")))
    head, *bad = refused_rows(batch)
    assert head == [*HEAD, "错误说明"]
    assert [row[0] for row in bad] == [number(2), wrong(3)]
    assert "不是日期" in bad[0][4] and "校验位" in bad[1][4]
    bad[0][3], bad[1][0] = "2025-01-03", number(3)
    again = take(table(*bad, head=head))
    assert counts(again) == (2, 2, 0, 0, 0)
    assert patent(2).filing_date == date(2025, 1, 3)


def test_a_cell_that_a_spreadsheet_takes_for_a_formula_comes_back_unharmed() -> None:
    head = ("application_no", "agency_name", "main_ipc", "filing_date")
    batch = take(table((number(1), "+86 22 2345", "=1+1", "gestern"), head=head))
    _, row = refused_rows(batch)
    assert not any(cell.startswith(("=", "+")) for cell in row)
    row[3] = "2025-01-02"
    take(table(row, head=[*head, "错误说明"]))
    assert (patent(1).agency_name, patent(1).main_ipc) == ("+86 22 2345", "=1+1")


def test_a_row_out_of_shape_comes_back_as_it_was() -> None:
    batch = take(table(published(1)) + b"a,published,c,d,e,f\n")
    assert refused_rows(batch)[1][:6] == ["a", "published", "c", "d", "e", "f"]


def test_a_file_of_a_header_alone_says_so() -> None:
    batch = take(table())
    assert counts(batch) == (0, 0, 0, 0, 0) and "not one row" in batch.notes_en


def test_a_file_without_faults_has_no_errors_file() -> None:
    assert take(table(published(1))).errors_file is None


# Provenance.


def test_every_row_knows_the_file_the_row_the_time_and_the_officer_it_came_from() -> None:
    content = table(published(1), published(2))
    take(content)
    with acting("city"):
        found = Patent.objects.select_related("batch__file", "batch__post__account").get(
            application_no=number(2)
        )
        assert found.row == 3
        assert found.batch.file.sha256 == hashlib.sha256(content).hexdigest()
        assert b"".join(files.content(found.batch.file)) == content
        assert found.batch.post.account.login == "city"
        assert abs((found.batch.created_at - clock.now()).total_seconds()) < 60
        assert isinstance(found.batch.created_at, datetime)


def test_rows_are_numbered_as_in_the_file_across_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "STEP", 3)
    batch = take(table(*(published(n) for n in range(10)), (wrong(11), "", "", "")))
    assert list(Patent.objects.filter(batch=batch).order_by("id").values_list("row", flat=True)) == list(
        range(2, 12)
    )
    assert errors(batch)[0][0] == 12


# Agencies.


def test_agencies_become_subjects_and_a_wrong_credit_code_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credit_code FROM registry_agency LIMIT 1")
        (code,) = cursor.fetchone()
    other = code[:-1] + ("A" if code[-1] != "A" else "B")  # a code has one fitting check character only
    batch = take(
        table((code, "新名称事务所"), (other, "错码事务所"), head=("credit_code", "name")), into="agencies"
    )
    assert counts(batch) == (2, 0, 0, 1, 1)
    assert errors(batch)[0][:2] == (3, "credit_code")
    assert Subject.objects.get(number=code).name == "新名称事务所"
    assert Agency.objects.filter(subject__number=code).count() == 1


# Any file at all.


_CELLS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\x00\x85"), max_size=8)
_ROWS = st.lists(
    st.one_of(
        st.builds(published, st.integers(1, 9)),
        st.tuples(st.integers(1, 9).map(wrong), _CELLS, _CELLS, _CELLS),
        st.tuples(st.integers(1, 9).map(number), _CELLS, _CELLS, _CELLS),
        st.tuples(st.integers(1, 9).map(number), st.just("published"), _CELLS, st.dates().map(str)),
        st.lists(_CELLS, min_size=1, max_size=6).map(tuple),
    ),
    max_size=12,
)


@given(rows=_ROWS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_of_any_file_is_new_same_changed_or_refused(rows: list[tuple[str, ...]]) -> None:
    from django.db import transaction

    filled = [row for row in rows if any(cell.strip() for cell in row)]  # an empty row is none
    with transaction.atomic():
        batch = take(table(*rows))
        again = take(table(*rows))
        named = {row for row, *_ in errors(batch)}
        transaction.set_rollback(True)
    for found in (batch, again):
        assert found.read == found.new + found.same + found.changed + found.refused == len(filled)
    assert (again.new, again.changed, again.refused) == (0, 0, batch.refused)
    assert len(named) == batch.refused


# lantian intake


def lantian(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["intake", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_takes_a_file_in_and_says_what_became_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(table(published(1)))
    bad.write_bytes(table(published(2), (wrong(3), "", "", "")))
    code, out, _ = lantian(capsys, "patents", good, "--as", "city", "--format", "json")
    assert code == 0 and json.loads(out) == {
        "schema": "intake/1", "read": 1, "new": 1, "same": 0, "changed": 0, "refused": 0, "errors_file": None,
    }  # fmt: skip
    code, out, _ = lantian(capsys, "patents", bad, "--as", "city", "--format", "json")
    told = json.loads(out)
    assert (code, told["read"], told["new"], told["refused"]) == (1, 2, 1, 1)
    assert Path(told["errors_file"]) == tmp_path / "bad.csv.errors.csv"
    assert wrong(3) in Path(told["errors_file"]).read_text("utf-8-sig")
    assert lantian(capsys, "patents", good, "--as", "nobody")[0] == 2
    assert lantian(capsys, "passports", good, "--as", "city")[0] == 2
    assert lantian(capsys, "patents", tmp_path / "absent.csv", "--as", "city")[0] == 3
    assert lantian(capsys, "patents", good, "--as", "nankai")[0] == 4
    (tmp_path / "empty.csv").write_bytes(b"")
    code, out, words = lantian(capsys, "patents", tmp_path / "empty.csv", "--as", "city")
    assert code == 3 and out == "" and words.strip()
    code, out, _ = lantian(capsys, "patents", good, "--as", "city", "--format", "text")
    assert code == 0 and "same\t1" in out


def test_a_dry_run_says_the_same_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def everything() -> list[int]:
        with acting("city"):
            return [m.objects.count() for m in (Patent, IntakeBatch, StoredFile, RowError, Job, AuditEvent)]

    path, before = tmp_path / "f.csv", everything()
    path.write_bytes(table(published(1), (wrong(3), "", "", ""), (number(4), "unpublished", "秘", "")))
    code, out, _ = lantian(capsys, "patents", path, "--as", "city", "--dry-run", "--format", "json")
    told = json.loads(out)
    assert (code, told["read"], told["new"], told["refused"]) == (1, 3, 2, 1)
    assert everything() == before
    assert lantian(capsys, "passports", path, "--as", "city", "--dry-run")[0] == 2


# The real publications.


@pytest.mark.skipif(
    not REAL.exists() and "real" not in os.environ.get("LANTIAN_REQUIRE", ""), reason=f"{REAL} is absent"
)
def test_the_real_publications_are_taken_in_whole() -> None:
    batch = take(REAL.read_bytes())
    assert counts(batch) == (100_200, 100_200, 0, 0, 0)
    assert Patent.objects.filter(batch=batch, disclosure="published").count() == 100_200
    assert officer("city").post_id == batch.post_id


def rows_of(content: bytes) -> list[dict[str, Any]]:
    numbers = [line.split(",")[0] for line in content.decode().splitlines()[1:]]
    with acting("city"):
        return [
            *Patent.objects.filter(application_no__in=numbers).order_by("id").values(),
            *UnpublishedText.objects.filter(application_no__in=numbers).order_by("id").values(),
        ]


def test_published_on_a_day_to_come_is_refused_and_nothing_of_it_is_open() -> None:
    head = "application_no,disclosure,publication_date,title"
    batch = take(f"{head}\n{number(41)},published,2099-01-01,还不能公开的标题\n".encode())
    assert errors(batch)[0][1] == "disclosure"
    assert not Patent.objects.filter(application_no=number(41)).exists()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_applicant_without_a_number_does_not_get_the_next_ones(form: str) -> None:
    """What is told of each applicant stands at its place; a list that tells nothing is nothing."""
    people, numbers = ["李某甲", "天津某某有限公司"], [None, "91120104MA00000017"]
    if form == "csv":
        rows = [
            (number(serial), "published", "；".join(people), "；".join(one or "" for one in ids), "；某路1号")
            for serial, ids in ((1, numbers), (2, [None, None]))
        ]
        head = ("application_no", "disclosure", "applicants", "applicant_ids", "applicant_addresses")
        content = table(*rows, head=head)
    else:
        content = parquet(
            application_no=[number(1), number(2)],
            disclosure=["published"] * 2,
            applicants=[people] * 2,
            applicant_ids=pl.Series([numbers, [None, None]], dtype=pl.List(pl.String)),
            applicant_addresses=[[None, "某路1号"]] * 2,
        )
    assert take(content).new == 2
    with acting("city"):
        first, second = Patent.objects.filter(applicants=people).order_by("application_no")
        frame = queries.screened_frame(numbers=[number(1)])
    assert first.applicant_ids == numbers and first.applicant_addresses == [None, "某路1号"]
    assert second.applicant_ids is None
    assert frame["applicant_ids"].to_list() == [numbers]
