"""What a view of the desk receives."""

from __future__ import annotations

from django.http import HttpRequest

from lantian.office.actors import OfficerActor


class OfficerRequest(HttpRequest):
    """A request behind the guard: somebody logged in, acting in one post."""

    actor: OfficerActor
