"""Ground rules, "Access": one test a sentence; the matrix of routes is generated from `config/access.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from lantian.config.access import ACCESS
from lantian.config.demo_people import PEOPLE
from lantian.config.guard import AnyAccount, Outside, Public, guard_all
from lantian.office.models import Account, AuditEvent, Post
from lantian.office.permissions import ROLES, Permission
from lantian.registry.models import Subject
from lantian.screening.models import Finding
from tests.personas import BINHAI, CITY, NANKAI, acting, browser
from tests.security.planting import MARK, Planted, plant

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
# One persona for each role; the first that the demonstration has.
# A little more than the busiest page needs in the city of the tests; one that asks row by row is soon beyond it.
MOST_STATEMENTS = 100
LOGINS = {person.role: person.login for person in reversed(PEOPLE)}
UNITS = {person.login: person.unit for person in PEOPLE}
# Leaving and posting forms would end the walk; these are opened on their own below.
LEAVES = {"account_logout"}
# Pages about a second step that the walker has not set up: not found. With one: tests/security/test_login.py.
PASSKEYS = {"mfa_remove_webauthn", "mfa_edit_webauthn"}
# The register is no secret of one office; what is protected on its pages has its own tests in tests/faces.
SHARED = {
    "lexicon",
    "subject",
    "detector",
    "detector_card",
    "detector_switch",
    "figure",
    "ledger",
    "ledger_print",
    "ledger_export",
    "credit",
    "credit_print",
    "credit_act",
    "edition",
    "edition_decide",
    "edition_rehearse",
    "edition_progress",
    "edition_cancel",
}
# Opened bare, it leads on to the list that asks.
LEADS_ON = {"purpose": "subjects", "worksheets_new": "worksheets", "story_new": "stories"}
UNSET = {"mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"}


@dataclass(frozen=True)
class Answer:
    """What a route said to somebody, and how often it asked the database; bodies of downloads are read."""

    route: str
    method: str
    status: int
    location: str
    headers: dict[str, str]
    body: str
    statements: int = 0

    @property
    def page(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html") and bool(self.body)


def patterns(found: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every route of the resolver, included ones too."""
    for pattern in get_resolver().url_patterns if found is None else found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def address(route: str, planted: Planted) -> str:
    """The address of a route with the key of the planted record it opens."""
    pattern = next(pattern for pattern in patterns() if pattern.name == route)
    if route in PASSKEYS:
        return reverse(route, args=[1])
    if "id" in pattern.pattern.converters:
        return reverse(route, args=[CITY])
    if "key" not in pattern.pattern.converters:
        return reverse(route)
    kinds = planted.more | {
        "intake": planted.batch,
        "screening": planted.run,
        "finding": planted.finding,
        "judge": planted.finding,
        "paper": planted.paper,
        "differences": planted.batch,
        "subject": Subject.objects.earliest("id").key,
    }
    return reverse(route, args=[kinds.get(route.split("_")[0], planted.lead)])


def keyed(route: str) -> bool:
    return "key" in next(pattern for pattern in patterns() if pattern.name == route).pattern.converters


def walk(client: Client, planted: Planted) -> Iterator[Answer]:
    """Every route in turn: as it is read, or as it is posted where it is not read."""
    for route in ACCESS:
        if route in LEAVES and "_auth_user_id" in client.session:
            continue
        where, method = address(route, planted), "GET"
        parameters = {"to": str(BINHAI)} if route == "lead_hand_over" else {}
        with CaptureQueriesContext(connection) as asked:
            response = client.get(where, parameters)
            if response.status_code == 405:
                method, response = "POST", client.post(where)
            raw = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        yield Answer(
            route,
            method,
            response.status_code,
            response.get("Location", ""),
            dict(response.headers),
            raw.decode(errors="replace"),
            len(asked),
        )


def fits(answer: Answer, who: str, whose: str) -> bool:
    """Whether an answer is what the access table and the roles say; nothing is copied here by hand."""
    need, status = ACCESS[answer.route], answer.status
    if isinstance(need, Public | Outside):
        return status in (200, 302, 400) or (answer.route == "readyz" and status == 503)
    if who == "stranger":
        return status == 302 and answer.location.startswith("/login/?next=")
    if answer.route in UNSET:
        return status == 404
    if isinstance(need, AnyAccount):
        return status == 200 or (status == 302 and not answer.location.startswith("/login/"))
    if who == "postless":
        return status == 302 and answer.location == reverse("choose_post")
    if need not in ROLES[who].permissions:
        return status == 403
    return _opened(answer, whose)


def _opened(answer: Answer, whose: str) -> bool:
    """What somebody who may open a route is answered: the record, unless it is another office's."""
    status = answer.status
    if keyed(answer.route) and whose == "other" and answer.route not in SHARED:
        return status == 404
    if answer.route in LEADS_ON:
        return (status, answer.location) == (302, reverse(LEADS_ON[answer.route]))
    return status == 200 if answer.method == "GET" else status in (302, 400, 404, 422) and _acted(answer)


def _acted(answer: Answer) -> bool:
    """A form posted empty is refused as a form (or, without a choice, not found), never as a person."""
    return answer.status != 404 or not keyed(answer.route)


# Declared in one table; boot and CI compare it with the resolver in both directions.


def test_every_route_has_its_access_and_every_access_its_route() -> None:
    """Declared in one table, `config/access.py`: … CI compare the table with the resolver in both directions."""
    names = [pattern.name for pattern in patterns()]
    assert sorted(map(str, names)) == sorted(ACCESS)


def _view(request: object) -> HttpResponse:
    return HttpResponse("open to everybody")


@pytest.mark.parametrize(
    ("routes", "table", "told"),
    [
        ([path("x", _view, name="stray")], {}, r"without access \['stray'\]"),
        ([], {"gone": Public("why")}, r"without route \['gone'\]"),
        ([path("x", _view)], {}, "has no name"),
    ],
)
def test_a_route_without_access_or_access_without_a_route_refuses_to_boot(
    routes: list[URLPattern], table: dict[str, Public], told: str
) -> None:
    """Boot … compare the table with the resolver in both directions."""
    with pytest.raises(ImproperlyConfigured, match=told):
        guard_all(routes, table)


def test_an_included_route_is_compared_too() -> None:
    """… included apps are wrapped by prefix."""
    from django.urls import include

    with pytest.raises(ImproperlyConfigured, match=r"without access \['inner'\]"):
        guard_all([path("a/", include([path("b", _view, name="inner")]))], {})


def test_the_server_starts_only_with_the_table_compared() -> None:
    """Boot … compare the table with the resolver."""
    import ast
    from pathlib import Path

    from lantian.config import urls, wsgi

    assert wsgi.application is not None
    assert "url_patterns" in ast.unparse(ast.parse(Path(str(wsgi.__file__)).read_text("utf-8")))
    assert all(hasattr(pattern.callback, "__wrapped__") for pattern in patterns())
    assert urls.urlpatterns


def test_what_is_open_says_why() -> None:
    """`{route name or prefix: Public(why) | Permission | AnyAccount}`."""
    for route, need in ACCESS.items():
        assert isinstance(need, Permission | Public | Outside | AnyAccount), route
        assert isinstance(need, Permission) or len(need.why) > 20, route


# The matrix test (every route × every role × own, other, no unit) is generated from it.


@pytest.mark.parametrize("whose", ["own", "other"])
@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_route_answers_every_role_as_the_table_says(role: str, whose: str) -> None:
    """The matrix test (every route × every role × own, other, no unit) is generated from it."""
    login = LOGINS[role]
    planted = plant(UNITS[login] if whose == "own" else BINHAI)
    answers = list(walk(browser(login), planted))
    assert len(answers) > 20
    assert [(a.route, a.method, a.status, a.location) for a in answers if not fits(a, role, whose)] == []


@pytest.mark.parametrize("who", ["stranger", "postless"])
def test_every_route_answers_somebody_without_a_post_as_the_table_says(who: str) -> None:
    """The matrix test (every route × every role × own, other, **no unit**)."""
    planted = plant(CITY)
    answers = list(walk(Client() if who == "stranger" else _postless(), planted))
    assert [(a.route, a.method, a.status, a.location) for a in answers if not fits(a, who, "own")] == []


def test_every_role_is_walked() -> None:
    """The matrix test (… every role …)."""
    assert set(LOGINS) == set(ROLES)
    assert {Post.objects.get(account__login=login).role for login in LOGINS.values()} == set(ROLES)


def test_leaving_is_open_to_everybody_inside() -> None:
    """… `AnyAccount`."""
    client = browser("admin")
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("login", ["xiqing", "city", "admin", ""])
def test_the_marked_string_is_met_on_no_route_of_somebody_else(login: str) -> None:
    """A test plants a marked string … and looks for it as another district through … every route."""
    planted = plant(NANKAI)
    for answer in walk(browser(login) if login else Client(), planted):
        assert MARK not in answer.body + str(answer.headers), answer.route


def test_the_marked_string_is_met_by_its_own_unit() -> None:
    """(The search above can fail.)"""
    holding = {answer.route for answer in walk(browser("city"), plant(CITY)) if MARK in answer.body}
    assert holding >= {"finding", "lead", "findings", "docket", "intake", "intake_batch", "intake_errors"}


def test_a_post_that_has_ended_opens_nothing() -> None:
    """An officer's authority is a dated Post: access is asked of the post in force today."""
    Post.objects.filter(account__login="nankai").update(valid_to="2026-11-22", valid_from="2026-01-01")
    response = browser("nankai").get(reverse("home"))
    assert (response.status_code, response["Location"]) == (302, reverse("choose_post"))


def test_a_post_is_chosen_when_there_are_several() -> None:
    """… chosen after login when there are several."""
    account = Account.objects.get(login="nankai")
    second = Post.objects.create(
        account=account, unit_id=BINHAI, role="district_officer", valid_from="2026-01-01"
    )
    client = browser("nankai")
    assert client.get(reverse("home"))["Location"] == reverse("choose_post")
    assert client.post(reverse("choose_post"), {"post": second.key}).status_code == 302
    assert client.get(reverse("home")).status_code == 200
    stranger = Post.objects.get(account__login="city")
    assert client.post(reverse("choose_post"), {"post": stranger.key}).status_code == 404


def test_a_district_officer_opens_the_findings_of_his_district() -> None:
    """Each protected row carries `seen_by`: what one may see, one can open."""
    with acting("nankai"):
        keys = list(Finding.objects.values_list("key", flat=True)[:2])
    assert keys
    for key in keys:
        assert browser("nankai").get(reverse("finding", args=[key])).status_code == 200


# Audit of reading where protected.


@pytest.mark.parametrize(("route", "kind"), [("finding", "finding_read"), ("lead", "lead_read")])
def test_reading_a_protected_record_leaves_an_event(route: str, kind: str) -> None:
    """Our views get their decorator from it (scope, permission, audit of reading where protected)."""
    planted = plant(CITY)
    browser("city").get(address(route, planted))
    last = AuditEvent.objects.order_by("-id")[0]
    assert (last.kind, last.about_key) == (kind, getattr(planted, route))
    assert last.actor == f"post:{Post.objects.get(account__login='city').key}"


def test_a_record_that_was_not_shown_leaves_no_event() -> None:
    """… (scope, permission, audit of reading where protected)."""
    planted, before = plant(BINHAI), AuditEvent.objects.count()
    for route in ("finding", "lead"):
        assert browser("city").get(address(route, planted)).status_code == 404
    assert AuditEvent.objects.count() == before


def test_a_login_leaves_an_event() -> None:
    """One act, one event."""
    from tests.template import PASSWORD

    response = Client().post(reverse("account_login"), {"login": "city", "password": PASSWORD})
    assert response.status_code == 302
    last = AuditEvent.objects.order_by("-id")[0]
    assert (last.kind, last.about_key) == ("logged_in", Account.objects.get(login="city").key)


# The Django admin is not installed. CSP.


def test_the_django_admin_is_not_installed() -> None:
    """The Django admin is not installed."""
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert Client().get("/admin/").status_code == 404


def _every_page() -> Iterator[Answer]:
    planted = plant(CITY)
    for client in (browser("city"), browser("admin"), browser("nankai"), _postless(), Client()):
        yield from walk(client, planted)
        response = client.get("/no-such-page")
        yield Answer("404", "GET", 404, "", dict(response.headers), response.content.decode())


def test_every_page_carries_the_strict_policy_and_no_style_or_script_of_its_own() -> None:
    """CSP: `default-src 'self'; …` on every page, no nonce: no `style=` attribute, no inline script."""
    seen = set()
    for answer in _every_page():
        if not answer.page:
            continue
        seen.add(answer.route)
        assert {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")} == POLICY, (
            answer.route
        )
        assert not re.search(r"<[^>]+\sstyle\s*=", answer.body), answer.route
        assert "<style" not in answer.body, answer.route
        assert not re.search(r"<[^>]+\son[a-z]+\s*=", answer.body), answer.route
        assert not re.search(r"""(href|src|action)\s*=\s*["']?\s*javascript:""", answer.body), answer.route
        for attributes in re.findall(r"<script([^>]*)>", answer.body):
            assert "src=" in attributes or 'type="application/json"' in attributes, answer.route
        assert "nonce" not in answer.headers["Content-Security-Policy"]
    assert seen >= {"home", "intake", "finding", "lead", "docket", "account_login", "admin_accounts", "404"}


def test_every_answer_carries_a_policy_and_asks_the_database_seldom() -> None:
    """CSP … on every page; what a page lists is read together, not row by row."""
    for answer in walk(browser("city"), plant(CITY)):
        assert "Content-Security-Policy" in answer.headers, answer.route
        assert answer.statements <= MOST_STATEMENTS, (answer.route, answer.statements)


def test_an_uploaded_file_is_served_so_that_a_browser_does_nothing_with_it() -> None:
    """Uploaded files are served from a sandboxed response (attachment, `nosniff`, own CSP)."""
    response = browser("city").get(reverse("intake_errors", args=[plant(CITY).batch]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert MARK in b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def _postless() -> Client:
    account = Account.objects.create(login="postless", name="无岗位")
    client = Client(raise_request_exception=False)
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return client
