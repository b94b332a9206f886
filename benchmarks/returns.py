"""A monthly return of 300 figures over a million records, beside one COUNT a figure in the same session.

    python -m benchmarks.returns [--rows 1000000] [--home FOLDER]

Records of a year (leads, sweep, publicity, guidance of several offices) lie in a database of the benchmark's own. The
city office closes November, its first close (ten open months come with it as adjustments), and makes the return: 300
cells in a workbook, figure by office by span. The peer asks the
same cells one COUNT each and keeps nothing; both must say the same numbers.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from benchmarks.intake import house, timed

ASKED = 10.0  # seconds for a return of 300 figures over a million records
CELLS = 300
MONTH, TODAY = date(2026, 11, 1), date(2026, 11, 30)
SHARES = {"lead": 0.2, "sweep": 0.4, "publicity": 0.2, "guidance": 0.2}
ENTRY = (
    'INSERT INTO {table} (key, unit_id, post_id, at, struck_reason, seen_by, "on", {columns}) '
    "SELECT '{table_sign}' || n, (%(units)s::bigint[])[1 + n %% %(count)s], %(post)s, now(), '', "
    "ARRAY[120000, (%(units)s::bigint[])[1 + n %% %(count)s]], date '2026-01-01' + n %% 334, {values} "
    "FROM generate_series(1, %(rows)s) n"
)
TABLES = {
    "sweep": (
        "campaign_sweepentry",
        "street, firm, firm_no, address, method, officer, result, note, fold",
        "'某街', '企业' || n, '', '', 'onsite', '某人', (ARRAY['clear','suspected','fixed'])[1 + n %% 3], '', n::text",
    ),
    "publicity": (
        "campaign_publicityitem",
        "kind, title, outlet, link",
        "(ARRAY['campaign','training','phones'])[1 + n %% 3], '宣传' || n, '某报', 'https://example.org'",
    ),
    "guidance": (
        "campaign_guidancepush",
        '"group", enterprise_no, enterprise, officer, told',
        "'model', '', '企业' || n, '某人', '审慎选择代理机构'",
    ),
}
LEADS = (
    "INSERT INTO casework_lead (key, number, origin_kind, origin_key, subject_kind, subject_no, subject_name, field,"
    " ground_zh, ground_en, origin_unit_id, holder_id, opened_on, due, due_provisional, derivation, state, version,"
    " changed_at, changed_by_id, seen_by) "
    "SELECT 'L' || n, '线索' || n, 'bench', n::text, 'agency', n::text, '机构' || n,"
    " (ARRAY['patent_agency','trademark_agency'])[1 + n %% 2], '需核查', 'to be verified', 120000,"
    " (%(units)s::bigint[])[1 + n %% %(count)s], date '2026-01-01' + n %% 334, date '2026-12-31', false, '{}', 'open',"
    " 1, now(), %(post)s, ARRAY[120000, (%(units)s::bigint[])[1 + n %% %(count)s]] FROM generate_series(1, %(rows)s) n"
)


def fill(rows: int, units: list[int], post: int) -> None:
    """Records of eleven months, spread over offices and kinds."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for name, share in SHARES.items():
            given = {"units": units, "count": len(units), "post": post, "rows": int(rows * share)}
            cursor.execute(LEADS if name == "lead" else _entry(name), given)
    with connection.cursor() as cursor:
        for table in ("casework_lead", *(table for table, _, _ in TABLES.values())):
            cursor.execute(f"ANALYZE {table}")


def _entry(name: str) -> str:
    table, columns, values = TABLES[name]
    return ENTRY.format(table=table, table_sign=name[0].upper(), columns=columns, values=values)


def marks(units: list[int]) -> Iterator[str]:
    """Marks of a template: every figure of every office, this month and since January."""
    from lantian.campaign.figures import book

    for unit in units:
        for figure in book.figures(TODAY):
            for span in ("本月", "累计"):
                yield f"{{{{{figure}|{span}|{unit}}}}}"


def workbook(places: list[str]) -> bytes:
    """A template with one mark a row."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as made:
        sheet = made.add_worksheet("月报")
        for row, place in enumerate(places):
            sheet.write_string(row, 0, place)
    return written.getvalue()


def counted_singly(cells: list[dict[str, object]]) -> list[int]:
    """The peer: one COUNT a cell."""
    from lantian.campaign.figures import book
    from lantian.campaign.figures.flows import FLOWS

    told = []
    for cell in cells:
        figure = book.figures(TODAY)[str(cell["figure"])]
        flow = FLOWS[figure.flow]
        first = MONTH if cell["span"] == "month" else date(2026, 1, 1)
        picked = {f"{flow.parts[part]}__in": list(values) for part, values in figure.picks.items()}
        told.append(flow.between(first, TODAY, int(str(cell["unit"]))).filter(**picked).count())
    return told


def measured(rows: int) -> dict[str, tuple[float, float, float]]:
    """Wall and CPU seconds (this process, its database session) of the close, the return, and the peer."""
    from lantian.campaign import closing, returning
    from lantian.office import actors
    from lantian.office.models import Post, Unit
    from lantian.office.scope import scoped

    post = Post.objects.get(account__login="city")
    by = actors.officer(post)
    units = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
    told: dict[str, list[int]] = {}
    with scoped(by):
        fill(rows, units, post.pk)
        places = list(islice(marks(units), CELLS))
        sheet = returning.Sheet("月报", 5, (), "月报.xlsx", workbook(places))
        template = returning.keep_template(sheet=sheet, by=by)

        def make() -> None:
            report = returning.make(template=template.key, month=MONTH, by=by)
            told["cells"] = [cell["value"] for cell in report.values]

        def count() -> None:
            told["singly"] = counted_singly(template.cells)

        found = {
            "close": timed(lambda: closing.close_month(month=MONTH, by=by)),
            "return": timed(make),
            "peer": timed(count),
        }
    assert told["cells"] == told["singly"] and len(told["cells"]) == CELLS and sum(told["cells"]) > 0
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    args = parser.parse_args(arguments)
    os.environ["LANTIAN_TODAY"] = str(TODAY)
    home = args.home or Path(tempfile.mkdtemp(prefix="lantian-bench-"))
    try:
        with house(home):
            found = measured(args.rows)
    finally:
        if not args.home:
            shutil.rmtree(home, ignore_errors=True)
    print(f"{CELLS} figures over {args.rows:,} records")
    for name, (wall, own, server) in found.items():
        print(f"{name:7} {wall:6.1f} s  CPU {own:.1f} + {server:.1f} s")
    whole = found["close"][0] + found["return"][0]
    cpu = sum(sum(found[name][1:]) for name in ("close", "return"))
    print(
        f"one COUNT a figure, nothing kept, takes {sum(found['peer'][1:]) / cpu:.1f} x the CPU of close and return"
    )
    held = "held" if whole <= ASKED else "missed"
    print(f"asked {ASKED:.0f} s: {held} by the clock ({whole:.1f} s); {cpu:.1f} CPU-seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
