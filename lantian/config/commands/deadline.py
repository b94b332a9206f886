"""`lantian deadline`: when an act is due, and why on that day."""

from __future__ import annotations

import argparse
from datetime import date

from lantian.config.commands import language, print_json
from lantian.core.deadlines import Deadline, due_under
from lantian.core.messages import Text


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    words = {
        "rule": Text("规则代号，如 lead_check", "name of the rule, such as lead_check"),
        "from": Text("事由发生之日，如 2026-03-02", "day of the event, such as 2026-03-02"),
        "pause": Text(
            "中止期间，首尾均含；可重复", "days that do not count, both ends included; may be repeated"
        ),
        "extend": Text("期限已依法批准延长；延长几次写几次", "the extension was approved; once for each one"),
        "format": Text("输出格式", "form of the result"),
    }
    said = {name: text.pick(language()) for name, text in words.items()}
    parser.add_argument("rule", metavar="RULE", help=said["rule"])
    parser.add_argument("--from", dest="start", metavar="D", type=day, required=True, help=said["from"])
    parser.add_argument(
        "--pause", dest="pauses", metavar="A..B", type=span, action="append", default=[], help=said["pause"]
    )
    parser.add_argument("--extend", action="count", default=0, help=said["extend"])
    parser.add_argument("--format", choices=("text", "json"), default="text", help=said["format"])


def run(args: argparse.Namespace) -> int:
    """Reckon one deadline and print it."""
    deadline = due_under(args.rule, args.start, pauses=args.pauses, extended=args.extend)
    if args.format == "json":
        print_json("deadline/1", as_json(deadline))
    else:
        print("\n".join(as_lines(deadline, language())))
    return 0


def day(text: str) -> date:
    """Read an ISO date; the parser reports the fault."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        fault = Text(f"“{text}”不是日期，请写作2026-03-02", f"'{text}' is no date; write it like 2026-03-02")
        raise argparse.ArgumentTypeError(fault.pick(language())) from None


def span(text: str) -> tuple[date, date]:
    """Read `A..B`, two ISO dates."""
    first, dots, last = text.partition("..")
    if not dots:
        fault = Text(
            f"“{text}”不是期间，请写作2026-03-02..2026-03-06",
            f"'{text}' is no span of days; write it like 2026-03-02..2026-03-06",
        )
        raise argparse.ArgumentTypeError(fault.pick(language()))
    return day(first), day(last)


def as_json(deadline: Deadline) -> dict[str, object]:
    """Content of `deadline/1`; the citation is given as the instrument itself writes it."""
    return {
        "rule": deadline.rule,
        "version": deadline.version,
        "from": deadline.start,
        "due": deadline.due,
        "provisional": deadline.provisional,
        "steps": [step._asdict() for step in deadline.steps],
        "basis": deadline.basis.cite().zh,
        "confidence": deadline.confidence,
    }


def as_lines(deadline: Deadline, language: str) -> list[str]:
    """The same for people: the due date first, then how it follows and on what it rests."""
    doubt = Text("（暂定）", " (provisional)").pick(language) if deadline.provisional else ""
    head = Text("届满日：", "Due: ").pick(language)
    basis = Text("依据：", "Basis: ").pick(language)
    confidence = Text("可信度：", "Confidence: ").pick(language)
    return [
        f"{head}{deadline.due}{doubt}",
        *(f"  {step.date}  {step.text_zh if language == 'zh' else step.text_en}" for step in deadline.steps),
        f"{basis}{deadline.basis.cite().pick(language)}",
        f"{confidence}{deadline.confidence.told.pick(language)}",
    ]
