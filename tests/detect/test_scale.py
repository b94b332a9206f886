"""P01 beyond one machine: the same pairs and findings on every engine, from disk and from object storage.

The engines (extra `scale`, 550 MB) are not part of the ordinary environment: `make scale` makes one that has them
and runs this file with LANTIAN_REQUIRE=scale, where nothing may be skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from lantian.city.city import build
from lantian.city.texts import compose
from lantian.config.commands import main
from lantian.core.messages import WrongUse
from lantian.detect import scale
from lantian.detect.candidates import COMMON
from lantian.detect.stored import Block, Stored
from tests.detect.object_storage import bucket

TEXTS = ("title", "abstract", "claim")
NEAR = ("near-duplicates", "--id", "id", *(word for name in TEXTS for word in ("--text", name)))
RUN = ("run", "P01", "--on", "2026-11-22")
INSTALLED = find_spec("daft") is not None and find_spec("ray") is not None
engines = pytest.mark.skipif(
    not INSTALLED and "scale" not in os.environ.get("LANTIAN_REQUIRE", ""), reason="`make scale` runs these"
)


def detect(*words: str | Path, environment: dict[str, str] | None = None) -> None:
    """Run the command in a process of its own: a process has one engine for life."""
    command = [sys.executable, "-m", "lantian", "detect", *map(str, words)]
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def texts(planted: tuple[pl.DataFrame, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10,000 filings in which every edit is planted, a quarter of them ending in one and the same passage."""
    passage = compose(5, 1, "invention").words.claim
    quarter = pl.int_range(pl.len()) % 4 == 0
    frame = planted[0].with_columns(
        claim=pl.when(quarter).then(pl.col("claim") + passage).otherwise(pl.col("claim"))
    )
    path = tmp_path_factory.mktemp("texts") / "filings.parquet"
    frame.write_parquet(path, row_group_size=3_000)
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the city, with a number twice; the larger one in parts."""
    folder, city = tmp_path_factory.mktemp("office"), build(3, 2_000)
    patents = pl.concat([city["patents"], city["patents"].slice(50, 5)])
    (folder / "patents.parquet").mkdir()
    for number, part in enumerate(patents.iter_slices(700)):
        part.write_parquet(folder / "patents.parquet" / f"part-{number:03}.parquet")
    city["agencies"].write_parquet(folder / "agencies.parquet")
    return folder


@engines
@pytest.mark.parametrize("engine", scale.ENGINES)
def test_every_engine_writes_the_files_of_one_machine(engine: str, texts: Path, tmp_path: Path) -> None:
    """Ten thousand filings, one boilerplate passage among them: pairs, clusters and counts to the byte."""
    for name in ("local", engine):
        detect(*NEAR, texts, "--engine", name, "--out", tmp_path / name)
    assert files(tmp_path / engine) == files(tmp_path / "local")
    assert pl.read_parquet(tmp_path / engine / "pairs.parquet").height > 1_000


@engines
@pytest.mark.parametrize("engine", scale.ENGINES)
def test_p01_finds_on_object_storage_what_it_finds_at_home(engine: str, office: Path, tmp_path: Path) -> None:
    detect(*RUN, "--data", office, "--out", tmp_path / "home" / "findings.parquet")
    with bucket(office.parent) as environment:
        far = ("--data", f"s3://office/{office.name}", "--out", tmp_path / "far" / "findings.parquet")
        detect(*RUN, "--engine", engine, *far, environment=environment)
    assert files(tmp_path / "far") == files(tmp_path / "home")
    assert pl.read_parquet(tmp_path / "home" / "findings.parquet").height > 10


@engines
def test_a_passage_that_everybody_uses_is_never_gathered_in_one_place(tmp_path: Path) -> None:
    """2,000 rows share a passage: ungathered, its hashes would be lists of 2,000 and two million pairs each."""
    passage = compose(5, 1, "invention").words.claim or ""
    own = [compose(6, number, "invention").words.claim or "" for number in range(2_000)]
    frame = pl.DataFrame({"id": range(2_000), "claim": [passage + text for text in own]})
    frame.write_parquet(tmp_path / "same.parquet")
    plan = scale.engine_of("daft")
    table = plan.Table(Stored(str(tmp_path / "same.parquet")), ("claim",), 24)
    rows = frame["id"].to_numpy()
    members = plan.members_of(plan.sampled(plan.described(Block.cut(rows, rows, 500)), table))
    common = plan.common_hashes(members)
    lists = plan.gathered(members, common).to_arrow()["members"]
    most = members.groupby("hash").agg(plan.col("member").count()).to_arrow()["member"]
    assert max(most.to_pylist()) == 2_000
    assert common.count_rows() >= 10
    assert max(map(len, lists.to_pylist())) <= COMMON
    pairs = plan.proposed(plan.sampled(plan.described(Block.cut(rows, rows, 500)), table), table)
    assert pairs.count_rows() < 10 * 2_000


@engines
def test_nothing_to_compare_is_no_error_on_any_engine(tmp_path: Path) -> None:
    for name, rows in (("none", []), ("two", ["甲" * 40, "乙"])):
        pl.DataFrame({"id": rows, "text": rows}, schema={"id": pl.String, "text": pl.String}).write_parquet(
            tmp_path / f"{name}.parquet"
        )
        for engine in ("local", "daft"):
            wanted = ("near-duplicates", tmp_path / f"{name}.parquet", "--id", "id", "--text", "text")
            detect(*wanted, "--engine", engine, "--out", tmp_path / name / engine)
        assert files(tmp_path / name / "daft") == files(tmp_path / name / "local")


def test_one_machine_reads_object_storage_too(office: Path, tmp_path: Path) -> None:
    with bucket(office.parent) as environment:
        far = ("--data", f"s3://office/{office.name}", "--out", tmp_path / "findings.parquet")
        detect(*RUN, *far, environment=environment)
    assert pl.read_parquet(tmp_path / "findings.parquet").height > 10


@pytest.mark.parametrize("engine", scale.ENGINES)
def test_an_engine_that_is_not_installed_says_how_to_get_it(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None stands for a module that cannot be found: so it is here with the engines and without them.
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(WrongUse, match=rf"engine {engine} is not installed .* install lantian\[scale\]"):
        scale.engine_of(engine)


def test_other_detectors_run_on_one_machine_only(office: Path, tmp_path: Path) -> None:
    words = ["detect", "run", "P01,P02", "--on", "2026-11-22", "--engine", "daft"]
    assert main([*words, "--data", str(office), "--out", str(tmp_path / "findings.parquet")]) == 2


def test_a_folder_that_holds_no_such_table_is_said_to_be_unreadable(tmp_path: Path) -> None:
    words = ["detect", "near-duplicates", "s3://", "--id", "id", "--text", "text"]
    assert main([*words, "--out", str(tmp_path)]) == 3
