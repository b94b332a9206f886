"""Who is who: firms and persons resolved before anybody is counted, with ids that stay.

A firm is its credit code; a name without one takes the code that the same plain name bears elsewhere, if there
is exactly one, former names included; else it is its plain name. A person without a number is one person where
the name and an address or a phone agree; a name in Latin letters joins the Chinese name of the same sound at
the same address or phone. Same names in unrelated places stay different persons.

Incremental: `known` carries earlier answers (name, address, phone, id); whoever joins them keeps their id, and
`lantian.detect.known` keeps those answers and records what became of ids. A person mentioned without any address and
phone is told by the name alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import polars as pl
from pypinyin import lazy_pinyin
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lantian.detect.candidates import Rows

_NOISE = re.compile(r"[\s()（）\[\]【】·・.,，。'’-]")
PEOPLE = {"name": pl.String, "address": pl.String, "phone": pl.String, "id": pl.String}


@lru_cache(maxsize=1 << 18)
def plain(name: str) -> str:
    """Write a name without width, case, brackets and blanks.

    >>> plain("天津（阆屹） 科技有限公司") == plain("天津(阆屹)科技有限公司")
    True
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def digits(phone: str) -> str:
    """Write a phone number as its digits, without the country's 86."""
    found = "".join(char for char in unicodedata.normalize("NFKC", phone) if char.isdecimal())
    return found.removeprefix("0086") if len(found) > 13 else found.removeprefix("86")


@lru_cache(maxsize=1 << 16)
def sound(name: str) -> str:
    """Return the toneless sound of a person's name, whichever of family and given name comes first.

    >>> sound("王小明") == sound("WANG Xiaoming") == sound("Xiao-Ming Wang")
    True
    """
    if name.isascii():
        tokens = [_NOISE.sub("", token) for token in name.casefold().split()]
        return " ".join(sorted(token for token in tokens if token))
    said = lazy_pinyin(plain(name))
    return " ".join(sorted(["".join(said[:1]), "".join(said[1:])]))


HOW: Mapping[str, Callable[[str], str]] = {"plain": plain, "digits": digits, "sound": sound}


def mapped(names: pl.Series, how: str) -> pl.Series:
    """Apply `plain`, `digits` or `sound` to each distinct text once."""
    distinct = names.drop_nulls().unique().sort()
    made = [HOW[how](text) for text in distinct]
    table = pl.DataFrame({names.name: distinct, "made": pl.Series(made, dtype=pl.String)})
    joined = names.to_frame().join(table, on=names.name, how="left", maintain_order="left")
    return joined["made"].replace("", None).alias(names.name)


def united(frame: pl.DataFrame, keys: Sequence[Sequence[str]]) -> Rows:
    """Label rows so that rows agreeing in all columns of any key share a label; null agrees with nothing."""
    left, right, height = [], [], frame.height
    for key in keys:
        present = frame.with_row_index("row").drop_nulls(list(key))
        group = present.select(pl.struct(key).rank("dense"))[key[0]].to_numpy().astype(np.int64)
        left.append(present["row"].to_numpy().astype(np.int64))
        right.append(group + height)
        height += int(group.max(initial=0)) + 1
    row, column = np.concatenate(left), np.concatenate(right)
    edges = coo_array((np.ones(len(row), np.int8), (row, column)), shape=(height, height))
    labels: Rows = connected_components(edges, directed=False)[1][: frame.height].astype(np.int64)
    return labels


def firms(names: pl.Series, numbers: pl.Series, companies: pl.DataFrame) -> pl.Series:
    """Return an id for each firm: its credit code where that can be told, else `name:` and its plain name."""
    given = pl.DataFrame({"name": mapped(names.alias("name"), "plain"), "number": numbers})
    former = companies.select(name="former_names", number="credit_code").explode("name")
    register = pl.concat([companies.select("name", number="credit_code"), former]).drop_nulls()
    register = register.with_columns(mapped(register["name"], "plain"))
    codes = (
        pl.concat([given.drop_nulls(), register])
        .unique()
        .group_by("name")
        .agg(found=pl.col("number").unique().sort())
    )
    single = codes.filter(pl.col("found").list.len() == 1).with_columns(pl.col("found").list.first())
    joined = given.join(single, on="name", how="left", maintain_order="left")
    own = pl.coalesce("number", "found", pl.concat_str(pl.lit("name:"), "name"))
    return joined.select(own.alias("id"))["id"]


def persons(mentions: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.Series:
    """Return an id for each mention (columns name, address, phone); the order of mentions does not matter.

    `known` in the order taken in: a cluster that holds known mentions bears the id of the earliest of them.
    """
    known = pl.DataFrame(schema=PEOPLE) if known is None else known.select(*PEOPLE)
    both = pl.concat([known, mentions.select("name", "address", "phone", id=pl.lit(None, pl.String))])
    return clustered(both)[known.height :]


def clustered(both: pl.DataFrame) -> pl.Series:
    """Return an id for each row of mentions, known ones (with their id) first; see `persons`."""
    rows = both.with_columns(
        mapped(both["name"], "plain").alias("plain"),
        mapped(both["address"], "plain").alias("address"),
        mapped(both["phone"], "digits").alias("phone"),
    )
    rows = rows.with_columns(sound=_sounds(rows))
    keys = [["plain", "address"], ["plain", "phone"], ["sound", "address"], ["sound", "phone"], ["id"]]
    rows = rows.with_columns(label=pl.Series(united(rows, keys)))
    kept = rows.drop_nulls("id").group_by("label", maintain_order=True).agg(kept=pl.col("id").first())
    ordered = rows.sort("plain", "address", "phone", nulls_last=True)
    named = ordered.group_by("label", maintain_order=True).agg(pl.col("plain", "address", "phone").first())
    named = named.join(kept, on="label", how="left", maintain_order="left")
    ids = [
        kept or _fresh(*first)
        for kept, *first in named.select("kept", "plain", "address", "phone").iter_rows()
    ]
    table = named.select("label", made=pl.Series(ids, dtype=pl.String))
    return rows.join(table, on="label", how="left", maintain_order="left")["made"].alias("id")


def _sounds(rows: pl.DataFrame) -> pl.Series:
    """Sounds of names, but only where a Latin name stands at the same address or phone: else no sound."""
    latin = rows.filter(pl.col("name").str.contains(r"^[\x00-\x7f]+$"))
    if not latin.height:
        return pl.Series("sound", [None], pl.String).new_from_index(0, rows.height)
    near = pl.col("address").is_in(latin["address"].drop_nulls().implode()) | pl.col("phone").is_in(
        latin["phone"].drop_nulls().implode()
    )
    return mapped(rows.select(sound=pl.when(near.fill_null(False)).then("name"))["sound"], "sound")


def _fresh(plain: str | None, address: str | None, phone: str | None) -> str:
    """Make an id from the plain name and the first place it was seen at."""
    seal = hashlib.sha256(f"{address or ''}\n{phone or ''}".encode()).hexdigest()[:10]
    return f"person:{plain or ''}:{seal}"
