"""`lantian files sweep`: remove files that no record knows, a day old or more; run it daily, as the owner."""

from __future__ import annotations

import argparse

from lantian.config.connected import connected_as_owner


def configure(parser: argparse.ArgumentParser) -> None:
    """One word: what to do."""
    parser.add_argument("what", choices=["sweep"])


def run(args: argparse.Namespace) -> int:
    """Sweep over the owner's connection and print how many files went."""
    with connected_as_owner():
        from lantian.office import orphans

        print(f"removed\t{orphans.sweep()}")
    return 0
