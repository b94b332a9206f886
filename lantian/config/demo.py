"""The demonstration: the synthetic city's offices, people with posts, and its data taken in through the door."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lantian.city import city, divisions
from lantian.core.messages import Text
from lantian.office import actors, clock, files, jobs, people
from lantian.office.intake import actions as intake
from lantian.office.models import Account, Post, Unit
from lantian.office.scope import scoped

SEED, FILINGS = 1, 2_000
DOCUMENT_CODES = {120000: "津知", 120104: "津南知", 120111: "津西知", 120116: "津滨知"}


@dataclass(frozen=True)
class Person:
    """An account of the demonstration: invented, with one post."""

    login: str
    name: str
    unit: int
    role: str


PEOPLE = (
    Person("city", "陶知远", 120000, "city_officer"),
    Person("nankai", "宁书白", 120104, "office_officer"),
    Person("xiqing", "简若川", 120111, "office_officer"),
    Person("binhai", "闻一舟", 120116, "office_officer"),
    Person("admin", "卓明理", 120000, "administrator"),
)


def furnished() -> bool:
    """Whether the house has people already."""
    return Account.objects.exists()


def furnish(passwords: dict[str, str]) -> None:
    """Create offices, accounts and posts."""
    by = actors.setup("demo")
    for office in divisions.offices():
        people.create_unit(
            unit_id=int(office["id"] or 0),
            name_zh=str(office["name_zh"]),
            name_en=str(office["name_en"]),
            kind=str(office["kind"]),
            parent=Unit.objects.get(pk=int(office["parent"])) if office["parent"] else None,
            document_code=DOCUMENT_CODES[int(office["id"] or 0)],
            by=by,
        )
    for person in PEOPLE:
        account = people.create_account(
            login=person.login, name=person.name, password=passwords[person.login], by=by
        )
        unit = Unit.objects.get(pk=person.unit)
        people.open_post(account=account, unit=unit, role=person.role, valid_from=clock.today(), by=by)


def take_in_city(tell: Callable[[Text], None], *, filings: int = FILINGS) -> None:
    """Take the synthetic city in through the same door as any file."""
    tables = city.build(SEED, filings)
    post = Post.objects.get(account__login="city")
    by = actors.officer(post)
    with tempfile.TemporaryDirectory() as folder:
        city.write(tables, Path(folder))
        for table in ("agencies", "patents"):
            tell(Text(f"导入演示数据：{table} …", f"Taking in demo data: {table} …"))
            path = Path(folder) / f"{table}.parquet"
            with scoped(by):
                file = files.keep(name=path.name, chunks=[path.read_bytes()], seen_by=by.units, by=by)
                batch = intake.start(table=table, file=file, by=by)
            assert batch.job is not None
            jobs.execute(batch.job.key, post.key)


def new_passwords() -> dict[str, str]:
    """A fresh password for every account of the demonstration."""
    return {person.login: secrets.token_urlsafe(9) for person in PEOPLE}
