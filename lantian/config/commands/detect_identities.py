"""`lantian detect identities`: take applicants of filings into what is known of who is who; ids stay.

The folder it writes (`identities.parquet` and two more) may be that of the data: detectors read it from there.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lantian.config.commands import print_json, writing
from lantian.core.messages import WrongUse
from lantian.detect import contacts
from lantian.detect.columns import readied
from lantian.detect.known import Known
from lantian.detect.tables import read_tables

IDENTITIES = "detect-identities/1"


def configure(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("identities", help="resolve applicants, keeping the ids of earlier runs")
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="folder of canonical tables")
    parser.add_argument(
        "--known", required=True, type=Path, metavar="DIR", help="folder kept from run to run"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(act=run)


def run(args: argparse.Namespace) -> int:
    """Resolve, write what is known from now on, tell how many are known and what changed; 0 when done."""
    tables = read_tables(args.data, ("patents", "companies"))
    if "patents" not in tables:
        raise WrongUse(f"{args.data} 中没有 patents 表。", f"{args.data} has no table patents.")
    patents, _ = readied("patents", tables["patents"], contacts.PATENTS.all)
    companies, _ = readied("companies", tables.get("companies"), contacts.COMPANIES.all)
    before = Known.read(args.known) if args.known.is_dir() else Known()
    known = contacts.resolved(patents, companies, before)
    with writing(args.known):
        known.write(args.known)
    counts = {
        "persons": known.persons["id"].n_unique(),
        "firms": known.firms["id"].n_unique(),
        "changed": known.changes.height - before.changes.height,
    }
    if args.format == "json":
        print_json(IDENTITIES, counts)
    else:
        print("\n".join(f"{name}\t{number}" for name, number in counts.items()))
    return 0
