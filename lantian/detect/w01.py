"""W01: pages that pose as a state body, or as authorised, appointed or run by one.

General phrases are in the rule book; names of bodies are the office's own (`protected_names`, kind state_body) and
count where they stand near a word of authority. A page of the body itself is none. The register, where there is one,
says who is behind the page, and without it that is unknown; nobody may pose, licensed or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.phrases import Beside, Said, beside_names, in_use, kinds, plain, said
from lantian.detect.w02 import CAPTURES, PAGES, REGISTER, Register, page, page_text


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each page."""
    book, beside = kinds("W01", ground.on), beside_names(ground.on)
    register = Register(ground.tables["agencies"])
    listed = ground.tables["protected_names"].filter(pl.col("kind") == "state_body")["name"]
    bodies = sorted({plain(name) for name in listed.drop_nulls()} - {""})
    own = {identity.plain(name) for name in listed.drop_nulls()}
    rows = ground.tables["captures"].sort("capture_id").to_dicts()
    texts = [page_text(row) for row in rows]
    for row, text, there in zip(rows, texts, _there(texts, bodies), strict=True):
        if row["advertiser"] and identity.plain(row["advertiser"]) in own:
            continue
        spoken = [one for kind in book.values() for one in said(text, kind)] + list(
            _named(text, there, beside)
        )
        if spoken:
            yield page(row, spoken, book, register, ground)


def _there(texts: list[str], bodies: list[str]) -> list[list[str]]:
    """Which names stand in which text: all of them looked for at once, as they are written."""
    if not bodies:
        return [[] for _ in texts]
    found = pl.Series(texts, dtype=pl.String).str.extract_many(bodies, overlapping=True)
    return [sorted(set(names)) for names in found.to_list()]


def _named(text: str, bodies: list[str], beside: Beside) -> Iterator[Said]:
    """Names of bodies with a word of authority near them, not denied; the first such place of each."""
    for body in bodies:
        at = text.find(body)
        while at >= 0:
            around = text[max(at - beside.within, 0) : at + len(body) + beside.within]
            if beside.near.search(around) and not beside.unless.search(around):
                yield Said("posing", around)
                break
            at = text.find(body, at + len(body))


DETECTOR = Detector(
    id="W01",
    subject="page",
    reads=(
        CAPTURES,
        replace(REGISTER, needed=False, directory=False),
        Reads("protected_names", ("name", "kind"), needed=False),
    ),
    limits=PAGES,
    find=find,
    version="5",
    further=in_use,
)
