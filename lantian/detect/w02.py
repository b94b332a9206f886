"""W02: pages that offer patent agency without a licence, lent inventors, inside channels, guaranteed grants.

The advertiser is matched to the register by credit code, name or phone. A licensed agency may offer its services; no
one may offer the rest. A capture is material for a lead: evidence is taken again by two officers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.phrases import Kind, Said, in_use, kinds, plain, said

CAPTURES = Reads(
    "captures",
    ("capture_id", "text"),
    also=("url", "platform", "captured_at", "advertiser", "advertiser_id", "phone", "title", "sha256"),
)
REGISTER = Reads(
    "agencies",
    ("credit_code", "name"),
    also=("agency_code", "kinds", "status", "phone", "district_code"),
    directory=True,
)
PAGES = ("strong_kinds",)
"""The limits of the shared rule `pages`."""
# A telephone, an account, a person's number: it stays in the capture, which has readers of its own.
_LONG_NUMBER = re.compile(r"\d[\d -]{5,}\d")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each page."""
    book = kinds("W02", ground.on)
    licensed = Register(ground.tables["agencies"])
    for row in ground.tables["captures"].sort("capture_id").iter_rows(named=True):
        text = page_text(row)
        agency = licensed.agency(row)
        spoken = [
            one for kind in book.values() if not (agency and kind.licensed_may) for one in said(text, kind)
        ]
        if spoken:
            yield page(row, spoken, book, licensed, ground)


def page_text(row: Mapping[str, Any]) -> str:
    """Title and text of a page as phrases are looked for in them."""
    return plain(f"{row['title'] or ''}。{row['text'] or ''}")


def without_numbers(text: str) -> str:
    """Cut long numbers down to their first three digits.

    >>> without_numbers("包授权，电话 138-0013 8000")
    '包授权，电话 138…'
    """
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:3]}…", text)


class Register:
    """Licensed patent agencies by credit code, plain name and phone: those in practice, and those that were."""

    def __init__(self, table: pl.DataFrame) -> None:
        licensed = pl.col("agency_code").is_not_null() | pl.col("kinds").list.contains("patent").fill_null(
            False
        )
        active = pl.col("status").fill_null("active") == "active"
        rows = table.filter(licensed).sort("credit_code", nulls_last=True)
        self._given = rows.height > 0
        self._active, self._former = _Known(rows.filter(active)), _Known(rows.filter(~active))

    def agency(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The agency behind a page, if one is licensed."""
        return self._active.of(row)

    def former(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The agency behind a page that was licensed and is no longer in practice, or not for now."""
        return self._former.of(row)

    def standing(self, row: Mapping[str, Any]) -> str:
        """What the directory says of the advertiser: a key of the sentences of W01 and W02."""
        if self.agency(row):
            return "licensed"
        if not row["advertiser"]:
            return "unknown"
        if not self._given:
            return "unchecked"
        return "former" if self.former(row) else "unlicensed"


class _Known:
    """Agencies by what a page may say of them."""

    def __init__(self, table: pl.DataFrame) -> None:
        rows = table.to_dicts()
        self._by_code = {row["credit_code"]: row for row in rows if row["credit_code"]}
        self._by_name = {identity.plain(row["name"]): row for row in rows if row["name"]}
        self._by_phone = {identity.digits(row["phone"]): row for row in rows if row["phone"]}

    def of(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if row["advertiser_id"]:
            return self._by_code.get(row["advertiser_id"])
        found = self._by_name.get(identity.plain(row["advertiser"])) if row["advertiser"] else None
        return found or (self._by_phone.get(identity.digits(row["phone"])) if row["phone"] else None)


def page(
    row: Mapping[str, Any],
    spoken: list[Said],
    book: Mapping[str, Kind],
    register: Register,
    ground: Ground,
) -> Found:
    """Write the finding of a page: what it says, and who is behind it."""
    said_kinds = [book[key] for key in dict.fromkeys(one.kind for one in spoken)]
    names = [kind.name for kind in said_kinds]
    words = "；".join(f"“{without_numbers(one.words)}”" for one in spoken[:3])
    key, agency = register.standing(row), register.agency(row) or register.former(row)
    barred = key in ("unlicensed", "former")
    values = {
        "kinds_zh": "、".join(name.zh for name in names), "kinds_en": ", ".join(name.en for name in names),
        "words": words, "advertiser": row["advertiser"] or "—", "agency": (agency or {}).get("name") or "—",
    }  # fmt: skip
    code = (agency or {}).get("credit_code")
    return Found(
        kind="page",
        no=row["capture_id"],
        name=without_numbers(row["title"] or row["url"] or row["capture_id"]),
        anchor=f"captures:{row['capture_id']}",
        score=1 - 0.5 ** (len(names) + barred),
        strength=_strength(said_kinds, barred, ground),
        says=ground.rules.say(key, **values),
        evidence=[f"captures:{row['capture_id']}", *([f"agencies:{code}"] if code else [])],
        # The page is the same when more of it is read or its advertiser is found: what it says is another fault.
        faults=[key, *(one.kind for one in spoken)],
        members=[one for one in (code or row["advertiser_id"] or row["advertiser"],) if one],
        district=(agency or {}).get("district_code"),
    )


def _strength(kinds: list[Kind], barred: bool, ground: Ground) -> str:
    """Weigh what is said, and whether by somebody who is told not to be licensed."""
    certain = any(kind.certain for kind in kinds)
    if certain and len(kinds) >= ground.limit("strong_kinds"):
        return "strong"
    return "medium" if certain or barred else "weak"


DETECTOR = Detector(
    id="W02",
    subject="page",
    reads=(CAPTURES, REGISTER),
    limits=PAGES,
    find=find,
    version="5",
    further=in_use,
)
