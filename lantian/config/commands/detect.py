"""`lantian detect`: screen files alone, without database, Django or clock; same files, same bytes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from lantian.config.commands import detect_index, evaluate, print_json, say, writing
from lantian.core.messages import Text, WrongUse
from lantian.detect import normalise, p01, scale
from lantian.detect.blocks import BLOCK, check_columns
from lantian.detect.detectors import Detector, chosen
from lantian.detect.findings import Findings, findings_frame
from lantian.detect.near import PARAMETERS, NearDuplicates, near_duplicates_in
from lantian.detect.reading import Reading
from lantian.detect.scale import near_stored, run_p01
from lantian.detect.stored import Stored, read_stored
from lantian.detect.tables import read_blocks, read_tables

NEAR = "near-duplicates/1"
RUN = "detect-run/1"
LOCAL_OR = ("local", *scale.ENGINES)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(dest="detect", required=True, metavar="what")
    near = commands.add_parser("near-duplicates", help="find nearly identical texts in one file")
    near.add_argument("file", metavar="FILE", help="Parquet or CSV; or the address of a Parquet file")
    near.add_argument("--id", required=True, metavar="COLUMN", help="column that names each row")
    near.add_argument(
        "--text", required=True, action="append", metavar="COLUMN", help="text column, may repeat"
    )
    near.add_argument("--out", required=True, type=Path, metavar="DIR")
    near.add_argument("--engine", choices=LOCAL_OR, default="local", help="daft, ray: lantian[scale]")
    near.set_defaults(act=_near)
    run_ = commands.add_parser("run", help="run detectors over a folder of tables")
    run_.add_argument("ids", metavar="ID[,ID…]|all")
    run_.add_argument(
        "--data",
        required=True,
        metavar="DIR",
        help="folder of canonical tables; may be s3://…, gs://…, az://…",
    )
    run_.add_argument("--engine", choices=LOCAL_OR, default="local", help="where P01 compares texts")
    run_.add_argument(
        "--on", required=True, type=date.fromisoformat, metavar="DATE", help="day of the rules, ISO"
    )
    run_.add_argument("--out", required=True, type=Path, metavar="FILE", help="findings, Parquet")
    run_.set_defaults(act=_run)
    detect_index.configure(commands)
    judged = commands.add_parser(
        "evaluate", help="hold the detectors against planted truth; write their cards"
    )
    evaluate.configure(judged)
    judged.set_defaults(act=evaluate.run)
    for command in (near, run_, judged):
        command.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Run what was asked; 0 when done."""
    code: int = args.act(args)
    return code


def _near(args: argparse.Namespace) -> int:
    found = _near_found(args)
    _folder(args.out)
    _write_table(args.out / "pairs.parquet", found.pairs)
    _write_table(args.out / "clusters.parquet", found.clusters)
    content = _near_run(found, args)
    _write_json(args.out / "run.json", NEAR, content)
    if args.format == "json":
        print_json(NEAR, content)
    else:
        print("\n".join(f"{name}\t{number}" for name, number in found.counts.items()))
    return 0


def _near_found(args: argparse.Namespace) -> NearDuplicates:
    if args.engine == "local" and "://" not in args.file:
        blocks = read_blocks(Path(args.file), [args.id, *args.text], BLOCK)
        return near_duplicates_in(blocks, id=args.id, texts=args.text)
    stored = Stored(args.file)
    check_columns(stored.columns(), [args.id, *args.text])
    if args.engine == "local":
        return near_duplicates_in(stored.blocks([args.id, *args.text], BLOCK), id=args.id, texts=args.text)
    ids = stored.column(args.id)
    return near_stored(stored, np.arange(len(ids)), ids, texts=args.text, engine=args.engine)


def _near_run(found: NearDuplicates, args: argparse.Namespace) -> dict[str, Any]:
    rules = {"version": normalise.version(), "digest": normalise.digest()}
    asked = {"id": args.id, "texts": args.text, "parameters": PARAMETERS}
    return {**asked, "normaliser": rules, "counts": found.counts, "code_version": version("lantian")}


def _run(args: argparse.Namespace) -> int:
    detectors = chosen(args.ids)
    results = _results(detectors, args)
    _folder(args.out.parent)
    rows = [row for result in results.values() for row in result.frame.to_dicts()]
    _write_table(args.out, findings_frame(rows))
    content = {id: _summary(result) for id, result in results.items()}
    _write_json(args.out.parent / "run.json", RUN, content)
    if args.format == "json":
        print_json(RUN, content)
    for id, result in results.items():
        _tell(id, result, said=args.format == "json")
    return 0


def _results(detectors: Sequence[Detector], args: argparse.Namespace) -> dict[str, Findings]:
    if args.engine != "local":
        if [detector.id for detector in detectors] != [p01.ID]:
            raise WrongUse(
                f"只有{p01.ID}可以用其他引擎运行；其余请用 --engine local。",
                f"Only {p01.ID} runs on another engine; run the others with --engine local.",
            )
        return {p01.ID: run_p01(args.data, on=args.on, engine=args.engine)}
    names = [name for detector in detectors for name in detector.tables]
    far = "://" in args.data
    tables = read_stored(args.data, names) if far else read_tables(Path(args.data), names)
    reading = Reading()
    return {detector.id: detector.run(tables, on=args.on, reading=reading) for detector in detectors}


def _summary(result: Findings) -> dict[str, Any]:
    why = {"zh": result.not_run.zh, "en": result.not_run.en} if result.not_run else None
    counts = {"read": result.read, "findings": result.frame.height, "cleared": result.cleared}
    bound = list(result.case_bound)
    return {**counts, "not_run": why, "left_out": dict(result.left_out), "case_bound": bound}


def _tell(id: str, result: Findings, *, said: bool) -> None:
    """Print one line a detector, and say on the side why it did not run or what it left out."""
    if not said:
        numbers = (result.read, result.frame.height, result.cleared)
        print(
            "\t".join(
                [id, *(f"{n}={v}" for n, v in zip(("read", "findings", "cleared"), numbers, strict=True))]
            )
        )
    if result.not_run:
        say(Text(f"{id} 未运行：{result.not_run.zh}", f"{id} not run, because {result.not_run.en}"))
    if result.case_bound:
        used = ", ".join(result.case_bound)
        say(Text(f"{id} 用到仅限案件使用的列：{used}。", f"{id} used columns bound to a case: {used}."))
    for reason, number in result.left_out.items():
        if number:
            say(
                Text(f"{id}：{number}行未比对（{reason}）。", f"{id}: {number} rows not compared ({reason}).")
            )


def _folder(path: Path) -> None:
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)


def _write_table(path: Path, table: pl.DataFrame) -> None:
    """Write with fixed groups and level: the bytes must not depend on the machine's cores."""
    with writing(path):
        table.write_parquet(path, compression="zstd", compression_level=3, row_group_size=50_000)


def _write_json(path: Path, schema: str, content: Mapping[str, Any]) -> None:
    ordered = {"schema": schema, **dict(sorted(json.loads(json.dumps(content, sort_keys=True)).items()))}
    with writing(path):
        path.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
