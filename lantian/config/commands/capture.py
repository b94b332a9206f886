"""`lantian capture URL… --out DIR`, `lantian capture verify DIR`: web pages as evidence, without database or Django."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lantian.config import environment
from lantian.config.commands import print_json, say
from lantian.core.messages import Refused, Text, WrongUse
from lantian.filings.captures import folder
from lantian.filings.captures.picture import drawn
from lantian.filings.captures.taking import Taken, Taker

CAPTURE, VERIFY = "capture/1", "capture-verify/1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "what", nargs="+", metavar="URL… | verify DIR", help="addresses, or a folder to check"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write to; it may hold captures already"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Take pages, or check a folder; 1 when the folder does not hold, or a page of several was not taken."""
    if args.what[0] == "verify":
        return _verify(args)
    if args.out is None:
        raise WrongUse("请用 --out 指定存放的文件夹。", "Name the folder to write to by --out.")
    return _capture(args)


def _capture(args: argparse.Namespace) -> int:
    taker = Taker(environment.read().capture, _now)
    kept, refused = list[folder.Entry](), list[Refused]()
    into = folder.Folder(args.out)
    for url in args.what:
        try:
            taken = taker.take(url)
        except Refused as refusal:
            refused.append(refusal)
            if len(args.what) > 1:
                say(Text(f"{url}：{refusal.text.zh}", f"{url}: {refusal.text.en}"))
            continue
        kept.append(into.keep(taken, _picture(taken)))
    if len(args.what) == 1 and refused:
        raise refused[0]
    _report(args, kept, len(refused))
    return 1 if refused else 0


def _report(args: argparse.Namespace, kept: list[folder.Entry], refused: int) -> None:
    if args.format == "json":
        names = ("capture_id", "url", "final_url", "captured_at", "status", "sha256", "digest")
        told: list[Any] = [{name: one[name] for name in names} for one in kept]
        print_json(CAPTURE, {"out": str(args.out), "captures": told, "refused": refused})
        return
    for one in kept:
        print("\t".join((one["capture_id"], str(one["status"]), one["sha256"], one["final_url"])))


def _verify(args: argparse.Namespace) -> int:
    if len(args.what) != 2:
        raise WrongUse("用法：lantian capture verify 文件夹", "Use: lantian capture verify DIR")
    verdict = folder.verify(Path(args.what[1]))
    if args.format == "json":
        faults = [{"zh": fault.zh, "en": fault.en} for fault in verdict.faults]
        content = {"ok": verdict.ok, "captures": verdict.captures, "head": verdict.head, "faults": faults}
        print_json(VERIFY, content)
    else:
        print(f"captures={verdict.captures}\thead={verdict.head}\tok={str(verdict.ok).lower()}")
    for fault in verdict.faults:
        say(fault)
    return 0 if verdict.ok else 1


def _picture(taken: Taken) -> bytes | None:
    kind = next((value for name, value in taken.hops[-1].headers if name.casefold() == "content-type"), "")
    return drawn(taken.body, kind) if taken.page.readable else None


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command runs without settings, beside the clock of the house
