"""How allauth behaves here: nobody signs up by himself, and a login leaves an event."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from lantian.config.guard import actor_of
from lantian.desk.accounts import landing
from lantian.office import actors, audit


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by the administrator only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        with transaction.atomic():
            super().login(request, user)
            audit.record(audit.Kind.LOGGED_IN, by=actors.public("login"), about=("account", user.key))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The first page that the officer's post may open."""
        return reverse(landing(actor_of(request)))
