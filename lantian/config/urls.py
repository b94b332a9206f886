"""Addresses. Every route has a name, and its access stands in `access.py`."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path
from django.views.i18n import set_language

from lantian.config import (
    accounts,  # noqa: F401 - connects the events of a second step's coming and going
    health,
)
from lantian.config.access import ACCESS
from lantian.config.guard import guard_all
from lantian.desk.urls import urlpatterns as desk

urlpatterns = guard_all(
    [
        path("healthz", health.process, name="healthz"),
        path("readyz", health.ready, name="readyz"),
        path("language/", set_language, name="set_language"),
        path("login/", account.login, name="account_login"),
        path("logout/", account.logout, name="account_logout"),
        path("inactive/", account.account_inactive, name="account_inactive"),
        path("account/password/", account.password_change, name="account_change_password"),
        path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
        path("account/security/", include("allauth.mfa.urls")),
        *desk,
    ],
    ACCESS,
)

handler400 = "lantian.desk.errors.bad_request"
handler403 = "lantian.desk.errors.forbidden"
handler404 = "lantian.desk.errors.not_found"
handler500 = "lantian.desk.errors.fault"
