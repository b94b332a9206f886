"""P02 and P03: texts put together from others, copies of publications; and one reading of the texts for a run."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lantian.city.chance import stream
from lantian.city.edits import MERGES, edit
from lantian.city.texts import Words, compose
from lantian.detect import reading as reading_module
from lantian.detect.detectors import DETECTORS
from lantian.detect.reading import Reading
from tests.detect.tables import ON, filing, open_findings, run, table

Row = dict[str, Any]
EARLY, SHOWN, LATE = date(2024, 2, 1), date(2024, 8, 1), date(2025, 3, 3)


def words(number: int) -> Words:
    return compose(3, number, "invention").words


def told(serial: int, words: Words, **columns: Any) -> Row:
    texts = {"title": words.title, "abstract": words.abstract, "claim": words.claim}
    return filing(serial, **({"filing_date": EARLY, "publication_date": SHOWN} | texts | columns))


def mixed(**columns: Any) -> list[Row]:
    whole = MERGES["e55"](words(1), words(2), stream(1, "mix"))
    late = {"filing_date": LATE, "publication_date": date(2025, 9, 1)} | columns
    return [told(1, words(1)), told(2, words(2)), told(3, whole, **late)]


def copied(kind: str = "b", **columns: Any) -> list[Row]:
    late = {"filing_date": LATE, "publication_date": date(2025, 9, 1)} | columns
    return [told(1, words(1)), told(2, edit(kind, words(1), stream(1, kind)), **late), told(4, words(9))]


def test_a_text_put_together_from_two_earlier_ones_names_both() -> None:
    (found,) = open_findings(run("P02", patents=mixed()))
    assert found["subject_no"] == filing(3)["applicant_ids"][0]
    assert found["evidence"] == [f"patents:{filing(serial)['application_no']}" for serial in (3, 1, 2)]
    assert "2件在先申请合计覆盖" in found["reason_zh"]


def test_a_later_text_is_no_source_of_an_earlier_one() -> None:
    assert not open_findings(run("P02", patents=mixed(filing_date=date(2023, 9, 1))))


def test_texts_of_two_applicants_by_one_agency_are_its_network() -> None:
    again = MERGES["e55"](words(5), words(6), stream(2, "mix"))
    rows = [*mixed(), told(5, words(5)), told(6, words(6)), told(7, again, filing_date=LATE)]
    (found,) = open_findings(run("P02", patents=rows))
    assert (
        found["subject_kind"] == "network" and found["members"][0] == "12900" and len(found["members"]) == 3
    )


def test_a_combination_of_ones_own_earlier_filings_is_cleared() -> None:
    rows = mixed()
    for row in rows:
        row |= {"applicants": ["某公司"], "applicant_ids": ["91120000000000OWN1"]}
    found = run("P02", patents=rows)
    assert not open_findings(found) and found.cleared == 1
    assert "同一申请人" in found.frame["cleared"][0]


def test_a_copy_with_new_figures_is_named_as_such() -> None:
    (found,) = open_findings(run("P03", patents=copied()))
    assert "仅数字、标点不同" in found["reason_zh"] and found["strength"] == "strong"
    (found,) = open_findings(run("P03", patents=copied("c20")))
    assert "见于" in found["reason_zh"]


def test_what_was_not_yet_published_cannot_have_been_copied() -> None:
    assert not open_findings(run("P03", patents=copied(filing_date=SHOWN)))


def test_the_source_is_not_the_copy() -> None:
    (found,) = open_findings(run("P03", patents=copied()))
    assert found["subject_no"] == filing(2)["applicant_ids"][0]


def test_ones_own_publication_and_ones_family_are_no_copies() -> None:
    own = {name: filing(1)[name] for name in ("applicants", "applicant_ids")}
    assert not open_findings(run("P03", patents=copied(**own)))
    assert not open_findings(run("P03", patents=copied(parent_no=filing(1)["application_no"])))
    assert not open_findings(run("P03", patents=copied(priority_nos=[filing(1)["application_no"]])))


def test_a_firm_under_its_former_name_copies_only_itself() -> None:
    """Public data often name no number: then the register's former names tell."""
    rows = copied()
    for row, name in zip(rows[:2], ("某旧名有限公司", "某新名有限公司"), strict=True):
        row |= {"applicants": [name], "applicant_ids": [None]}
    register = [
        {"credit_code": "91120000000000NEW1", "name": "某新名有限公司", "former_names": ["某旧名有限公司"]}
    ]
    assert open_findings(run("P03", patents=rows))
    assert not open_findings(run("P03", patents=rows, companies=register))


@pytest.mark.parametrize(
    "kin",
    [
        {"inventors": ["欧阳栩榆", "钱某"]},
        {"applicants": ["天津阆屹传动设备股份有限公司"], "applicant_ids": ["91120000000000NEW1"]},
    ],
    ids=["one inventor", "one brand"],
)
def test_a_source_of_one_house_is_presumed_lawful_and_says_so(kin: Row) -> None:
    """Renamed firms and affiliates: of twenty findings on real publications eighteen were such."""
    rows = [row | {"inventors": ["欧阳栩榆"], "applicants": ["天津阆屹机械有限公司"]} for row in copied()[:1]]
    names = (f"天津市某{chr(0x5000 + n)}机械设备股份有限公司" for n in range(240))
    others = [filing(100 + n, applicants=[name], title="无") for n, name in enumerate(names)]
    later = copied()[1] | {"inventors": ["赵某"]}
    assert open_findings(run("P03", patents=[*rows, later, *others]))
    found = run("P03", patents=[*rows, later | kin, *others])
    assert not open_findings(found) and found.cleared == 1
    assert "推定同属一家" in found.frame["cleared"][0]


def test_what_one_agency_withdrew_and_filed_again_is_told_once_by_p04() -> None:
    rows = copied()
    rows[0] |= {"status": "withdrawn", "status_date": LATE - timedelta(days=3)}
    rows[1] |= {"status": "pending", "status_date": LATE}
    assert not open_findings(run("P03", patents=rows)) and open_findings(run("P04", patents=rows))
    assert open_findings(run("P03", patents=[rows[0], rows[1] | {"agency_code": "12999"}]))
    assert open_findings(run("P03", patents=[rows[0] | {"status_date": LATE}, rows[1]]))


def test_the_share_is_that_of_the_later_text() -> None:
    """A long text that takes in a short publication is no copy of it: little of it was taken."""
    short = Words(words(1).title, words(1).abstract[:120], "")
    long = Words("", words(9).abstract + words(1).abstract[:120], words(9).claim)
    rows = [told(1, short), told(2, long, filing_date=LATE)]
    assert not open_findings(run("P03", patents=rows))


def test_a_run_of_all_reads_every_text_once_and_finds_the_same(monkeypatch: Any, tmp_path: Path) -> None:
    read: list[int] = []
    folding = reading_module.read_texts

    def counting(blocks: Any, *rest: Any) -> Any:
        read.append(blocks.height)
        return folding(blocks, *rest)

    monkeypatch.setattr(reading_module, "read_texts", counting)
    withdrawn = {"status": "withdrawn", "status_date": date(2024, 5, 1)}
    rows = [row | withdrawn if place == 0 else row | {"status": "pending", "status_date": EARLY}
            for place, row in enumerate([*mixed(), *copied()[1:]])]  # fmt: skip
    rows[3] |= {"application_no": filing(30)["application_no"]}
    tables = {"patents": table(rows).sample(fraction=1, shuffle=True, seed=2)}
    shared = Reading()
    four = ("P01", "P02", "P03", "P04")
    together = {id: DETECTORS[id].run(tables, on=ON, reading=shared).frame for id in four}
    assert sum(read) == len(rows)
    for id in four:
        assert together[id].height and together[id].equals(DETECTORS[id].run(tables, on=ON).frame)


def test_rows_read_for_one_detector_come_back_in_the_order_of_another() -> None:
    frame = pl.DataFrame({"id": ["a", "b", "c"], "text": [words(n).abstract for n in range(3)]})
    shared = Reading()
    shared.read(frame, id="id", texts=["text"])
    for asked in (frame[[2, 0]], frame.reverse(), frame.head(0)):
        ids, folded, sketched = shared.read(asked, id="id", texts=["text"])
        _, again, sampled = Reading().read(asked, id="id", texts=["text"])
        assert ids.to_list() == asked["id"].to_list()
        assert folded.units.tolist() == again.units.tolist() and folded.ends.tolist() == again.ends.tolist()
        assert sketched.hashes.tolist() == sampled.hashes.tolist()
        assert sketched.rows.tolist() == sampled.rows.tolist()
