"""`lantian credit reckon`: a credit statement from a rule book and a file of events, with no database."""

from __future__ import annotations

import argparse
from pathlib import Path

from lantian.config.commands import language, print_json, say
from lantian.config.commands.deadline import day
from lantian.core.credit import events as credit_events
from lantian.core.credit.book import CreditBook, agency, practitioner, read_book
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.statement import SCHEMA, WATERMARK, Line, Statement, as_json
from lantian.core.messages import Text, Unreadable
from lantian.core.rulebook import Confidence

SHIPPED = {"agency": agency, "practitioner": practitioner}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    words = {
        "reckon": Text("按规则库测算一个主体的信用分", "reckon the credit of one subject by a rule book"),
        "rulebook": Text(
            "规则库文件（TOML），或者 agency、practitioner（随附规则库）",
            "rule book (TOML), or agency or practitioner for the books that come with the program",
        ),
        "events": Text("事件文件（credit-events/1，JSON）", "file of events (credit-events/1, JSON)"),
        "on": Text("测算日，如 2026-03-02", "day of the statement, such as 2026-03-02"),
        "known": Text(
            "按哪一日所知测算；不写即测算日", "as known on which day; the day of the statement if left out"
        ),
        "format": Text("输出格式", "form of the result"),
    }
    said = {name: text.pick(language()) for name, text in words.items()}
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    one = actions.add_parser("reckon", help=said["reckon"])
    one.add_argument("--rulebook", metavar="F", required=True, help=said["rulebook"])
    one.add_argument("--events", metavar="E", type=Path, required=True, help=said["events"])
    one.add_argument("--on", metavar="D", type=day, required=True, help=said["on"])
    one.add_argument("--known-on", metavar="K", type=day, help=said["known"])
    one.add_argument("--format", choices=("text", "json"), default="text", help=said["format"])


def run(args: argparse.Namespace) -> int:
    """Reckon one statement and print it."""
    book = book_of(args.rulebook)
    subject, events = credit_events.read(read_text(args.events), file=args.events.name)
    statement = reckon(book, subject, events, on=args.on, known_on=args.known_on)
    if args.format == "json":
        print_json(SCHEMA, as_json(statement))
    else:
        print("\n".join(as_lines(statement, language())))
    unsure = [line for line in statement.lines if line.points and line.confidence is Confidence.UNVERIFIED]
    if unsure:
        say(
            Text(
                f"注意：未经核实的分值有{len(unsure)}行，不得作为官方分值使用。",
                f"Note: lines with unverified points: {len(unsure)}; never use them as official values.",
            )
        )
    return 0


def book_of(named: str) -> CreditBook:
    """The book that comes with the program under a name, else the file."""
    if named in SHIPPED:
        return SHIPPED[named]()
    return read_book(read_text(Path(named)), file=Path(named).name)


def read_text(path: Path) -> str:
    """Read a file as UTF-8; raise `Unreadable` with its name."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise Unreadable(f"无法读取{path}：{reason}。", f"Cannot read {path}: {reason}.") from None


def as_lines(statement: Statement, language: str) -> list[str]:
    """The statement for people: result, opening, one line an event, and how sure it is."""
    grade, score, floored = (
        Text("等级", "Grade"),
        Text("得分", "score"),
        Text("（不计负分）", " (not below the floor)"),
    )
    opening, mark = Text("基础分", "Opening"), WATERMARK.pick(language)
    doubt = Text("可信度：", "Confidence: ").pick(language)
    floor = floored.pick(language) if statement.floored else ""
    return [
        f"{grade.pick(language)} {statement.grade}  {score.pick(language)} {statement.score}{floor}  [{mark}]",
        f"  {opening.pick(language)} {statement.opening}",
        *(_told(line, language) for line in statement.lines),
        f"{doubt}{statement.confidence.told.pick(language)}",
    ]


def _told(line: Line, language: str) -> str:
    why = f"  {line.why.text.pick(language)}" if line.why is not None else ""
    name = f"{line.indicator.id} {line.indicator.text.pick(language)}"
    span = f"{line.first}..{line.last or '…'}"
    points = f"{line.points:+}" if line.points else "0.00"
    return f"  {points}  {span}  {name}  ({line.event.id}, {line.confidence.told.pick(language)}){why}"
