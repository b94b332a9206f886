"""The demonstration's screening: every detector once, some of them taken into the pools, a hidden hand for a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lantian.casework.models import Lead
from lantian.casework.states import OPEN_STATES
from lantian.detect.detectors import DETECTORS
from lantian.filings.models import Patent
from lantian.office import actors, files, jobs
from lantian.office.models import Job, Post
from lantian.office.scope import scoped
from lantian.screening import actions, cases
from lantian.screening.forecast import forecast
from lantian.screening.models import Run, Switch

EVERY = tuple(DETECTORS)
TAKEN = ("P07", "P10", "P11", "P12", "P15", "R01", "R04", "T05", "T07", "W02")
OFFICERS = {120104: "nankai", 120111: "xiqing"}
PARTIES, PHONE, PURPOSE = 8, "02200000001", "演示：核查是否由一人组织提交"
REASON = "演示：先试用三个月"


def screened(detectors: Sequence[str]) -> bool:
    """Whether each of these detectors has run once."""
    with scoped(actors.officer(_city())):
        ended = set(Run.objects.filter(ended_at__isnull=False).values_list("detector", flat=True))
    return ended >= set(detectors)


def screen(detectors: Sequence[str]) -> None:
    """Run detectors once, so that the desk has something to judge; runs that the intake asked for come first."""
    post = _city()
    by = actors.officer(post)
    with scoped(by):
        opened = [run for name in detectors if (run := actions.open_run(name))]
        free = [name for name in detectors if name not in {run.detector for run in opened}]
        opened += actions.start_runs(detectors=free, by=by) if free else []
        waiting = list(dict.fromkeys(run.job.key for run in opened if run.job))
    for key in waiting:
        jobs.execute(key, post.key)


def take() -> None:
    """The city takes some detectors into its pool, and with it the districts that have not decided."""
    by = actors.officer(_city())
    with scoped(by):
        if Switch.objects.exists():
            return
        for name in TAKEN:
            actions.switch(detector=name, active=True, seen=forecast(name, by.unit), reason=REASON, by=by)


def hidden_hands() -> None:
    """One office's case has brought accounts and telephones of some filings; compared, they show one hand."""
    with scoped(actors.officer(_city())):
        lead = _case()
        rows = _hand() if lead else ()
    if lead is None or not rows:
        return
    holder = Post.objects.get(account__login=OFFICERS[lead.holder_id])
    by = actors.officer(holder)
    with scoped(by):
        file = files.keep(name="本案材料.csv", chunks=[_csv(rows)], seen_by=by.units, by=by, sealed=True)
        batch = cases.bring(lead_key=lead.key, table="case_filings", file=file, by=by)
    _carried_out(batch.job, holder)
    with scoped(by):
        (run, *_) = cases.screen(lead_key=lead.key, purpose=PURPOSE, by=by)
    _carried_out(run.job, holder)


def _case() -> Lead | None:
    """The first open lead of an office whose officer the demonstration knows, unless a case was screened before."""
    if Run.objects.exclude(case_key="").exists():
        return None
    return Lead.objects.filter(holder_id__in=OFFICERS, state__in=OPEN_STATES).order_by("id").first()


def _hand() -> Sequence[str]:
    """Published applications of the first applicants on file, two of each."""
    found = Patent.objects.filter(disclosure="published", applicants__len=1).order_by("id")
    by_name: dict[str, list[str]] = defaultdict(list)
    for number, names in found.values_list("application_no", "applicants")[:4_000]:
        by_name[(names or [""])[0]].append(number)
    wanted = [numbers[:2] for numbers in by_name.values() if len(numbers) > 1][:PARTIES]
    return [number for numbers in wanted for number in numbers]


def _csv(numbers: Sequence[str]) -> bytes:
    lines = [f"{number},{PHONE},demo-account-1" for number in numbers]
    return "\n".join(["申请号,联系电话,提交账户", *lines]).encode()


def _carried_out(job: Job | None, post: Post) -> None:
    assert job is not None
    jobs.execute(job.key, post.key)


def _city() -> Post:
    return Post.objects.get(account__login="city")
