"""The desk's pages: what each shows, to whom, and what it keeps when something is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lantian.casework.models import Lead
from lantian.desk.present import pairs
from lantian.desk.present.leads import days_left
from lantian.desk.present.pairs import Chosen
from lantian.filings.models import Patent
from lantian.office import audit, clock
from lantian.office.models import Account, AuditEvent, IntakeBatch, Unit
from lantian.office.people import create_account, open_post
from lantian.screening import queries as screening
from lantian.screening.models import Finding
from tests.personas import NANKAI, XIQING, acting, browser, run_job

pytestmark = pytest.mark.django_db

PAGES = {
    "city": ("home", "intake", "screening", "findings", "docket"),
    "nankai": ("home", "screening", "findings", "docket"),
    "admin": ("admin_accounts",),
}
VISITS = [(login, route) for login, routes in PAGES.items() for route in routes]


def a_finding(login: str = "nankai") -> Finding:
    with acting(login):
        found = screening.waiting().first()
    assert found is not None
    return found


def a_lead(login: str = "nankai") -> Lead:
    finding = a_finding(login)
    judge(browser(login), finding, "lead", "")
    with acting(login):
        return Lead.objects.get(origin_key=finding.key)


def judge(
    client: Client, finding: Finding, verdict: str, reason: str, version: int = 0, asked: str = ""
) -> str:
    """Post a judgement and return the page that answers."""
    data = {"verdict": verdict, "reason": reason, "version": version, "asked": asked}
    answer = client.post(reverse("judge", args=[finding.key]), data, follow=True)
    return answer.content.decode()


def numbers_in(page: str) -> list[int]:
    """The counts in the list's own line and its pager."""
    return [int(count.replace(",", "")) for count in re.findall(r"filters-count[^>]*>([\d,]+)", page)]


@pytest.mark.parametrize(("login", "route"), VISITS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(login: str, route: str, language: str) -> None:
    client = browser(login)
    client.cookies["django_language"] = language
    answer = client.get(reverse(route))
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize(
    "route", ["screening_start", "judge", "lead_move", "intake_cancel", "screening_cancel"]
)
def test_what_changes_a_record_is_never_a_link(route: str) -> None:
    address = reverse(route, args=[] if route == "screening_start" else ["any"])
    assert browser("city").get(address).status_code == 405


def figures(page: str) -> Iterator[tuple[str, int]]:
    """Every figure of the home page: the address it opens, and what it counts."""
    for address, count in re.findall(r'card figure" href="([^"]+)".*?<b[^>]*>([\d,]+)</b>', page):
        yield address.replace("&amp;", "&"), int(count.replace(",", ""))


def test_every_figure_on_the_first_page_opens_the_rows_it_counts() -> None:
    a_lead()
    client = browser("nankai")
    found = dict(figures(client.get("/").content.decode()))
    assert len(found) == 4
    assert sum(found.values()) > 0
    for address, count in found.items():
        assert numbers_in(client.get(address).content.decode()) == [count], address


def test_opening_a_finding_or_a_lead_is_recorded() -> None:
    lead = a_lead()
    client = browser("nankai")
    client.get(reverse("finding", args=[lead.origin_key]))
    client.get(reverse("lead", args=[lead.key]))
    for kind, key in ((audit.Kind.FINDING_READ, lead.origin_key), (audit.Kind.LEAD_READ, lead.key)):
        assert AuditEvent.objects.filter(kind=str(kind), about_key=key, unit=NANKAI).exists()


def test_another_districts_finding_looks_like_none_at_all() -> None:
    theirs = a_finding("xiqing")
    client = browser("nankai")
    assert client.get(reverse("finding", args=[theirs.key])).status_code == 404
    assert client.post(reverse("judge", args=[theirs.key]), {"verdict": "lead"}).status_code == 404


def test_only_applications_of_the_finding_can_be_compared() -> None:
    finding = a_finding()
    address = reverse("finding", args=[finding.key])
    client = browser("nankai")
    first, second = (item.removeprefix("patents:") for item in finding.evidence[:2])
    assert client.get(address, {"a": second, "b": first}).status_code == 200
    assert client.get(address, {"a": "201710601862.3"}).status_code == 404


def test_a_finding_shows_rule_innocent_explanation_and_both_texts() -> None:
    page = browser("nankai").get(reverse("finding", args=[a_finding().key]))
    shown = page.context["pair"]
    assert shown["passages"] > 0
    assert "第三条第（一）项" in page.content.decode()
    assert page.context["finding"]["innocent"] in page.content.decode()


def test_equal_passages_carry_the_same_number_on_both_sides() -> None:
    left = Patent(
        application_no="a", disclosure="published", title="一种带缓冲的输送装置", claim="其特征在于设有滑轨"
    )
    right = Patent(application_no="b", disclosure="published", title="新型一种带缓冲的输送装置", claim="")
    shown = pairs.pair(Chosen("a", "b"), {"a": left, "b": right})
    (a,), (b,) = (shown[side]["blocks"][0]["marks"] for side in ("a", "b"))
    assert a.number == b.number == 1
    assert "一种带缓冲的输送装置"[a.start : a.end] == "新型一种带缓冲的输送装置"[b.start : b.end]
    assert shown["passages"] == 1


@pytest.mark.parametrize("disclosure", ["unpublished", "unknown"])
def test_the_text_of_an_unpublished_application_is_never_shown(disclosure: str) -> None:
    secret = Patent(application_no="a", disclosure=disclosure, title="机密", abstract="机密", claim="机密")
    known = {"a": secret, "b": Patent(application_no="b", disclosure="published", title="公开")}
    chosen = Chosen("a", "b")
    shown = [pairs.pair(chosen, known), pairs.comparison(chosen, known), pairs.likeness("a", ["b"], known)]
    assert "机密" not in str(shown)
    assert "hidden" in str(shown)


def test_a_refused_judgement_is_told_in_its_place_and_keeps_what_was_typed() -> None:
    finding = a_finding()
    client = browser("nankai")
    assert "须写明理由" in judge(client, finding, "dismissed", "   ")
    judge(client, finding, "more", "调取代理合同", asked="代理机构")
    page = judge(client, finding, "dismissed", "属于同一研发项目", version=0)
    assert "研判过" in page
    assert "属于同一研发项目</textarea>" in page


def test_judging_leads_to_the_docket_of_the_office() -> None:
    lead = a_lead()
    assert lead.number in browser("nankai").get(reverse("docket")).content.decode()
    assert lead.number in browser("city").get(reverse("docket"), {"office": NANKAI}).content.decode()
    assert lead.number not in browser("xiqing").get(reverse("docket")).content.decode()


def test_a_lead_goes_its_road_and_a_page_too_old_is_told_so() -> None:
    lead = a_lead()
    client = browser("nankai")
    move = reverse("lead_move", args=[lead.key])
    assert client.post(move, {"act": "start", "version": lead.version}).status_code == 302
    assert client.post(move, {"act": "conclude", "version": lead.version}).status_code == 409
    client.post(move, {"act": "conclude", "version": lead.version + 1})
    page = client.get(reverse("lead", args=[lead.key]))
    assert [stop["place"] for stop in page.context["road"]] == ["done", "done", "done"]
    assert page.context["acts"] == []
    assert page.context["lead"]["due"].settled


def test_only_the_holder_is_offered_acts() -> None:
    lead = a_lead()
    page = browser("city").get(reverse("lead", args=[lead.key]))
    assert (page.context["acts"], page.context["may_hand_over"]) == ([], False)


def test_a_hand_over_shows_its_effect_first_and_needs_a_reason() -> None:
    lead = a_lead()
    client = browser("nankai")
    address = reverse("lead_hand_over", args=[lead.key])
    preview = client.get(address, {"to": XIQING})
    assert preview.context["preview"]["due"].due == lead.due
    data = {"to": XIQING, "version": lead.version, "reason": " "}
    assert "请写明转办理由" in client.post(address, data).content.decode()
    client.post(address, data | {"reason": "由经营地机关办理"})
    assert lead.number in browser("xiqing").get(reverse("docket")).content.decode()
    assert client.get(reverse("lead", args=[lead.key])).context["acts"] == []


def test_a_lead_due_on_friday_is_overdue_on_saturday() -> None:
    lead = a_lead()  # opened on a Sunday, due on Friday 11 December 2026
    assert days_left(lead.due.replace(day=10), lead.due) == 1
    assert days_left(lead.due, lead.due) == 0
    assert days_left(lead.due.replace(day=12), lead.due) == -1


def upload(client: Client, text: str) -> str:
    """Upload a file of applications and return where the answer leads (empty when it is refused)."""
    file = SimpleUploadedFile("申请.csv", text.encode())
    answer = client.post(reverse("intake"), {"table": "patents", "file": file})
    return answer.headers.get("Location", "")


def test_a_file_that_cannot_be_read_is_refused_on_the_form_and_not_kept() -> None:
    client = browser("city")
    with acting("city"):
        before = IntakeBatch.objects.count()
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    answer = client.post(reverse("intake"), {"table": "patents", "file": file})
    assert answer.status_code == 422
    assert "application_no" in answer.context["form"].errors["file"][0]
    with acting("city"):
        assert IntakeBatch.objects.count() == before


def test_the_progress_of_an_ended_job_reloads_the_page() -> None:
    client = browser("city")
    address = upload(client, "申请号,申请日\n201710601862.3,2017-07-21\n")
    assert "HX-Refresh" not in client.get(f"{address}progress").headers
    with acting("city"):
        batch = IntakeBatch.objects.select_related("job").latest("id")
    run_job(batch.job)
    assert client.get(f"{address}progress").headers["HX-Refresh"] == "true"


def test_refused_rows_come_back_as_a_file_the_browser_may_do_nothing_with() -> None:
    client = browser("city")
    address = upload(client, "申请号,申请日\n201710601862.3,=HYPERLINK(1)\n")
    with acting("city"):
        batch = IntakeBatch.objects.select_related("job").latest("id")
    run_job(batch.job)
    assert "201710601862.3" not in client.get(address).content.decode()
    answer = client.get(f"{address}errors")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "'=HYPERLINK(1)" in content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_account_with_two_posts_chooses_the_one_it_acts_in() -> None:
    with acting("admin") as by:
        account = create_account(login="two", name="路明", password="long-enough-phrase-7", by=by)
        posts = [
            open_post(
                account=account,
                unit=Unit.objects.get(pk=unit),
                role="district_officer",
                by=by,
                valid_from=clock.today(),
            )
            for unit in (NANKAI, XIQING)
        ]
    client = browser("two")
    assert client.get("/").headers["Location"] == reverse("choose_post")
    client.post(reverse("choose_post"), {"post": posts[1].key})
    assert "西青" in client.get("/").content.decode()
    assert client.post(reverse("choose_post"), {"post": "somebody-elses"}).status_code == 404


def test_the_only_post_leads_to_its_own_first_page() -> None:
    assert browser("admin").get(reverse("choose_post")).headers["Location"] == reverse("admin_accounts")
    assert browser("city").get(reverse("choose_post")).headers["Location"] == reverse("home")


def test_the_administrator_opens_an_account_and_hears_why_one_is_refused() -> None:
    client = browser("admin")
    address = reverse("admin_accounts")
    short = client.post(address, {"do": "create", "name": "路明", "login": "lu", "password": "kurz"})
    assert "10 个字符" in short.context["error"]
    client.post(address, {"do": "create", "name": "路明", "login": "lu", "password": "long-enough-phrase-7"})
    assert Account.objects.filter(login="lu").exists()
    taken = client.post(
        address, {"do": "create", "name": "路明", "login": "lu", "password": "long-enough-phrase-7"}
    )
    assert "已被使用" in taken.context["error"]
