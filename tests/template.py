"""Fills the template database once: the demonstration's people, the small city, one run of P01."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
django.setup()

from lantian.config import demo  # noqa: E402
from lantian.office import actors, audit, jobs  # noqa: E402
from lantian.office.models import Post  # noqa: E402
from lantian.office.scope import scoped  # noqa: E402
from lantian.screening import actions as screening  # noqa: E402

PASSWORD = "correct-horse-battery"


def fill() -> None:
    """Furnish, take in, screen, seal."""
    demo.furnish({person.login: PASSWORD for person in demo.PEOPLE})
    demo.take_in_city(lambda _: None)
    post = Post.objects.get(account__login="city")
    by = actors.officer(post)
    with scoped(by):
        run = screening.start_run(detector="P01", by=by)
    jobs.execute(run.job.key, post.key)
    audit.seal()


if __name__ == "__main__":
    fill()
