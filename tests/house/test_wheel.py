"""What is installed without a checkout: the measured cards go with the program, from their one place."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from setuptools import Distribution

from lantian.screening import cards
from tests.early import ROOT


def test_a_wheel_brings_every_card_beside_who_reads_them(tmp_path: Path) -> None:
    place = importlib.util.spec_from_file_location("wheel", ROOT / "setup.py")
    assert place is not None and place.loader is not None
    wheel = importlib.util.module_from_spec(place)
    place.loader.exec_module(wheel)
    command = wheel.WithCards(Distribution({"packages": []}))
    command.ensure_finalized()
    command.build_lib = str(tmp_path)
    command.run()
    brought = {
        path.name: path.read_text("utf-8") for path in (tmp_path / "lantian/screening/measured").iterdir()
    }
    own = {path.name: path.read_text("utf-8") for path in cards.PLACES[1].glob("[A-Z][0-9][0-9].md")}
    assert brought == own and len(own) == 32
