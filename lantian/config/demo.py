"""The demonstration: the synthetic city's offices, people with posts, and its data taken in through the door."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from lantian.city import city, divisions, sizes
from lantian.city.sizes import Size
from lantian.config import demo_cases, demo_months, demo_screening, demo_standing, demo_week
from lantian.config.demo_people import MORE_UNITS, PEOPLE
from lantian.core.messages import Text
from lantian.filings import grants, secrecy
from lantian.office import actors, audit, clock, files, jobs, people
from lantian.office.intake import actions as intake
from lantian.office.intake.spec import spec_of
from lantian.office.models import Account, Post, Unit
from lantian.office.scope import scoped

SEED = 1
PURPOSE = "导入专利申请数据，供数据比对"


@dataclass(frozen=True)
class Stage:
    """What is furnished: how large a city, which offices, which of its tables are taken in, in their order."""

    size: Size
    offices: tuple[divisions.Office, ...]
    tables: tuple[str, ...]
    detectors: tuple[str, ...] = ("P01",)


REGISTERS = (
    "agencies",
    "practitioners",
    "employments",
    "practitioner_status",
    "agency_members",
    "branches",
    "enrolments",
)
PUBLIC = (
    "companies",
    "annual_reports",
    "patent_changes",
    "abnormal_notices",
    "subsidies",
    "trademarks",
    "trademark_proceedings",
    "trademark_transfers",
    "protected_names",
    "quality_rounds",
)
TOWN = Stage(sizes.TINY, divisions.offices(), ("agencies", "patents"))
WHOLE = Stage(
    replace(sizes.DEMO, schemes=2),
    divisions.all_offices(),
    (*REGISTERS, *PUBLIC, "patents"),
    demo_screening.EVERY,
)


def furnished() -> bool:
    """Whether the house has people already."""
    return Account.objects.exists()


def screened(stage: Stage = WHOLE) -> bool:
    """Whether the city's data are in and were screened once."""
    return demo_screening.screened(stage.detectors)


@transaction.atomic
def furnish(passwords: Mapping[str, str], stage: Stage = WHOLE) -> None:
    """Create offices, accounts and posts: all of them or, when killed, none."""
    by = actors.setup("demo")
    units = {office["id"]: office for office in (*stage.offices, *MORE_UNITS)}
    for office in units.values():
        people.create_unit(
            unit_id=int(office["id"] or 0),
            name_zh=str(office["name_zh"]),
            name_en=str(office["name_en"]),
            kind=str(office["kind"]),
            parent=Unit.objects.get(pk=int(office["parent"])) if office["parent"] else None,
            document_code=str(office["document_code"]),
            by=by,
        )
    for person in PEOPLE:
        account = people.create_account(
            login=person.login, name=person.name, password=passwords[person.login], by=by
        )
        unit = Unit.objects.get(pk=person.unit)
        people.open_post(account=account, unit=unit, role=person.role, valid_from=clock.today(), by=by)
    _grant("city", by_login="admin")


def _grant(login: str, *, by_login: str) -> None:
    """Let a post take in patent applications, as the administrator of any office does for the first time."""
    by = actors.officer(Post.objects.get(account__login=by_login))
    longest = timedelta(days=secrecy.rule("grant").values["limit"])
    with scoped(by):
        post = Post.objects.get(account__login=login)
        grants.give(post=post, purpose=PURPOSE, valid_to=clock.today() + longest, by=by)


def take_in_city(tell: Callable[[Text], None], stage: Stage = WHOLE) -> None:
    """Take the synthetic city in through the same door as any file."""
    tables = city.build(SEED, size=stage.size)
    post = Post.objects.get(account__login="city")
    by = actors.officer(post)
    with tempfile.TemporaryDirectory() as folder:
        city.write(demo_standing.readable(tables), Path(folder))
        for table in stage.tables:
            tell(Text(f"导入演示数据：{table} …", f"Taking in demo data: {table} …"))
            path = Path(folder) / f"{table}.parquet"
            with scoped(by):
                file = files.keep(
                    name=path.name,
                    chunks=[path.read_bytes()],
                    seen_by=by.units,
                    by=by,
                    sealed=spec_of(table).sealed,
                )
                batch = intake.start(table=table, file=file, by=by)
            assert batch.job is not None
            jobs.execute(batch.job.key, post.key)


def screen(stage: Stage = WHOLE) -> None:
    """Run the stage's detectors once, so that the desk has something to judge."""
    demo_screening.screen(stage.detectors)


def work() -> None:
    """Put the office to work: months, a list on its way, leads, measures, an instruction; each of them once."""
    for part in (
        demo_months.closed_months,
        demo_week.list_from_above,
        demo_week.leads,
        demo_week.interview,
        demo_week.instruction,
        demo_screening.take,
        demo_screening.hidden_hands,
        demo_standing.grades_and_events,
        demo_standing.earlier_reckonings,
        demo_cases.penalty,
        demo_cases.trademark_case,
        demo_cases.published,
        demo_cases.pages,
        demo_standing.repair_and_objection,
        demo_standing.lists,
        demo_standing.classes,
        demo_standing.plan,
        demo_standing.reckonings,
    ):
        part()
    audit.seal()
