"""Explained credit statements a second on one core, beside ZEN and OpenFisca on the same rules.

    python -m benchmarks.credit [--subjects 4000] [--no-peer]

The book has 60 indicators (those that come with the program and copies of them). Subjects have five events (the
median subject of a province), and once more as a province has them: median 5, mean about 20, at most 500. Ours is
measured whole: every line with clause, basis, dates, points, confidence and reason, and again as canonical JSON.

The peers get an easier task, since neither keeps two axes of time, shares a cap in order of days, cites a clause or
says why a line does not count: they are handed only the events in force on the day, and give points and a grade.
Both are optional (zen-engine, openfisca-core); one that is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from lantian.core.credit.book import AGENCY, CreditBook, read_book
from lantian.core.credit.events import Event, Subject
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.statement import to_bytes
from lantian.core.rulebook import shipped

SEED, INDICATORS, MEDIAN, MEAN, MOST = 20261122, 60, 5, 20, 500
ON = date(2026, 11, 22)
ASKED_OBJECTS, ASKED_JSON, ASKED_ZEN, ASKED_OPENFISCA = 20_000, 8_000, 6, 15
Case = tuple[Subject, list[Event]]


def book_of_sixty() -> CreditBook:
    """The shipped book, its rows copied under further names up to 60 indicators."""
    text = shipped(AGENCY)
    heads = [part for part in text.split("[[rule.")[1:] if part.startswith("AG-")]
    copies = (f"[[rule.{head.replace('AG-', 'AX-', 1)}" for head in heads)
    missing = INDICATORS - len(heads)
    return read_book(text + "\n" + "".join(list(copies)[:missing]), file="sixty.toml")


def cases(book: CreditBook, subjects: int, *, spread: bool) -> list[Case]:
    """Subjects with events of the last two years, some contested, on dates of their own."""
    chance, ids = Random(SEED), sorted(book.indicators)
    made = []
    for number in range(subjects):
        count = min(MOST, round(chance.lognormvariate(1.609, 1.665))) if spread else MEDIAN
        events = []
        for place in range(count):
            on = ON - timedelta(chance.randrange(730))
            events.append(
                Event(f"{number}-{place}", chance.choice(ids), on, on + timedelta(3), f"D{number}-{place}")
            )
        made.append((Subject("agency", f"12{number:05}"), events))
    return made


def rate(work: Callable[[Case], object], given: Sequence[Case]) -> float:
    """Cases a CPU-second."""
    begun = time.process_time()
    for case in given:
        work(case)
    return len(given) / (time.process_time() - begun)


def in_force(book: CreditBook, events: Sequence[Event]) -> list[Event]:
    """The events that still count on the day, prepared for the peers outside their measured time."""
    held = reckon(book, Subject("agency", "0"), events, on=ON).lines
    return [line.event for line in held if line.last is None or line.last >= ON]


def zen_rate(book: CreditBook, given: Sequence[Case]) -> float | None:
    """ZEN: a table of points run over the events, a sum, a table of grades."""
    try:
        import zen
    except ImportError:
        return None
    points = [
        {"_id": id, "i": f'"{id}"', "o": str((-1 if rows[0].deducts else 1) * rows[0].points / 100)}
        for id, rows in book.indicators.items()
    ]
    grades = [("> 100", "A+"), (">= 90", "A"), (">= 80", "B"), (">= 60", "C"), ("", "D")]
    table: dict[str, Any] = {"hitPolicy": "first", "passThrough": True}
    over = {"executionMode": "loop", "inputField": "events", "outputPath": "lines"}
    nodes: list[dict[str, Any]] = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "points",
            "name": "points",
            "type": "decisionTableNode",
            "content": {
                **table,
                **over,
                "inputs": [{"id": "i", "name": "i", "field": "indicator"}],
                "outputs": [{"id": "o", "name": "o", "field": "points"}],
                "rules": points,
            },
        },
        {
            "id": "sum",
            "name": "sum",
            "type": "expressionNode",
            "content": {
                "passThrough": True,
                "expressions": [
                    {"id": "s", "key": "score", "value": "max([0, 100 + sum(map(lines, #.points))])"}
                ],
            },
        },
        {
            "id": "grade",
            "name": "grade",
            "type": "decisionTableNode",
            "content": {
                **table,
                "inputs": [{"id": "i", "name": "i", "field": "score"}],
                "outputs": [{"id": "o", "name": "o", "field": "grade"}],
                "rules": [{"_id": code, "i": test, "o": f'"{code}"'} for test, code in grades],
            },
        },
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    names = [node["id"] for node in nodes]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairwise(names)]
    engine = zen.ZenEngine()
    decision = engine.create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    prepared = [
        (who, [{"indicator": each.indicator} for each in in_force(book, events)]) for who, events in given
    ]
    answer = decision.evaluate({"events": prepared[0][1]}, {"trace": True})["result"]
    assert {"score", "grade"} <= answer.keys(), answer
    begun = time.process_time()
    for _, events in prepared:
        decision.evaluate({"events": events}, {"trace": True})
    return len(prepared) / (time.process_time() - begun)


def openfisca_rate(book: CreditBook, given: Sequence[Case]) -> float | None:
    """OpenFisca: one variable an indicator, a score, traced; one case at a time, as a statement is asked for."""
    try:
        from openfisca_core.entities import build_entity
        from openfisca_core.periods import DateUnit
        from openfisca_core.simulations import SimulationBuilder
        from openfisca_core.taxbenefitsystems import TaxBenefitSystem
        from openfisca_core.variables import Variable
    except ImportError:
        return None
    agency = build_entity("agency", "agencies", "an agency", is_person=True)
    system = TaxBenefitSystem([agency])
    base: dict[str, Any] = {"value_type": float, "entity": agency, "definition_period": DateUnit.DAY}
    rows = {id.replace("-", "_").lower(): found[0] for id, found in book.indicators.items()}
    for name in rows:
        system.add_variable(type(name, (Variable,), dict(base)))

    def formula(self: Any, period: Any) -> Any:
        return 100 + sum(
            self(name, period) * (-row.points if row.deducts else row.points) / 100
            for name, row in rows.items()
        )

    system.add_variable(type("score", (Variable,), {**base, "formula": formula}))
    day = ON.isoformat()
    prepared = []
    for who, events in given:
        counts: dict[str, Any] = {}
        for each in in_force(book, events):
            key = each.indicator.replace("-", "_").lower()
            counts[key] = {day: counts.get(key, {day: 0})[day] + 1}
        prepared.append({"agencies": {who.no: counts}})
    begun = time.process_time()
    for situation in prepared:
        simulation = SimulationBuilder().build_from_entities(system, situation)
        simulation.trace = True
        simulation.calculate("score", day)
    return len(prepared) / (time.process_time() - begun)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subjects", type=int, default=4000)
    parser.add_argument("--no-peer", action="store_true")
    args = parser.parse_args(arguments)
    book = book_of_sixty()
    median, spread = (cases(book, args.subjects, spread=which) for which in (False, True))
    objects = rate(lambda case: reckon(book, *case, on=ON), median)
    as_json = rate(lambda case: to_bytes(reckon(book, *case, on=ON)), median)
    mixed = rate(lambda case: reckon(book, *case, on=ON), spread)
    mean = sum(len(events) for _, events in spread) / len(spread)
    print(f"indicators {len(book.indicators)}  subjects {args.subjects}  events a subject {MEDIAN}")
    print(f"  objects {objects:>9,.0f} statements/CPU-s  (asked {ASKED_OBJECTS:,})")
    print(f"  JSON    {as_json:>9,.0f} statements/CPU-s  (asked {ASKED_JSON:,})")
    print(
        f"  a province's mix (mean {mean:.1f} events): {mixed:,.0f} statements/s, {mixed * mean:,.0f} lines/s"
    )
    if not args.no_peer:
        for name, asked, peer in (
            ("ZEN", ASKED_ZEN, zen_rate),
            ("OpenFisca", ASKED_OPENFISCA, openfisca_rate),
        ):
            found = peer(book, median[: max(1, args.subjects // 4)])
            if found is None:
                print(f"  {name}: not installed")
            else:
                print(
                    f"  {name} traced {found:>9,.0f} cases/CPU-s: ours {objects / found:.1f} x (asked {asked} x)"
                )
    return 0 if objects >= ASKED_OBJECTS and as_json >= ASKED_JSON else 1


if __name__ == "__main__":
    sys.exit(main())
