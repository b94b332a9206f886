"""Rule books are checked, printed, laid over their instruments and rehearsed before they are put in force."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from lantian.config.commands import main
from lantian.core import completeness, printing, shelf
from lantian.core.completeness import Citation
from lantian.core.credit import book as books
from lantian.core.credit.book import agency, read_book
from lantian.core.credit.events import Event, Subject
from lantian.core.credit.rehearsal import History, rehearse
from lantian.core.rulebook import BadRulebook, shipped

ON = date(2026, 6, 1)
PAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "rules"
TEXT = shipped(books.AGENCY)
DEARER = TEXT.replace(
    'points = 15\npoints_confidence = "text-secondary"', 'points = 25\npoints_confidence = "memory"'
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def history(no: str, indicator: str, district: str = "120104", size: str = "small") -> History:
    day = date(2026, 3, 2)
    return History(Subject("agency", no), (Event("e", indicator, day, day),), district, size)


def as_line(each: History) -> str:
    events = [
        {
            "id": event.id,
            "indicator": event.indicator,
            "occurred_on": event.occurred_on.isoformat(),
            "known_on": event.known_on.isoformat(),
        }
        for event in each.events
    ]
    content = {"schema": "credit-events/1", "subject": each.subject._asdict(), "events": events}
    return json.dumps({"district": each.district, "size": each.size, "events": content})


# Rehearsal


def test_a_rehearsal_names_who_moves_and_the_line_that_moves_him() -> None:
    draft = read_book(DEARER, file="draft.toml")
    found = rehearse(
        agency(),
        draft,
        [history("2", "AG-IRR-04", "120116", "large"), history("1", "AG-IRR-04"), history("3", "AG-IRR-03")],
        on=ON,
    )
    assert found.subjects == 3
    assert [(move.subject.no, move.grade_before, move.grade_after) for move in found.moves] == [
        ("1", "B", "C"),
        ("2", "B", "C"),
    ]
    (difference,) = found.moves[0].differences
    assert (difference.event, difference.before, difference.after) == ("e", -15, -25)
    assert (found.by_district, found.by_size) == ({"120104": 1, "120116": 1}, {"large": 1, "small": 1})
    assert found.by_grades == {("B", "C"): 2}


def test_the_same_book_moves_nobody() -> None:
    found = rehearse(
        agency(), agency(), [history(str(n), id) for n, id in enumerate(agency().indicators)], on=ON
    )
    assert (found.moves, found.failed, found.subjects) == ((), (), 34)


def test_a_draft_that_drops_an_indicator_names_whom_it_cannot_reckon() -> None:
    start = TEXT.index("[[rule.AG-IRR-05]]")
    draft = read_book(TEXT[:start] + TEXT[TEXT.index("[[rule.AG-IRR-06]]") :], file="draft.toml")
    found = rehearse(agency(), draft, [history("1", "AG-IRR-05")], on=ON)
    assert [subject.no for subject, _ in found.failed] == ["1"]
    assert "AG-IRR-05" in found.failed[0][1].en


def test_the_command_rehearses_a_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft, lines = tmp_path / "draft.toml", tmp_path / "histories.jsonl"
    draft.write_text(DEARER, "utf-8")
    lines.write_text(
        as_line(history("1", "AG-IRR-04")) + "\n\n" + as_line(history("2", "AG-IRR-03")) + "\n", "utf-8"
    )
    words = ["rules", "rehearse", "--rulebook", str(draft), "--against", "agency", "--histories", str(lines)]
    assert main([*words, "--on", "2026-06-01", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["subjects"], answer["by_grades"]) == ("rehearsal/1", 2, {"B -> C": 1})
    assert answer["moves"][0]["score_after"] == "75.00"
    assert main([*words, "--on", "2026-06-01"]) == 0
    assert capsys.readouterr().out.startswith("Subjects: 2; moving: 1.\n  B -> C: 1\n")
    lines.write_text(as_line(history("1", "AG-IRR-99")), "utf-8")
    assert main([*words, "--on", "2026-06-01"]) == 1
    lines.write_text("{}", "utf-8")
    assert main([*words, "--on", "2026-06-01"]) == 3
    assert "histories.jsonl:1: is no history" in capsys.readouterr().err


# Completeness


@pytest.mark.parametrize(
    ("instrument", "article", "expected"),
    [
        ("专利代理管理办法", "第37条第2项", {"patent_agency_measures": [37]}),
        ("专利代理管理办法", "第四十八条", {"patent_agency_measures": [48]}),
        ("专利代理条例", "第二十五条至第二十七条", {"patent_agency_regulation": [25, 26, 27]}),
        (
            "专利代理管理办法",
            "第28条；专利代理条例第12条",
            {"patent_agency_measures": [28], "patent_agency_regulation": [12]},
        ),
        (
            "专利代理管理办法；商标代理监督管理规定",
            "办法第四十三条；规定第二十五条",
            {"patent_agency_measures": [43], "trademark_agency": [25]},
        ),
        ("商标代理监督管理规定", "第34条；商标法实施条例第90条", {"trademark_agency": [34]}),
    ],
)
def test_a_citation_is_placed_at_its_articles(
    instrument: str, article: str, expected: dict[str, list[int]]
) -> None:
    cited = [Citation("b.toml", "r", instrument, article, "text")]
    found = completeness.completeness(cited, completeness.instruments())
    assert {each.instrument: list(each.rules) for each in found.coverage if each.rules} == expected
    assert found.unplaced == ()


def test_what_names_no_article_or_a_foreign_instrument_is_listed() -> None:
    cited = [
        Citation("b.toml", "a", "专利代理管理办法", "条号未核", "memory"),
        Citation("b.toml", "b", "广告法", "第9条", "text"),
        Citation("b.toml", "c", "某通知", "全文", "text"),
    ]
    found = completeness.completeness(cited, completeness.instruments())
    assert [each.rule for each in found.unplaced] == ["a"]
    assert [each.rule for each in found.foreign] == ["b"]


def test_an_article_without_a_rule_is_named() -> None:
    found = completeness.completeness([], completeness.instruments())
    assert {each.instrument: len(each.missing) for each in found.coverage}["credit_measures"] == 20


def test_every_book_on_the_shelf_is_in_order_and_the_report_is_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rules", "check", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["books"]) == len(shelf.READERS)
    measures = next(each for each in answer["coverage"] if each["instrument"] == "patent_agency_measures")
    assert "lists.toml:agency_abnormal" in measures["rules"]["37"]
    assert main(["rules", "check"]) == 0
    assert capsys.readouterr().out.startswith(f"{len(shelf.READERS)} rule books, all in order.\n")


def test_a_bad_book_is_refused_by_its_own_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "mine.toml"
    bad.write_text(TEXT.replace("bonus_cap = 10", "bonus_cap = -1"), "utf-8")
    assert main(["rules", "check", str(bad)]) == 3
    assert "mine.toml, line 19, rule.score[1].bonus_cap" in capsys.readouterr().err
    bad.write_text("x = 1", "utf-8")
    assert main(["rules", "check", str(bad)]) == 3
    bad.write_text("x = ", "utf-8")
    assert main(["rules", "check", str(bad)]) == 3


def test_what_is_no_book_has_no_citations() -> None:
    with pytest.raises(BadRulebook, match="is no rule book"):
        list(completeness.citations("rule = 1", file="x.toml"))


# Pages


@pytest.mark.parametrize("id", sorted(shelf.PRINTED))
def test_the_printed_page_is_the_book(id: str) -> None:
    """Print again: lantian rules print ID > docs/rules/ID.md."""
    name = f"{id}.toml"
    page = printing.page(shelf.opened(id, shipped(name), file=name), file=name)
    assert (PAGES / f"{id}.md").read_text("utf-8") == page


def test_the_command_prints_a_page_without_django(capsys: pytest.CaptureFixture[str]) -> None:
    program = (
        "import sys\n"
        "from lantian.config.commands import main\n"
        "code = main(['rules', 'print', 'lists'])\n"
        "heavy = {'django', 'polars', 'numpy', 'psycopg'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (PAGES / "lists.md").read_text("utf-8")
