"""The near-duplicate engine beside its peers: CPU-seconds of the whole process tree, one core pinned.

    python -m benchmarks.peers [--rows 10000] [--only own,rensa] [--repeat 1] [--text-dedup PYTHON]

Every engine runs in a process of its own over the same file of planted filings, with the same normalised texts and
the same verification (`benchmarks/_engines.py`); a peer that is not installed is named and left out. Times are given
as they are and net of start-up (the same command on one empty document), medians of `--repeat` runs. Recall is that
of the planted pairs, and of all pairs of Jaccard >= 0.5 that any engine found ("of all"), with those that only ours and
only the peer found. `--only duckdb,own --rows 1000000` takes a while.

text-dedup needs Python 3.12 and verifies by itself, so it runs where it is installed: name that interpreter, or set
LANTIAN_TEXT_DEDUP to it. It is left out above 10,000 rows, and its pairs do not count among those of all.
Beside them the C pass (`onepass.c`): one reading of the same texts that decodes, hashes and samples, and no more.
"""

from __future__ import annotations

import argparse
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import polars as pl

from benchmarks._engines import ENGINES, TEXTS, folded_of, texts_of
from benchmarks._machine import compiler, described
from benchmarks._planted import file_of, one_empty, plants_of
from benchmarks.near_duplicates import Pairs

ONE_CORE = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
OURS = ("own", "plain")
LIMITS = {"datasketch": 300_000, "rensa": 300_000, "daft": 300_000, "text-dedup": 10_000}
"""Rows above which a peer is not asked: memory (see README)."""


@dataclass(frozen=True)
class Run:
    """What one engine took and found."""

    name: str
    seconds: float
    net: float
    gigabytes: float
    pairs: Pairs = field(repr=False)


def spent(command: Sequence[str | Path], folder: Path | None = None) -> tuple[float, float]:
    """CPU-seconds of a process with its children, and its peak memory in GB; held to one core."""
    core = {max(os.sched_getaffinity(0))}
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env={**os.environ, **ONE_CORE, "PYTHONPATH": str(Path.cwd())},
            stdout=said,
            stderr=said,
            preexec_fn=lambda: os.sched_setaffinity(0, core),
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{command} ended with {process.returncode}: {said.read()[-2000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def run(name: str, file: Path, repeat: int, folder: Path) -> Run:
    """One engine, `repeat` times."""
    command = [sys.executable, "-m", "benchmarks._engines", name]
    nothing = [*command, one_empty(), folder / "empty.parquet"]
    empty = statistics.median(spent(nothing)[0] for _ in range(repeat))
    measured = [spent([*command, file, folder / f"{name}.parquet"]) for _ in range(repeat)]
    seconds = statistics.median(cpu for cpu, _ in measured)
    found = pl.read_parquet(folder / f"{name}.parquet").iter_rows()
    return Run(name, seconds, seconds - empty, max(gb for _, gb in measured), set(map(frozenset, found)))


def text_dedup(python: str, file: Path, folder: Path) -> Run:
    """text-dedup over the same normalised texts, its characters apart (it counts words); clusters as pairs."""
    ids, folded = folded_of(file)
    seconds = []
    for name, texts in (("empty", ["两份相同的文件"] * 2), ("all", list(texts_of(folded)))):
        home = folder / name
        home.mkdir()
        words = [" ".join(text.replace("\n", "")) for text in texts]
        pl.DataFrame({"text": words}).write_parquet(home / "texts.parquet")
        (home / "config.toml").write_text(TEXT_DEDUP.format(home=home), encoding="utf-8")
        seconds.append(spent([python, "-m", "text_dedup.minhash"], home))
    clusters: dict[int, list[str]] = {}
    for path in (folder / "all").rglob("*.pickle"):
        for row, cluster in pickle.loads(path.read_bytes()).items():
            clusters.setdefault(cluster, []).append(ids[row])
    pairs = {frozenset(pair) for members in clusters.values() for pair in combinations(members, 2)}
    (empty, _), (cpu, memory) = seconds
    return Run("text-dedup", cpu, cpu - empty, memory, pairs)


TEXT_DEDUP = """
[input]
input_type = "local_files"
file_type = "parquet"
[input.read_arguments]
path = "parquet"
data_files = "{home}/texts.parquet"
split = "train"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = 128
bands = 32
rows = 4
ngram_size = 4
threshold = 0.5
check_false_positive = true
num_proc = 1
[output]
output_dir = "{home}/out"
save_clusters = true
skip_filtering = true
[debug]
"""


def one_pass(file: Path, folder: Path) -> float | None:
    """CPU-seconds of the C pass over the same texts in one file; None without a compiler."""
    translator = compiler()
    if translator is None:
        return None
    program, texts = folder / "onepass", folder / "texts.txt"
    subprocess.run([translator, "-O3", "-o", program, Path(__file__).with_name("onepass.c")], check=True)
    columns = pl.scan_parquet(file).select(
        pl.concat_str(TEXTS, separator="\n", ignore_nulls=True).alias("text")
    )
    columns.sink_csv(texts, include_header=False, quote_style="never")
    return statistics.median(spent([program, texts])[0] for _ in range(3))


def reported(runs: Iterable[Run], plants: dict[str, Pairs]) -> None:
    """Print a line an engine, beside ours."""
    runs = list(runs)
    verified = (each.pairs for each in runs if each.name in ENGINES)
    planted, all_found = set().union(*plants.values()), set().union(*verified)
    mine = next((each for each in runs if each.name == "own"), runs[0])
    print(f"  all engines together: {len(all_found):,} pairs, planted {len(planted):,}")
    for each in runs:
        recall = len(each.pairs & planted) / len(planted)
        union = len(each.pairs & all_found) / len(all_found)
        print(
            f"  {each.name:11} {each.seconds:8.2f} CPU-s  net {each.net:8.2f}  {each.net / mine.net:6.1f} x"
            f"  {each.gigabytes:5.2f} GB  pairs {len(each.pairs):>8,}  planted {recall:.4f}  of all {union:.4f}"
            f"  only own {len(mine.pairs - each.pairs)}  only it {len(each.pairs - mine.pairs)}",
            flush=True,
        )
    for kind, pairs in plants.items():
        print(f"    own, {kind:4} {len(pairs & mine.pairs) / len(pairs):.4f} of {len(pairs)}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--only", default=",".join(ENGINES))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--text-dedup", metavar="PYTHON", default=os.environ.get("LANTIAN_TEXT_DEDUP"))
    args = parser.parse_args(arguments)
    file, runs = file_of(args.rows), []
    print(f"{described()}\nrows {args.rows}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for engine in args.only.split(","):
            if engine not in OURS and find_spec(engine) is None:
                print(f"  {engine}: not installed")
            elif args.rows > LIMITS.get(engine, args.rows):
                print(f"  {engine}: not asked above {LIMITS[engine]} rows")
            else:
                runs.append(run(engine, file, args.repeat, folder))
        if args.text_dedup and args.rows <= LIMITS["text-dedup"]:
            runs.append(text_dedup(str(Path(args.text_dedup).absolute()), file, folder))
        seconds = one_pass(file, folder)
        reported(runs, plants_of(file))
    if seconds is not None:
        times, net = runs[0].seconds / seconds, runs[0].net / seconds
        print(
            f"  C pass {seconds:.2f} CPU-s: {runs[0].name} takes {times:.1f} x, net of start-up {net:.1f} x"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
