"""`lantian city`: write the seeded synthetic Tianjin with its planted truth, one Parquet file a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from lantian.city.city import DEFAULT_SEED, MOST_FILINGS, build, write
from lantian.city.sizes import SIZES, TINY
from lantian.city.tables import SCHEMAS
from lantian.config.commands import language, print_json
from lantian.core.messages import Text, WrongUse

SCHEMA = "city/1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    helps = (
        Text("随机种子（不小于0）", "random seed, 0 or more"),
        Text(
            "城市规模：tiny（3个区，2000件）、demo（16个区，1万件）、full（16个区，6万件）",
            "size of the city: tiny (3 districts, 2,000 filings), demo (16, 10,000) or full (16, 60,000)",
        ),
        Text("申请件数，代替该规模的件数", "number of filings, instead of the size's own"),
        Text("输出文件夹", "folder to write to"),
        Text("结果格式", "form of the result"),
    )
    seed, size, filings, out, form = (text.pick(language()) for text in helps)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help=seed)
    parser.add_argument("--size", choices=tuple(SIZES), default=TINY.name, help=size)
    parser.add_argument("--filings", type=int, metavar="N", help=filings)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=out)
    parser.add_argument("--format", choices=("text", "json"), default="text", help=form)


def run(args: argparse.Namespace) -> int:
    """Write the tables and say how many rows each has; WrongUse for a size, seed or folder that cannot be."""
    size = SIZES[args.size]
    filings = size.filings if args.filings is None else args.filings
    _check_numbers(args.seed, filings)
    _check_folder(args.out)
    tables = build(args.seed, filings, size)
    try:
        write(tables, args.out)
    except OSError as fault:
        raise WrongUse(
            f"无法写入文件夹 {args.out}：{fault.strerror}。请换一个可写的文件夹。",
            f"Cannot write to {args.out}: {fault.strerror}. Choose a folder you may write to.",
        ) from fault
    rows = {name: frame.height for name, frame in sorted(tables.items())}
    if args.format == "json":
        said = {"seed": args.seed, "size": size.name, "filings": filings, "out": str(args.out), "rows": rows}
        print_json(SCHEMA, said)
    else:
        print("\n".join(f"{name}.parquet\t{count}" for name, count in rows.items()))
    return 0


def _check_numbers(seed: int, filings: int) -> None:
    if seed < 0:
        raise WrongUse(f"--seed 应不小于0，现为{seed}。", f"--seed must be 0 or more, not {seed}.")
    if not 1 <= filings <= MOST_FILINGS:
        raise WrongUse(
            f"--filings 应在1到{MOST_FILINGS}之间，现为{filings}。",
            f"--filings must lie between 1 and {MOST_FILINGS}, not {filings}.",
        )


def _check_folder(out: Path) -> None:
    """Refuse a file, and a folder whose tables did not come from here: it may hold somebody's real data."""
    if out.exists() and not out.is_dir():
        raise WrongUse(
            f"--out {out} 是文件，不是文件夹；请给出一个文件夹。",
            f"--out {out} is a file; name a folder instead.",
        )
    foreign = [name for name in sorted(SCHEMAS) if (out / f"{name}.parquet").exists()]
    if foreign and not (out / "truth.parquet").exists():
        raise WrongUse(
            f"{out} 中已有不是本命令生成的 {foreign[0]}.parquet；请换一个文件夹，以免覆盖。",
            f"{out} holds a {foreign[0]}.parquet that this command did not write; choose another folder.",
        )
