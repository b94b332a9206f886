"""`lantian detect index`: keep an index of screened texts, or of marks; ask it about new ones; join and check them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from lantian.config.commands import detect_identities, print_json, writing
from lantian.core.messages import WrongUse
from lantian.detect import index
from lantian.detect.blocks import BLOCK, check_columns
from lantian.detect.marks import stored as marks
from lantian.detect.segments import Store
from lantian.detect.shelf import page_of, rebuilt
from lantian.detect.tables import read_blocks, read_frame

INDEX = "near-index-run/1"


def configure(commands: Any) -> None:
    """Declare build, query, merge and verify, and beside them `identities`: both keep what later runs build on."""
    detect_identities.configure(commands)
    parser = commands.add_parser("index", help="keep an index of screened texts or marks")
    acts = parser.add_subparsers(dest="index", required=True, metavar="what")
    build = _command(acts, "build", "write a new index of a file", _build)
    build.add_argument(
        "--again", action="store_true", help="put it in the place of the index that stands there"
    )
    query = _command(acts, "query", "compare a file's rows with the stored ones and with each other", _query)
    query.add_argument("--out", required=True, type=Path, metavar="FILE", help="pairs, Parquet")
    query.add_argument("--add", action="store_true", help="store the rows afterwards")
    query.add_argument("--least", type=float, default=0.6, metavar="SHARE", help="marks: least likeness told")
    merge = _command(acts, "merge", "put indexes together as one", _merge)
    merge.add_argument("indexes", nargs="+", type=Path, metavar="DIR")
    _command(acts, "verify", "read an index again from end to end and compare it with its digests", _verify)
    for command in (build, query):
        command.add_argument("file", type=Path, metavar="FILE", help="Parquet or CSV")
        command.add_argument("--id", required=True, metavar="COLUMN", help="column that names each row")
        what = command.add_mutually_exclusive_group(required=True)
        what.add_argument("--text", action="append", metavar="COLUMN", help="texts, may repeat")
        what.add_argument("--mark", metavar="COLUMN", help="marks: an index in three alphabets")


def _command(acts: Any, name: str, help: str, act: Callable[[argparse.Namespace], int]) -> Any:
    parser = acts.add_parser(name, help=help)
    parser.add_argument("--index", required=True, type=Path, metavar="DIR", dest="folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(act=act)
    return parser


def _build(args: argparse.Namespace) -> int:
    def built(path: Path) -> dict[str, int]:
        if args.mark:
            return marks.build(_marks(args), path, id=args.id, mark=args.mark).counts
        blocks = read_blocks(args.file, [args.id, *args.text], BLOCK)
        return _state(index.build(blocks, path, id=args.id, texts=args.text))

    if args.again:
        rebuilt(args.folder, built)
        return _told(
            args, marks.MarkStore.open(args.folder).counts if args.mark else _state(Store.open(args.folder))
        )
    return _told(args, built(args.folder))


def _query(args: argparse.Namespace) -> int:
    if args.mark:
        store = marks.MarkStore.open(args.folder)
        told = marks.query(_marks(args), store, id=args.id, mark=args.mark, least=_least(args), add=args.add)
        return _written(args, told.pairs, told.counts)
    blocks = read_blocks(args.file, [args.id, *args.text], BLOCK)
    answer = index.query(blocks, Store.open(args.folder), id=args.id, texts=args.text, add=args.add)
    return _written(args, answer.pairs, answer.counts)


def _written(args: argparse.Namespace, pairs: pl.DataFrame, counts: dict[str, int]) -> int:
    with writing(args.out):
        args.out.parent.mkdir(parents=True, exist_ok=True)
        pairs.write_parquet(args.out, compression="zstd", compression_level=3, row_group_size=50_000)
    return _told(args, counts)


def _marks(args: argparse.Namespace) -> pl.DataFrame:
    frame = read_frame(args.file)
    check_columns(frame.columns, [args.id, args.mark])
    return frame.select(list(dict.fromkeys([args.id, args.mark])))


def _least(args: argparse.Namespace) -> float:
    if not 0 <= args.least <= 1:
        raise WrongUse("--least 应在0至1之间。", "--least must lie between 0 and 1.")
    return float(args.least)


def _merge(args: argparse.Namespace) -> int:
    """Read every index whole first: what has rotted must not be written again under a new digest."""
    if page_of(args.indexes[0]).get("schema") == marks.SCHEMA:
        held = [marks.MarkStore.open(one, whole=True) for one in args.indexes]
        return _told(args, marks.merge(held, args.folder).counts)
    stores = [Store.open(one, whole=True) for one in args.indexes]
    return _told(args, _state(index.merge(stores, args.folder)))


def _verify(args: argparse.Namespace) -> int:
    if page_of(args.folder).get("schema") == marks.SCHEMA:
        return _told(args, marks.MarkStore.open(args.folder, whole=True).counts)
    return _told(args, _state(Store.open(args.folder, whole=True)))


def _state(store: Store) -> dict[str, int]:
    return {"segments": len(store.named), "rows": sum(segment["rows"] for segment in store.named)}


def _told(args: argparse.Namespace, counts: dict[str, int]) -> int:
    if args.format == "json":
        print_json(INDEX, counts)
    else:
        print("\n".join(f"{name}\t{number}" for name, number in counts.items()))
    return 0
