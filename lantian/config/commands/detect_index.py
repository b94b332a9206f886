"""`lantian detect index`: keep an index of screened texts, ask it about new ones, put several together."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lantian.config.commands import print_json
from lantian.core.messages import Refused
from lantian.detect import index
from lantian.detect.blocks import BLOCK
from lantian.detect.segments import Store
from lantian.detect.tables import read_blocks

INDEX = "near-index-run/1"


def configure(commands: Any) -> None:
    """Declare build, query and merge."""
    parser = commands.add_parser("index", help="keep an index of screened texts")
    acts = parser.add_subparsers(dest="index", required=True, metavar="what")
    build = _command(acts, "build", "write a new index of a file", _build)
    query = _command(acts, "query", "compare a file's rows with the stored ones and with each other", _query)
    query.add_argument("--out", required=True, type=Path, metavar="FILE", help="pairs, Parquet")
    query.add_argument("--add", action="store_true", help="store the rows afterwards")
    merge = _command(acts, "merge", "put indexes together as one", _merge)
    merge.add_argument("indexes", nargs="+", type=Path, metavar="DIR")
    for command in (build, query):
        command.add_argument("file", type=Path, metavar="FILE", help="Parquet or CSV")
        command.add_argument("--id", required=True, metavar="COLUMN", help="column that names each row")
        command.add_argument("--text", required=True, action="append", metavar="COLUMN", help="may repeat")


def _command(acts: Any, name: str, help: str, act: Callable[[argparse.Namespace], int]) -> Any:
    parser = acts.add_parser(name, help=help)
    parser.add_argument("--index", required=True, type=Path, metavar="DIR", dest="folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(act=act)
    return parser


def _build(args: argparse.Namespace) -> int:
    blocks = read_blocks(args.file, [args.id, *args.text], BLOCK)
    return _told(args, _state(index.build(blocks, args.folder, id=args.id, texts=args.text)))


def _query(args: argparse.Namespace) -> int:
    blocks = read_blocks(args.file, [args.id, *args.text], BLOCK)
    store = Store.open(args.folder)
    answer = index.query(blocks, store, id=args.id, texts=args.text, add=args.add)
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        answer.pairs.write_parquet(args.out, compression="zstd", compression_level=3, row_group_size=50_000)
    except OSError as error:
        raise Refused(
            f"无法写入 {args.out}（{error}）。", f"Cannot write to {args.out} ({error})."
        ) from error
    return _told(args, answer.counts)


def _merge(args: argparse.Namespace) -> int:
    return _told(args, _state(index.merge([Store.open(path) for path in args.indexes], args.folder)))


def _state(store: Store) -> dict[str, int]:
    return {"segments": len(store.named), "rows": sum(segment["rows"] for segment in store.named)}


def _told(args: argparse.Namespace, counts: dict[str, int]) -> int:
    if args.format == "json":
        print_json(INDEX, counts)
    else:
        print("\n".join(f"{name}\t{number}" for name, number in counts.items()))
    return 0
