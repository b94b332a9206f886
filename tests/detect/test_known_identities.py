"""Identity in portions: the clusters of one run over everything, ids that stay, and a record of what merged."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lantian.config.commands import main
from lantian.detect import identity
from lantian.detect.known import CHANGES, MERGED, PARTED, Known
from tests.detect.tables import BY_ID, ON, filing, table

Mention = tuple[str | None, str | None, str | None]
names = st.sampled_from(["王小明", "WANG Xiaoming", "王晓鸣", "李丽", "Li Li", "王 小明", None])
places = st.sampled_from(["甲路1号", "甲路 1号", "乙路2号", None])
phones = st.sampled_from(["022-1", "(022)1", "022-2", "022-3", None])
mentions = st.lists(st.tuples(names, places, phones), max_size=12)
CODES = ["91120104YY00000012", "91120104YY00000099"]
firms = st.lists(
    st.tuples(
        st.sampled_from(["甲公司", "甲 公司", "乙公司", "旧公司", None]), st.sampled_from([*CODES, None])
    ),
    max_size=10,
)
REGISTER = pl.DataFrame({"credit_code": CODES[:1], "name": ["甲公司"], "former_names": [["旧公司"]]})


def people(rows: list[Mention]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(("name", "address", "phone"), pl.String), orient="row")


def parted(ids: list[str]) -> set[frozenset[int]]:
    """Who is together, whatever the ids."""
    together: dict[str, set[int]] = defaultdict(set)
    for place, id in enumerate(ids):
        together[id].add(place)
    return {frozenset(places) for places in together.values()}


def followed(id: str, known: Known) -> str:
    """Go from an id once given to what it is now."""
    for was, now, _ in known.changes.iter_rows():
        id = now if id == was else id
    return id


@given(mentions, mentions, mentions)
def test_persons_in_portions_are_those_of_one_run_and_keep_their_ids(
    first: list[Mention], second: list[Mention], third: list[Mention]
) -> None:
    known, given_, every = Known(), [], [*first, *second, *third]
    for part in (first, second, third):
        before = known
        ids, known = known.with_persons(people(part))
        given_ += ids.to_list()
        # Who was known keeps the id, but for merges, and these are recorded.
        old = dict(
            zip(before.persons.select("name", "address", "phone").rows(), before.persons["id"], strict=True)
        )
        now = dict(
            zip(known.persons.select("name", "address", "phone").rows(), known.persons["id"], strict=True)
        )
        merged = dict(known.changes[before.changes.height :].select("was", "now").iter_rows())
        assert all(now[row] == merged.get(id, id) for row, id in old.items())
        assert not set(merged) & set(known.persons["id"])
    assert parted([followed(id, known) for id in given_]) == parted(identity.persons(people(every)).to_list())
    assert set(known.changes["how"]) <= {MERGED}


def test_the_person_first_taken_in_lives_on() -> None:
    first, known = Known().with_persons(people([("王小明", "乙路2号", "2"), ("王小明", "甲路1号", "1")]))
    bridge, known = known.with_persons(people([("王小明", "甲路1号", "2")]))
    assert bridge[0] == first[0]
    assert known.changes.rows() == [(first[1], first[0], "merged")]
    assert set(known.persons["id"]) == {first[0]}


@given(firms, firms)
def test_firms_in_portions_are_those_of_one_run_and_codes_never_change(
    first: list[tuple[str | None, str | None]], second: list[tuple[str | None, str | None]]
) -> None:
    def frame(rows: list[tuple[str | None, str | None]]) -> tuple[pl.Series, pl.Series]:
        columns = list(zip(*rows, strict=True)) or [(), ()]
        name, number = (pl.Series(column, dtype=pl.String) for column in columns)
        return name, number

    _, known = Known().with_firms(*frame(first), REGISTER)
    before = known.firms
    own, known = known.with_firms(*frame(second), REGISTER)
    at_once = identity.firms(*frame([*first, *second]), REGISTER).to_list()
    assert own.to_list() == at_once[len(first) :]
    now = dict(zip(known.firms.select("name", "number").rows(), known.firms["id"], strict=True))
    assert [now.get(row) for row in first] == at_once[: len(first)]  # who is nobody is not kept
    changed = {(was, to) for was, to, _ in known.changes.iter_rows()}
    assert all(
        id == now[name, number] or (id, now[name, number]) in changed
        for name, number, id in before.iter_rows()
    )
    assert not any(was in CODES and how == MERGED for was, _, how in known.changes.iter_rows())


def test_a_name_is_merged_into_its_one_code_and_parted_when_a_second_bearer_turns_up() -> None:
    def firm(name: str, number: str | None) -> tuple[pl.Series, pl.Series]:
        return pl.Series([name], dtype=pl.String), pl.Series([number], dtype=pl.String)

    none = REGISTER.head(0)
    alone, known = Known().with_firms(*firm("乙公司", None), none)
    _, known = known.with_firms(*firm("乙公司", CODES[0]), none)
    _, known = known.with_firms(*firm("乙公司", CODES[1]), none)
    assert alone[0] == "name:乙公司"
    assert known.changes.rows() == [("name:乙公司", CODES[0], MERGED), (CODES[0], "name:乙公司", PARTED)]


def test_what_is_known_is_kept_in_files(tmp_path: Path) -> None:
    assert Known.read(tmp_path).changes.schema == pl.Schema(CHANGES)
    _, known = Known().with_persons(people([("王小明", "甲路1号", None), ("李丽", None, "022-2")]))
    _, known = known.with_firms(pl.Series(["甲公司"]), pl.Series([None], dtype=pl.String), REGISTER)
    known.write(tmp_path)
    again = Known.read(tmp_path)
    assert again.persons.equals(known.persons) and again.firms.equals(known.firms)
    assert again.changes.equals(known.changes)


def test_the_command_takes_in_filings_and_detectors_use_the_ids(tmp_path: Path) -> None:
    """Who came first keeps the id, though a later address sorts before the first one."""
    data, known = tmp_path / "data", tmp_path / "data"
    data.mkdir()

    def person(serial: int, name: str, address: str) -> dict[str, object]:
        return filing(serial, applicants=[name], applicant_ids=[None], applicant_kinds=["person"],
                      applicant_addresses=[address], contact_phone="022-1", agency_code=None)  # fmt: skip

    rows = [person(n, f"赵{name}", "丙路") for n, name in enumerate("一二三四五")]
    table(rows).write_parquet(data / "patents.parquet")
    command = ["detect", "identities", "--data", str(data), "--known", str(known)]
    assert main(command) == 0
    first = dict(Known.read(known).persons.select("name", "id").iter_rows())
    rows += [person(10 + n, f"赵{name}", "一路") for n, name in enumerate("一二三四五")]
    table(rows).write_parquet(data / "patents.parquet")
    assert main(command) == 0
    assert dict(Known.read(known).persons.select("name", "id").iter_rows()) == first
    tables = {"patents": pl.read_parquet(data / "patents.parquet")}
    held = BY_ID["P07"].run(tables | {"identities": Known.read(known).persons}, on=ON).frame
    assert set(held["members"][0]) == set(first.values())
    assert set(BY_ID["P07"].run(tables, on=ON).frame["members"][0]) != set(first.values())
