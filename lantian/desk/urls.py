"""Addresses of the desk; who may open them stands in `config/access.py`."""

from __future__ import annotations

from django.urls import URLPattern, path

from lantian.desk import (
    accounts,
    audit,
    directory,
    findings,
    home,
    intake,
    leads,
    screening,
    search,
    subjects,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("post/", accounts.choose_post, name="choose_post"),
    path("account/", accounts.own_account, name="account"),
    path("accounts/", accounts.admin_accounts, name="admin_accounts"),
    path("audit/", audit.audit_page, name="audit"),
    path("audit/verify", audit.audit_verify, name="audit_verify"),
    path("intake/", intake.intake, name="intake"),
    path("intake/<slug:key>/", intake.intake_batch, name="intake_batch"),
    path("intake/<slug:key>/progress", intake.intake_progress, name="intake_progress"),
    path("intake/<slug:key>/cancel", intake.intake_cancel, name="intake_cancel"),
    path("intake/<slug:key>/differences", directory.differences, name="differences"),
    path("intake/<slug:key>/errors", intake.intake_errors, name="intake_errors"),
    path("screening/", screening.screening, name="screening"),
    path("screening/start", screening.screening_start, name="screening_start"),
    path("screening/<slug:key>/", screening.screening_run, name="screening_run"),
    path("screening/<slug:key>/progress", screening.screening_progress, name="screening_progress"),
    path("screening/<slug:key>/cancel", screening.screening_cancel, name="screening_cancel"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<slug:key>/", findings.finding, name="finding"),
    path("findings/<slug:key>/judge", findings.judge, name="judge"),
    path("subjects/", subjects.subjects, name="subjects"),
    path("subjects/<slug:key>/", subjects.subject, name="subject"),
    path("leads/", leads.docket, name="docket"),
    path("leads/<slug:key>/", leads.lead, name="lead"),
    path("leads/<slug:key>/move", leads.lead_move, name="lead_move"),
    path("leads/<slug:key>/hand-over", leads.lead_hand_over, name="lead_hand_over"),
]
