"""Who may open which route: the whole table. Routes and table are compared at every start."""

from __future__ import annotations

from lantian.config.guard import AnyAccount, Need, Public
from lantian.office.permissions import Permission

ACCESS: dict[str, Need] = {
    "healthz": Public("tells only that the process lives"),
    "readyz": Public("tells only whether database and worker answer"),
    "set_language": Public("choosing a language changes no record"),
    "account_login": Public("nobody is logged in before"),
    "account_logout": AnyAccount("leaving is open to everybody inside"),
    "choose_post": AnyAccount("shows only the account's own posts"),
    "account_inactive": Public("a page without content for closed accounts"),
    "home": Permission.READ_DESK,
    "intake": Permission.TAKE_IN,
    "intake_batch": Permission.TAKE_IN,
    "intake_progress": Permission.TAKE_IN,
    "intake_cancel": Permission.TAKE_IN,
    "intake_errors": Permission.TAKE_IN,
    "screening": Permission.READ_FINDINGS,
    "screening_start": Permission.SCREEN,
    "screening_run": Permission.READ_FINDINGS,
    "screening_progress": Permission.READ_FINDINGS,
    "screening_cancel": Permission.SCREEN,
    "findings": Permission.READ_FINDINGS,
    "finding": Permission.READ_FINDINGS,
    "judge": Permission.JUDGE,
    "docket": Permission.READ_LEADS,
    "lead": Permission.READ_LEADS,
    "lead_move": Permission.READ_LEADS,
    "lead_hand_over": Permission.HAND_OVER,
    "admin_accounts": Permission.MANAGE_ACCOUNTS,
}
