"""A small hidden hand as files would bring it, and runs of detectors carried to their end."""

from __future__ import annotations

from collections.abc import Iterable

from lantian.office import jobs
from lantian.office.models import Job, Post
from lantian.screening import actions
from lantian.screening.models import Run
from tests.intaking import number, table, take
from tests.personas import acting

HEAD = (
    "application_no", "disclosure", "filing_date", "kind", "title", "applicants", "applicant_kinds",
    "applicant_addresses", "contact_phone",
)  # fmt: skip
SHARED = "天津市南开区无名路1号虚拟大厦1801室"
PHONE = "02299990001"


def filings(
    first: int, parties: Iterable[str], *, address: str = SHARED, phone: str = "", times: int = 2
) -> list[tuple[str, ...]]:
    """So many published applications of each applicant, all from one address; without one, each from its own."""
    rows = []
    for place, name in enumerate(parties):
        for turn in range(times):
            own = address or f"天津市西青区实有路{first + place}号"
            serial = first + place * times + turn
            rows.append(
                (
                    number(serial),
                    "published",
                    "2026-03-02",
                    "invention",
                    f"装置{serial}",
                    name,
                    "company",
                    own,
                    phone,
                )
            )
    return rows


def take_filings(*groups: list[tuple[str, ...]]) -> None:
    """Take published applications in; contacts in such a file are left out."""
    take(table(*(row for group in groups for row in group), head=HEAD))


def carried_out(run: Run) -> None:
    """Let the job of a run end."""
    assert run.job is not None
    jobs.execute(run.job.key, Post.objects.get(account__login="city").key)


def ran(*detectors: str) -> dict[str, Run]:
    """Run detectors by hand to their end; the job must not fail."""
    with acting("city") as by:
        runs = actions.start_runs(detectors=detectors, by=by)
    carried_out(runs[0])
    with acting("city"):
        found = Run.objects.select_related("job").filter(pk__in=[run.pk for run in runs])
        assert {run.job.state for run in found if run.job} == {Job.State.DONE}
        return {run.detector: run for run in found}
