"""`lantian rules`: check rule books, report completeness, print them, rehearse a draft."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lantian.config.commands import language, print_json
from lantian.config.commands.credit import book_of, read_text
from lantian.config.commands.deadline import day
from lantian.core import completeness, printing, shelf
from lantian.core.credit import events as credit_events
from lantian.core.credit.rehearsal import History, Move, Rehearsal, rehearse
from lantian.core.messages import Text
from lantian.core.rulebook import shipped


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    words = {
        "check": Text("检查规则库并报告哪些条文没有规则", "check rule books; report articles without a rule"),
        "files": Text(
            "规则库文件；不写则检查随附的全部", "rule books; all that come with the program if left out"
        ),
        "print": Text("把规则库印成Markdown", "print a rule book as Markdown"),
        "rehearse": Text(
            "用草案重算历史，看谁变动、为什么", "reckon histories under a draft: who moves and why"
        ),
        "rulebook": Text("草案（TOML）", "the draft (TOML)"),
        "against": Text(
            "现行规则库：agency、practitioner或文件", "the book in force: agency, practitioner, a file"
        ),
        "histories": Text(
            "每行一个：{district, size, events: credit-events/1}",
            "one a line: {district, size, events: credit-events/1}",
        ),
        "on": Text("测算日", "day of the statements"),
    }
    said = {name: text.pick(language()) for name, text in words.items()}
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    check = actions.add_parser("check", help=said["check"])
    check.add_argument("files", metavar="FILE", type=Path, nargs="*", help=said["files"])
    printed = actions.add_parser("print", help=said["print"])
    printed.add_argument("book", choices=sorted(shelf.PRINTED), help=said["rulebook"])
    rehearsed = actions.add_parser("rehearse", help=said["rehearse"])
    rehearsed.add_argument("--rulebook", metavar="F", required=True, help=said["rulebook"])
    rehearsed.add_argument("--against", metavar="F", required=True, help=said["against"])
    rehearsed.add_argument("--histories", metavar="E", type=Path, required=True, help=said["histories"])
    rehearsed.add_argument("--on", metavar="D", type=day, required=True, help=said["on"])
    rehearsed.add_argument("--known-on", metavar="K", type=day)
    for each in (check, rehearsed):
        each.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Check, print or rehearse; 1 when a rehearsal could not reckon every history."""
    if args.action == "print":
        name = f"{args.book}.toml"
        print(printing.page(shelf.opened(args.book, shipped(name), file=name), file=name), end="")
        return 0
    if args.action == "check":
        return run_check(args)
    return run_rehearsal(args)


def run_check(args: argparse.Namespace) -> int:
    """Check every book by its own reader, then lay the citations over the instruments."""
    texts = {path.name: read_text(path) for path in args.files} or {
        f"{id}.toml": shipped(f"{id}.toml") for id in shelf.READERS
    }
    for name, text in texts.items():
        shelf.check(text, file=name)
    cited = (each for name, text in texts.items() for each in completeness.citations(text, file=name))
    report = completeness.completeness(cited, completeness.instruments())
    if args.format == "json":
        print_json("rules/1", {"books": sorted(texts), **_report_json(report)})
    else:
        print("\n".join(_report_lines(report, len(texts), language())))
    return 0


def _report_json(report: completeness.Completeness) -> dict[str, Any]:
    return {
        "coverage": [
            {**each._asdict(), "rules": {str(article): list(rules) for article, rules in each.rules.items()}}
            for each in report.coverage
        ],
        "unplaced": [each._asdict() for each in report.unplaced],
        "foreign": [each._asdict() for each in report.foreign],
    }


def _report_lines(report: completeness.Completeness, books: int, language: str) -> Iterator[str]:
    yield Text(f"规则库{books}个，格式无误。", f"{books} rule books, all in order.").pick(language)
    for each in report.coverage:
        held = ", ".join(map(str, each.rules)) or "—"
        missing = ", ".join(map(str, each.missing)) if each.articles else "?"
        yield f"{each.title}"
        yield Text(f"  有规则的条文：{held}", f"  articles with a rule: {held}").pick(language)
        yield Text(f"  没有规则的条文：{missing or '无'}", f"  articles without: {missing or 'none'}").pick(
            language
        )
    yield Text(
        f"没有写明条文的规则：{len(report.unplaced)}", f"Rules that name no article: {len(report.unplaced)}"
    ).pick(language)
    for citation in report.unplaced:
        yield f"  {citation.book} {citation.rule} ({citation.instrument} {citation.article})"


def run_rehearsal(args: argparse.Namespace) -> int:
    """Rehearse a draft over a file of histories."""
    found = rehearse(
        book_of(args.against),
        book_of(args.rulebook),
        _histories(read_text(args.histories), args.histories.name),
        on=args.on,
        known_on=args.known_on,
    )
    if args.format == "json":
        print_json("rehearsal/1", _rehearsal_json(found))
    else:
        print("\n".join(_rehearsal_lines(found, language())))
    return 1 if found.failed else 0


def _histories(text: str, file: str) -> Iterator[History]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            row = json.loads(line)
            events, district, size = row["events"], str(row.get("district", "")), str(row.get("size", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise credit_events.UnreadableEvents(
                f"{where}：不是历史记录（{error}）。", f"{where}: is no history ({error})."
            ) from None
        subject, held = credit_events.read(json.dumps(events, ensure_ascii=False), file=where)
        yield History(subject, tuple(held), district, size)


def _rehearsal_json(found: Rehearsal) -> dict[str, Any]:
    return {
        "subjects": found.subjects,
        "moves": [_move_json(move) for move in found.moves],
        "by_district": found.by_district,
        "by_size": found.by_size,
        "by_grades": {f"{before} -> {after}": count for (before, after), count in found.by_grades.items()},
        "failed": [
            {"subject": subject._asdict(), "why_zh": why.zh, "why_en": why.en}
            for subject, why in found.failed
        ],
    }


def _move_json(move: Move) -> dict[str, Any]:
    return {
        **move._asdict(),
        "subject": move.subject._asdict(),
        "differences": [
            {
                "event": each.event,
                "clause_zh": each.clause.zh,
                "clause_en": each.clause.en,
                "before": each.before,
                "after": each.after,
                "why_zh": each.why.zh if each.why else None,
                "why_en": each.why.en if each.why else None,
            }
            for each in move.differences
        ],
    }


def _rehearsal_lines(found: Rehearsal, language: str) -> Iterator[str]:
    moved = len(found.moves)
    head = Text(
        f"重算{found.subjects}个主体，变动{moved}个。", f"Subjects: {found.subjects}; moving: {moved}."
    )
    yield head.pick(language)
    for (before, after), count in found.by_grades.items():
        yield f"  {before} -> {after}: {count}"
    for move in found.moves:
        yield (
            f"{move.district} {move.subject.no}  {move.score_before} {move.grade_before} -> "
            f"{move.score_after} {move.grade_after}"
        )
        for each in move.differences:
            why = f"  {each.why.pick(language)}" if each.why is not None else ""
            yield f"  {each.event} {each.clause.pick(language)}: {each.before:+} -> {each.after:+}{why}"
    for subject, refusal in found.failed:
        yield f"! {subject.no}: {refusal.pick(language)}"
