"""The demonstration's screening: every detector once, some of them taken into the pools, a hidden hand for a case."""

from __future__ import annotations

from collections.abc import Sequence

from lantian.casework.models import Lead
from lantian.detect.detectors import DETECTORS
from lantian.office import actors, jobs
from lantian.office.models import Post
from lantian.office.scope import scoped
from lantian.screening import actions
from lantian.screening.forecast import forecast
from lantian.screening.models import Run, Switch

EVERY = tuple(DETECTORS)
TAKEN = ("P07", "P10", "P11", "P12", "P15", "R01", "R04", "T05", "T07", "W02")
HANDS = ("P07", "P11", "P12", "P16", "P17")
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
    """For the case of one lead the contacts on file are compared: networks that public data do not show."""
    post = _city()
    by = actors.officer(post)
    with scoped(by):
        lead = Lead.objects.order_by("id").first()
        if lead is None or Run.objects.exclude(case_key="").exists():
            return
        (run, *_) = actions.start_runs(detectors=HANDS, by=by, case_key=lead.key)
    assert run.job is not None
    jobs.execute(run.job.key, post.key)


def _city() -> Post:
    return Post.objects.get(account__login="city")
