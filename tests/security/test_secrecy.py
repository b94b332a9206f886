"""Unpublished text (Patent Law, art. 21(3)): held encrypted, read under a grant on record, met nowhere else."""

from __future__ import annotations

import csv
import io
import logging
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lantian.core.identifiers import application_check_digit
from lantian.core.messages import NotAllowed
from lantian.filings import grants, queries, secrecy
from lantian.filings.grants import GrantRefused
from lantian.filings.models import Patent, UnpublishedGrant, UnpublishedText
from lantian.filings.secrecy import SealBroken
from lantian.office import audit, clock, files, jobs
from lantian.office.intake import actions as intake
from lantian.office.models import AuditEvent, IntakeBatch, Post, RowError
from tests.personas import LOGINS, acting, browser
from tests.security.planting import plant, text_holding
from tests.security.test_access import walk

pytestmark = pytest.mark.django_db
SECRET = "一种机密热泵机组QZX9"
HEAD = ("application_no", "disclosure", "title", "abstract", "filing_date")


def number(serial: int) -> str:
    base = f"20261{serial:07d}"
    return f"{base}.{application_check_digit(base)}"


@pytest.fixture(autouse=True)
def nobody_holds_a_grant() -> None:
    """Every test begins without the grant under which the template's city was taken in."""
    for given in UnpublishedGrant.objects.filter(ended_at=None):
        end(given)


def end(given: UnpublishedGrant) -> None:
    with acting("admin") as by:
        grants.end(key=given.key, by=by)


def take(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> IntakeBatch:
    """Take rows in as the city's patent division, under a grant that ends when they are in."""
    city = Post.objects.get(account__login="city")
    given = None if grants.in_force(post_id=city.pk) else grant()
    try:
        return taken(*rows, head=head)
    finally:
        if given:
            end(given)


def taken(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> IntakeBatch:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    with acting("city") as by:
        file = files.keep(
            name="f.csv", chunks=[out.getvalue().encode()], seen_by=by.units, by=by, sealed=True
        )
        batch = intake.start(table="patents", file=file, by=by)
    assert batch.job is not None
    jobs.execute(batch.job.key, Post.objects.get(account__login="city").key)
    with acting("city"):
        return IntakeBatch.objects.select_related("errors_file", "job").get(pk=batch.pk)


def held(serial: int = 1) -> str:
    """One unpublished application, in the house."""
    take((number(serial), "unpublished", SECRET, SECRET, ""))
    return number(serial)


def grant(days: int = 30, purpose: str = "核查举报") -> UnpublishedGrant:
    with acting("admin") as by:
        return grants.give(
            post=Post.objects.get(account__login="city"),
            purpose=purpose,
            valid_to=clock.today() + timedelta(days=days),
            by=by,
        )


def read(client: Client, asked: str) -> HttpResponse:
    return client.get(reverse("unpublished"), {"number": asked})  # type: ignore[return-value]


# At rest.


def test_unpublished_text_lies_encrypted_under_the_servers_key() -> None:
    asked = held()
    with acting("city"):
        row = UnpublishedText.objects.get(application_no=asked)
        assert row.title and row.abstract and SECRET not in row.title
        assert row.title != row.abstract  # equal text elsewhere looks different
        assert secrecy.unseal(row.title, asked, "title") == SECRET


def test_moved_changed_or_foreign_text_does_not_open(settings: object) -> None:
    sealed = secrecy.seal(SECRET, "1", "title")
    assert sealed is not None
    for stored, about, column in (
        (sealed, "2", "title"),
        (sealed, "1", "claim"),
        (sealed[:-6] + "AAAA==", "1", "title"),
    ):
        with pytest.raises(SealBroken):
            secrecy.unseal(stored, about, column)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(SealBroken):
        secrecy.unseal(sealed, "1", "title")


def test_nothing_stays_nothing_and_an_empty_cell_takes_no_text_away() -> None:
    assert secrecy.seal(None, "1", "title") is None and secrecy.unseal(None, "1", "title") is None
    asked = held()
    take((asked, "unpublished", "", "", "2026-01-02"))
    grant()
    with acting("city") as by:
        assert queries.unpublished_text(asked, by=by) == {"title": SECRET, "abstract": SECRET, "claim": None}


# Reading.


def test_the_permission_alone_opens_nothing_without_a_grant() -> None:
    asked = held()
    with acting("city") as by, pytest.raises(NotAllowed):
        queries.unpublished_text(asked, by=by)
    answer = read(browser("city"), asked)
    assert (answer.status_code, SECRET in answer.content.decode()) == (403, False)
    assert not AuditEvent.objects.filter(kind="unpublished_read").exists()


def test_a_grant_opens_it_and_every_reading_leaves_an_event() -> None:
    asked, given = held(), grant()
    client = browser("city")
    for count in (1, 2):
        assert SECRET in read(client, asked).content.decode()
        events = AuditEvent.objects.filter(kind="unpublished_read", about_key=asked)
        assert events.count() == count
    assert events[0].detail == {"grant": given.key}


def test_the_page_carries_reader_and_moment_and_is_kept_by_no_browser() -> None:
    asked = held()
    grant()
    answer = read(browser("city"), asked)
    page = answer.content.decode()
    assert page.count(f"陶知远 天津市知识产权局 {clock.today()}") > 20 or page.count("陶知远 ") > 20
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Content-Disposition" not in answer.headers


def test_a_number_of_which_no_secret_text_is_held_opens_nothing_and_leaves_no_event() -> None:
    grant()
    assert read(browser("city"), "1").status_code == 404
    assert not AuditEvent.objects.filter(kind="unpublished_read").exists()


@pytest.mark.parametrize("login", [login for login in LOGINS if login != "city"])
def test_no_other_role_reads_it_even_while_somebody_holds_a_grant(login: str) -> None:
    asked = held()
    grant()
    answer = read(browser(login), asked)
    assert answer.status_code in (302, 403)
    assert SECRET not in answer.content.decode()


# Grants.


def test_a_grant_ends_by_its_day_and_by_the_administrators_act() -> None:
    asked, given = held(), grant(days=1)
    UnpublishedGrant.objects.filter(pk=given.pk).update(
        valid_from=clock.today() - timedelta(days=1), valid_to=clock.today()
    )
    with acting("city") as by, pytest.raises(NotAllowed):
        queries.unpublished_text(asked, by=by)
    second = grant()
    with acting("admin") as by:
        grants.end(key=second.key, by=by)
    with acting("city") as by, pytest.raises(NotAllowed):
        queries.unpublished_text(asked, by=by)
    kinds = list(
        AuditEvent.objects.filter(about_key=second.key).values_list("kind", flat=True).order_by("id")
    )
    assert kinds == ["unpublished_granted", "unpublished_grant_ended"]


@pytest.mark.parametrize(("days", "purpose"), [(0, "x"), (91, "x"), (30, " ")])
def test_a_grant_is_dated_short_and_says_what_for(days: int, purpose: str) -> None:
    with pytest.raises(GrantRefused):
        grant(days, purpose)


def test_nobody_without_the_right_gives_a_grant_and_no_other_role_gets_one() -> None:
    day, city = clock.today() + timedelta(days=5), Post.objects.get(account__login="city")
    with acting("city") as by, pytest.raises(NotAllowed):
        grants.give(post=city, purpose="x", valid_to=day, by=by)
    with acting("admin") as by, pytest.raises(GrantRefused):
        grants.give(post=Post.objects.get(account__login="marks"), purpose="x", valid_to=day, by=by)
    grant()
    with pytest.raises(GrantRefused, match="already"):
        grant()


def test_the_administrator_gives_and_ends_grants_on_his_page() -> None:
    client, page = browser("admin"), reverse("secrecy_grants")
    post = Post.objects.get(account__login="city")
    typed = {
        "do": "give",
        "post": post.key,
        "purpose": "核查举报",
        "valid_to": clock.today() + timedelta(days=9),
    }
    assert client.post(page, typed).status_code == 302
    assert "核查举报" in client.get(page).content.decode()
    assert client.post(page, typed).status_code == 422
    key = UnpublishedGrant.objects.get(ended_at=None).key
    assert client.post(page, {"do": "end", "grant": key}).status_code == 302
    assert grants.in_force(post_id=post.pk) is None
    assert client.post(page, {"do": "end", "grant": "nobody"}).status_code == 404


# What an intake says again.


def errors_file(batch: IntakeBatch) -> str:
    assert batch.errors_file is not None
    return b"".join(files.content(batch.errors_file)).decode("utf-8-sig")


def test_the_errors_file_holds_no_text_that_may_be_secret() -> None:
    batch = take(
        (number(1), "unpublished", SECRET, SECRET, "gestern"),
        (number(2), "", SECRET, SECRET, "gestern"),
        (number(3), "published", "公开方法", "公开", "gestern"),
    )
    content = errors_file(batch)
    assert batch.refused == 3 and SECRET not in content
    assert number(1) in content and "公开方法" in content and "从原文件补入" in content
    with acting("city"):
        assert not RowError.objects.filter(batch=batch, value__contains=SECRET[:4]).exists()


def test_cells_that_slipped_into_another_column_are_not_quoted() -> None:
    batch = take((number(1), "unpublished", "", "", SECRET), (number(2), "unpublished", SECRET))
    with acting("city"):
        assert SECRET not in str(list(RowError.objects.filter(batch=batch).values()))
    assert SECRET not in errors_file(take((number(5), "unpublished", SECRET, SECRET, "2026-01-01", SECRET)))


# What never comes in.


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("专利类型", "国防专利"),
        ("密级", "机密"),
        ("备注", "保密专利"),
        ("是否保密", "是"),
        ("公开号", "GF2026100001"),
    ],
)
def test_a_row_marked_secret_is_refused_and_nothing_of_it_is_said_again(column: str, cell: str) -> None:
    batch = take((number(1), "published", SECRET, SECRET, "", cell), head=(*HEAD, column))
    assert (batch.new, batch.refused) == (0, 1)
    assert not Patent.objects.filter(application_no=number(1)).exists()
    content = errors_file(batch)
    assert SECRET not in content and number(1) not in content
    with acting("city"):
        (error,) = RowError.objects.filter(batch=batch)
    assert "国防或保密" in error.message_zh and error.value == ""


def test_a_column_of_marks_that_says_no_refuses_nothing() -> None:
    assert take((number(1), "published", "保密柜", "", "", "否"), head=(*HEAD, "是否保密")).new == 1


# Planted, and looked for everywhere.


def test_the_planted_text_lies_in_no_table_in_clear_for_any_role() -> None:
    held()
    take((number(2), "", SECRET, SECRET, "gestern"))
    for login in LOGINS:
        with acting(login):
            assert text_holding("机密热泵") == set(), login


@pytest.mark.parametrize("login", ["city", "marks", "nankai", "admin", "auditor"])
def test_the_planted_text_is_met_on_no_route(login: str) -> None:
    held()
    batch = take((number(2), "", SECRET, SECRET, "gestern"))
    planted = plant(120000, 120104)
    with acting("city") as by:
        audit.record(audit.Kind.INTAKE_STARTED, by=by, about=("intake", batch.key))
    client = browser(login)
    for answer in walk(client, planted):
        assert SECRET not in answer.body, answer.route
    for name in ("intake_batch", "intake_errors"):
        response = client.get(reverse(name, args=[batch.key]))
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        assert SECRET.encode() not in body


def test_the_planted_text_is_written_to_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asked = held()
        take((number(2), "", SECRET, SECRET, "gestern"))
        grant()
        read(browser("city"), asked)
    assert SECRET not in caplog.text
    assert SECRET not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
