"""Who was who so far: mentions resolved in earlier runs, and what became of their ids when more was taken in.

New mentions join the stored clusters; an id once given is never given to somebody else. Where a new mention shows
that two stored persons are one, the one first taken in lives on and the other id is recorded as merged into it. A firm
mentioned by name alone is merged into a credit code when its name turns out to be borne by exactly one, and parted
from it again when a second bearer turns up. Resolving in portions gives the clusters of one run over everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from lantian.detect import identity
from lantian.detect.identity import PEOPLE
from lantian.detect.tables import read_tables

FIRMS = {"name": pl.String, "number": pl.String, "id": pl.String}
CHANGES = {"was": pl.String, "now": pl.String, "how": pl.String}
MERGED, PARTED = "merged", "parted"
TABLES = {"identities": PEOPLE, "firm_identities": FIRMS, "identity_changes": CHANGES}


def _none(schema: dict[str, type[pl.String]]) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class Known:
    """Distinct mentions in the order taken in, with their ids, and changes of ids in the order they came.

    persons: name, address, phone, id; firms: name, number, id; changes: was, now, how (merged, parted).
    """

    persons: pl.DataFrame = field(default_factory=lambda: _none(PEOPLE))
    firms: pl.DataFrame = field(default_factory=lambda: _none(FIRMS))
    changes: pl.DataFrame = field(default_factory=lambda: _none(CHANGES))

    def with_persons(self, mentions: pl.DataFrame) -> tuple[pl.Series, Known]:
        """Return an id for each mention (name, address, phone), and what is known from now on."""
        fresh = mentions.select("name", "address", "phone", id=pl.lit(None, pl.String))
        ids = identity.clustered(pl.concat([self.persons, fresh]))
        before, own = ids[: self.persons.height], ids[self.persons.height :].alias("id")
        told = _changed(self.persons["id"], before, MERGED)
        both = pl.concat([self.persons.with_columns(before), fresh.with_columns(own)])
        distinct = both.unique(["name", "address", "phone"], keep="first", maintain_order=True)
        return own, replace(self, persons=distinct, changes=pl.concat([self.changes, told]))

    def with_firms(
        self, names: pl.Series, numbers: pl.Series, companies: pl.DataFrame
    ) -> tuple[pl.Series, Known]:
        """Return an id for each firm mentioned (see `identity.firms`), and what is known from now on."""
        fresh = pl.DataFrame({"name": names, "number": numbers}, schema_overrides={"name": pl.String})
        both = pl.concat([self.firms.select("name", "number"), fresh.cast(pl.String)])
        ids = identity.firms(both["name"], both["number"], companies)
        before, own = ids[: self.firms.height], ids[self.firms.height :]
        merged = _changed(self.firms["id"], before, MERGED)
        told = merged.with_columns(
            how=pl.when(pl.col("now").str.starts_with("name:")).then(pl.lit(PARTED)).otherwise("how")
        )
        # A name of signs alone names nobody: it has no id, and is not known.
        known = both.with_columns(ids).drop_nulls("id")
        distinct = known.unique(["name", "number"], keep="first", maintain_order=True)
        return own, replace(self, firms=distinct, changes=pl.concat([self.changes, told]))

    def write(self, folder: Path) -> None:
        """Write it as three Parquet files (`TABLES`) into a folder, made if absent."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in zip(TABLES, (self.persons, self.firms, self.changes), strict=True):
            table.write_parquet(folder / f"{name}.parquet", compression="zstd", row_group_size=50_000)

    @classmethod
    def read(cls, folder: Path) -> Known:
        """Read what `write` left, or nothing known where a file is absent. Raises `Unreadable`."""
        tables = read_tables(folder, TABLES)
        return cls(*(tables.get(name, _none(schema)).select(*schema) for name, schema in TABLES.items()))


def _changed(was: pl.Series, now: pl.Series, how: str) -> pl.DataFrame:
    both = pl.DataFrame({"was": was, "now": now}, schema_overrides=CHANGES)
    moved = both.filter(pl.col("was").ne_missing(pl.col("now"))).unique(maintain_order=True)
    return moved.with_columns(how=pl.lit(how))
