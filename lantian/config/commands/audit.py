"""`lantian audit verify [--file F] [--against HEADS]`: does the chain of events hold?

A file is `audit-chain/1`, one JSON link a line: {"seq", "event", "digest"}; HEADS is JSON {place: digest}.
With a file no database and no Django is needed: anybody can check it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lantian.config.commands import print_json
from lantian.config.connected import connected
from lantian.core import chain
from lantian.core.messages import Unreadable


def configure(parser: argparse.ArgumentParser) -> None:
    """What to verify, and against which published heads."""
    parser.add_argument("what", choices=["verify", "export"])
    parser.add_argument("--file", type=Path)
    parser.add_argument("--against", type=Path, metavar="HEADS")
    parser.add_argument("--format", choices=["text", "json"], default="json")


def run(args: argparse.Namespace) -> int:
    """Print the verdict; exit 1 when something does not hold."""
    if args.what == "export":
        return _export()
    heads = _heads(args.against)
    verdict = _of_file(args.file, heads) if args.file else _of_database(heads)
    print_json("audit/1", verdict)
    return 0 if verdict["ok"] else 1


def _of_file(path: Path, heads: Mapping[int, str]) -> dict[str, object]:
    verdict = chain.verify(_links(path), heads)
    counts = {"events": verdict.length, "sealed": verdict.length, "unsealed": 0}
    return {"ok": verdict.ok, **counts, "head": verdict.head, "first_bad": verdict.first_bad}


def _links(path: Path) -> Iterator[chain.Link]:
    try:
        lines = path.read_text("utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise Unreadable(f"{path} 无法读取：{fault}", f"{path} cannot be read: {fault}") from fault
    for number, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            yield chain.Link(content["seq"], content["event"], content["digest"])
        except (ValueError, KeyError, TypeError) as fault:
            where = f"{path}:{number}"
            raise Unreadable(f"{where} 不是审计链的一行：{fault}", f"{where} is no link: {fault}") from fault


def _heads(path: Path | None) -> dict[int, str]:
    if path is None:
        return {}
    try:
        return {int(place): str(digest) for place, digest in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError) as fault:
        raise Unreadable(
            f"{path} 不是公布值文件：{fault}", f"{path} holds no published heads: {fault}"
        ) from fault


def _of_database(heads: Mapping[int, str]) -> dict[str, object]:
    with connected():
        from lantian.office import audit

        audit.seal()
        state = audit.verify(heads)
    return {
        "ok": state.ok,
        "events": state.events,
        "sealed": state.sealed,
        "unsealed": state.unsealed,
        "unsealed_seconds": state.unsealed_seconds,
        "head": state.head,
        "first_bad": state.first_bad,
        "late": state.late,
    }


def _export() -> int:
    with connected():
        from lantian.office import audit

        audit.seal()
        for link in audit.sealed_links():
            content = {"seq": link.seq, "event": link.event, "digest": link.digest}
            print(json.dumps(content, ensure_ascii=False))
    return 0
