"""`lantian detect evaluate`: precision and recall of every detector against planted truth, and its card."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from lantian.city.city import DEFAULT_SEED, build
from lantian.city.sizes import SIZES
from lantian.config.commands import print_json
from lantian.core.identifiers import application_kind
from lantian.core.messages import WrongUse
from lantian.detect.cards import Alerts, card
from lantian.detect.detectors import Detector, chosen
from lantian.detect.measure import Measure, measure, share
from lantian.detect.reading import Reading
from lantian.detect.tables import read_tables

SCHEMA = "detect-evaluate/1"
REAL = "cn_patents_100k.parquet"
REGISTERS = ("tianjin_companies_69k.parquet", "cn_ip_service_companies.parquet")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("ids", nargs="?", default="all", metavar="ID[,ID…]|all")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of a city with its truth")
    parser.add_argument(
        "--size", choices=tuple(SIZES), default="year", help="size of the city, without --data"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N")
    parser.add_argument("--on", type=date.fromisoformat, default=date(2026, 11, 22), metavar="DATE")
    parser.add_argument("--cards", type=Path, metavar="DIR", help="write ID.md for each detector there")


def run(args: argparse.Namespace) -> int:
    """Measure, print one line a detector, write the cards where asked; 0 when done."""
    detectors = chosen(args.ids)
    tables, city = _city(args, detectors)
    real = _real()
    measured, total, reading = {}, 0.0, Reading()
    for detector in detectors:
        begun = time.process_time()
        whole = measure(detector, tables, on=args.on, reading=reading)
        seconds = time.process_time() - begun
        total += seconds
        public = measure(detector, tables, on=args.on, public=True, reading=reading)
        measured[detector.id] = (whole, public)
        if args.format == "text":
            print("\t".join(_line(detector, whole, public, seconds)))
        if args.cards:
            alerts = _alerts(detector, real, args.on)
            args.cards.mkdir(parents=True, exist_ok=True)
            text = card(detector, whole, public, alerts, on=args.on, city=city)
            (args.cards / f"{detector.id}.md").write_text(text, encoding="utf-8")
    if args.format == "text":
        print(f"all\tcpu={total:.2f}s")
    else:
        print_json(SCHEMA, {id: _told(*both) for id, both in measured.items()})
    return 0


def _city(args: argparse.Namespace, detectors: Sequence[Detector]) -> tuple[Mapping[str, pl.DataFrame], str]:
    if args.data is None:
        size = SIZES[args.size]
        said = f"the synthetic city ({size.name}, seed {args.seed}, {size.filings:,} filings)"
        return build(args.seed, size=size), said
    names = dict.fromkeys(name for detector in detectors for name in detector.tables)
    tables = read_tables(args.data, [*names, "truth"])
    if "truth" not in tables:
        raise WrongUse(
            f"{args.data} 中没有 truth 表，无法评估。",
            f"{args.data} has no table truth: nothing to hold against.",
        )
    count = tables["patents"].height if "patents" in tables else 0
    return tables, f"the city given ({count:,} filings)"


def _real() -> Mapping[str, pl.DataFrame] | None:
    """Read the real publications, and entries of a company register, as canonical tables, where they are at hand."""
    folder = Path(os.environ.get("LANTIAN_REAL_DATA", "../shared/data/real"))
    if not (folder / REAL).exists():
        return None
    rows = pl.read_parquet(folder / REAL)
    patents = rows.select(
        "application_no",
        "publication_date",
        "main_ipc",
        "title",
        "abstract",
        disclosure=pl.lit("published"),
        kind=pl.col("application_no").map_elements(application_kind, return_dtype=pl.String),
        applicants=pl.concat_list("applicant"),
        inventors=pl.concat_list("first_listed_inventor"),
    )
    registers = [path for name in REGISTERS if (path := folder / name).exists()]
    return {"patents": patents, **({"companies": _companies(registers)} if registers else {})}


def _companies(registers: Sequence[Path]) -> pl.DataFrame:
    """Entries of registers with a whole credit code, each firm once."""
    rows = pl.concat(
        pl.read_parquet(path).select("name", "scope", "address", credit_code="uscc") for path in registers
    )
    return (
        rows.filter(pl.col("credit_code").str.len_chars() == 18)
        .unique("credit_code", keep="first")
        .sort("name")
    )


def _alerts(detector: Detector, real: Mapping[str, pl.DataFrame] | None, on: date) -> Alerts | None:
    if real is None:
        return None
    found = detector.run(real, on=on)
    open_ = found.frame.filter(pl.col("clearing") == "not_cleared")
    counts = dict(open_.group_by("strength").agg(pl.len()).iter_rows())
    return Alerts(found.read, counts, found.not_run, found.frame.height - open_.height)


def _line(detector: Detector, whole: Measure, public: Measure, seconds: float) -> Iterator[str]:
    yield detector.id
    if whole.not_run:
        yield f"not run: {whole.not_run.en}"
        return
    yield f"open={whole.open}"
    yield f"precision={share(whole.right, whole.open)}"
    yield f"recall={share(*whole.recall)}"
    yield "public=not run" if public.not_run else f"public recall={share(*public.recall)}"
    yield f"cpu={seconds:.2f}s"


def _told(whole: Measure, public: Measure) -> dict[str, object]:
    def one(measured: Measure) -> dict[str, object]:
        found, planted = measured.recall
        why = measured.not_run.en if measured.not_run else None
        return {
            "open": measured.open,
            "right": measured.right,
            "planted": planted,
            "found": found,
            "not_run": why,
        }

    return {"whole": one(whole), "public": one(public)}
