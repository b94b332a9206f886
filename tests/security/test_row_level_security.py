"""Ground rules, "Row-level security": one test a sentence."""

from __future__ import annotations

import json
from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from lantian.casework import actions as casework
from lantian.casework.models import Lead
from lantian.config.guard import AnyAccount, guard
from lantian.office import actors, audit
from lantian.office.models import Account, StoredFile, Unit
from lantian.office.permissions import Permission
from lantian.office.scope import scoped
from lantian.screening import actions as screening
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.conftest import Database
from tests.personas import BINHAI, CITY, NANKAI, XIQING, acting, officer
from tests.security.catalogue import PROTECTED, connected, one, rows
from tests.security.planting import MARK, plant, text_holding

in_rollback = pytest.mark.django_db
# Secret text is looked for in tests/rooms/test_intake.py; differences of directories hold register data; the text of
# an export lies in its file, a part of a capture is nothing but its file, and a rehearsal has its words in its moves.
UNPLANTED = {
    "filings_capturepart",
    "campaign_ledgerexport",
    "filings_unpublishedtext",
    "registry_directorydiff",
    "standing_rehearsal",
}
HISTORY = {
    "standing_rehearsedmove",
    "filings_capturepart",
    "filings_capturereading",
    "filings_capturerecord",
    "dispatch_rowanswer",
    "campaign_taskreport",
    "campaign_instructionstep",
    "campaign_frozencell",
    "campaign_returnstep",
    "campaign_summaryversion",
    "campaign_summaryfigure",
    "campaign_summarystep",
    "campaign_storyversion",
    "campaign_storystep",
    "office_searchentry",
    "office_rowerror",
    "office_paperversion",
    "office_paperapproval",
    "office_paperreview",
    "screening_judgement",
    "screening_caserow",
    "casework_leadstep",
    "casework_participant",
    "casework_attendance",
    "casework_commitment",
    "casework_interviewstep",
    "casework_recheck",
    "casework_onwardstep",
    "casework_worksheetversion",
    "casework_worksheetstep",
    "casework_outsidestep",
    "casework_outsidepaper",
    "standing_facttakenback",
    "standing_eventchange",
    "publicity_noticetext",
    "publicity_noticestep",
    "standing_liststep",
    "standing_planstep",
    "standing_planmark",
    "standing_listpaper",
}
OWN = sorted(PROTECTED - HISTORY)


def visible(table: str) -> int:
    return int(one(f"SELECT count(*) FROM {table}"))


def as_units(literal: str) -> None:
    rows("SELECT set_config('app.units', %s, true)", literal)


def a_lead_in(district: int) -> Lead:
    with acting("city") as by:
        finding = (
            Finding.objects.filter(district_code=str(district), clearing="not_cleared").order_by("id").first()
        )
        assert finding is not None
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
    assert lead is not None
    return lead


# Each protected row carries seen_by …, kept by the action that moves it.


@in_rollback
@pytest.mark.parametrize("table", OWN)
def test_each_protected_row_carries_who_may_see_it(table: str) -> None:
    """Each protected row carries `seen_by bigint[]`."""
    kind, nullable = rows(
        "SELECT format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attname = 'seen_by'",
        table,
    )[0]
    assert (kind, nullable) == ("bigint[]", False)


@in_rollback
def test_a_lead_is_seen_by_origin_holder_and_city() -> None:
    """`seen_by` (unit ids: origin, present holder, city division …), kept by the action that moves it."""
    assert a_lead_in(XIQING).seen_by == sorted([CITY, XIQING])


@in_rollback
def test_a_finding_is_seen_by_its_district_and_the_city() -> None:
    """`seen_by` (unit ids: origin, present holder, city division …), kept by the action that moves it."""
    with acting("city"):
        for finding in Finding.objects.exclude(district_code=None):
            assert finding.seen_by == sorted([CITY, int(finding.district_code or 0)])


# scope() returns app.units as bigint[], empty when unset (fails closed).


@in_rollback
def test_scope_is_the_units_of_the_actor() -> None:
    """`scope()` returns `app.units` as bigint[]."""
    with acting("nankai"):
        assert one("SELECT scope()") == [NANKAI]
        assert one("SELECT pg_typeof(scope())::text") == "bigint[]"


@pytest.mark.parametrize("setting", [None, "", "{}"])
def test_scope_fails_closed(database: Database, setting: str | None) -> None:
    """`scope()` returns …, empty when unset (fails closed)."""
    with connected(database.app_url) as app, app.transaction():
        if setting is not None:
            app.execute("SELECT set_config('app.units', %s, true)", [setting])
        assert app.execute("SELECT scope()").fetchone() == ([],)
        for table in PROTECTED:
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_a_scope_that_is_no_list_of_units_is_an_error_and_shows_nothing(database: Database) -> None:
    """`scope()` … fails closed."""
    with (
        connected(database.app_url) as app,
        pytest.raises(psycopg.Error, match="malformed array literal"),
        app.transaction(),
    ):
        app.execute("SELECT set_config('app.units', '*', true)")
        app.execute("SELECT * FROM screening_finding")


# SELECT and UPDATE USING (seen_by && …), WITH CHECK (true) for UPDATE and INSERT.


@in_rollback
@pytest.mark.parametrize("table", sorted(PROTECTED - {"office_searchentry"}))
def test_the_policies_are_the_ones_written_down(table: str) -> None:
    """SELECT and UPDATE `USING (seen_by && (SELECT scope())::bigint[])`, `WITH CHECK (true)` for UPDATE and INSERT."""
    found = rows(
        "SELECT cmd, qual, with_check, roles::text FROM pg_policies"
        " WHERE tablename = %s AND policyname NOT LIKE '%%_with_%%' ORDER BY cmd",
        table,
    )
    if table in OWN:
        assert [row[0] for row in found] == ["INSERT", "SELECT", "UPDATE"]
        insert, select, update = found
        assert insert[1:3] == (None, "true")
        assert "seen_by && ( SELECT scope() AS scope)" in select[1] and select[2] is None
        assert (update[1], update[2]) == (select[1], "true")
    else:
        # History rows follow their record and are never updated by the application.
        assert [row[0] for row in found] == ["INSERT", "SELECT"]
        assert all("EXISTS" in (row[1] or row[2]) for row in found)
    assert {row[3] for row in found} == {"{public}"}


@in_rollback
@pytest.mark.parametrize("table", ["screening_caserow", "screening_run", "screening_finding"])
def test_what_a_case_brought_or_showed_follows_its_lead(table: str) -> None:
    """Whoever may see the lead may see it, and nobody else: the lead's own policy decides."""
    found = rows("SELECT cmd, coalesce(qual, with_check) FROM pg_policies WHERE tablename = %s", table)
    with_lead = {cmd for cmd, said in found if "casework_lead.key" in said and "case_key" in said}
    assert with_lead == ({"SELECT", "INSERT"} if table == "screening_caserow" else {"SELECT", "UPDATE"})


@in_rollback
def test_a_search_entry_has_the_policy_of_its_source() -> None:
    """`office.SearchEntry` …, written by actions, under the same policy as its source."""
    found = rows(
        "SELECT policyname, permissive, qual FROM pg_policies WHERE tablename = 'office_searchentry' ORDER BY 1"
    )
    sources = {
        "capture": "filings_capture",
        "dispatch": "dispatch_dispatch",
        "finding": "screening_finding",
        "lead": "casework_lead",
        "outside": "casework_outsidematter",
    }
    assert [row[:2] for row in found] == [
        ("asked", "RESTRICTIVE"),
        *((f"seen_as_{kind}", "PERMISSIVE") for kind in sources),
    ]
    assert all(source in row[2] for row, source in zip(found[1:], sources.values(), strict=True))


@in_rollback
def test_whoever_may_see_the_lead_may_see_its_finding() -> None:
    """Handing over adds the receiver: the file is handed over whole, the finding it came from included."""
    found = rows("SELECT tablename, cmd, qual FROM pg_policies WHERE policyname = 'seen_with_lead'")
    assert [row[:2] for row in found] == [("screening_finding", "SELECT")]
    assert "casework_lead" in found[0][2]


@in_rollback
def test_another_district_sees_and_updates_nothing() -> None:
    """SELECT and UPDATE `USING (seen_by && (SELECT scope())::bigint[])`."""
    lead = a_lead_in(XIQING)
    with acting("nankai") as by:
        assert rows("SELECT * FROM casework_lead WHERE key = %s", lead.key) == []
        assert rows("SELECT * FROM casework_leadstep WHERE lead_id = %s", lead.pk) == []
        with connection.cursor() as cursor:
            cursor.execute("UPDATE casework_lead SET holder_id = %s WHERE id = %s", [NANKAI, lead.pk])
            assert cursor.rowcount == 0
        with pytest.raises(Lead.DoesNotExist):
            casework.hand_over(
                lead_key=lead.key, to=Unit.objects.get(pk=NANKAI), reason="要", version=1, by=by
            )
    with acting("xiqing"):
        assert Lead.objects.get(pk=lead.pk).holder_id == XIQING


@in_rollback
def test_a_row_may_be_inserted_for_somebody_else() -> None:
    """`WITH CHECK (true)` for UPDATE and INSERT."""
    with acting("nankai") as by:
        rows(
            "INSERT INTO office_storedfile (key, sha256, name, size, content_type, scan, sealed, kept_at, seen_by)"
            " VALUES ('k', 's', 'n', 1, 't', 'clean', false, now(), %s)",
            [BINHAI],
        )
        audit.record(audit.Kind.FILE_KEPT, by=by, about=("file", "k"))
        assert not StoredFile.objects.filter(key="k").exists()
    with acting("binhai"):
        assert StoredFile.objects.filter(key="k").exists()


@in_rollback
def test_a_step_cannot_be_added_to_a_record_one_does_not_see() -> None:
    """Protected are also all copies: what hangs on a record is added only by those who see the record."""
    lead = a_lead_in(XIQING)
    post = officer("nankai").post_id
    with pytest.raises(DatabaseError, match="row-level security"), acting("nankai"):
        rows(
            "INSERT INTO casework_leadstep (lead_id, act, at, post_id, from_unit_id, reason)"
            " VALUES (%s, 'start', now(), %s, %s, '')",
            *(lead.pk, post, NANKAI),
        )


# Handing over adds the receiver; the sender stays until the file closes.


@in_rollback
def test_handing_over_adds_the_receiver_and_the_sender_stays() -> None:
    """Handing over adds the receiver; the sender stays until the file closes."""
    lead = a_lead_in(XIQING)
    with acting("xiqing") as by:
        to = Unit.objects.get(pk=BINHAI)
        casework.hand_over(lead_key=lead.key, to=to, reason="登记机关", version=1, by=by)
    for login, seen in (("city", True), ("xiqing", True), ("binhai", True), ("nankai", False)):
        with acting(login):
            assert Lead.objects.filter(pk=lead.pk).exists() is seen, login


@in_rollback
def test_nothing_runs_for_nobody() -> None:
    """The anonymous report enters through one SECURITY DEFINER function …; nothing else runs for nobody.

    Neither that function nor the receipt's is built yet, so no function runs with its owner's rights.
    """
    assert rows("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
    with scoped(actors.public("web")):
        assert {table: visible(table) for table in PROTECTED} == dict.fromkeys(PROTECTED, 0)


# Scope is set inside the transaction, by the access decorator that every route has.


def test_the_scope_ends_with_the_transaction(database: Database) -> None:
    """Scope is set **inside the transaction** …: `atomic()` + `set_config('app.units', …, true)`."""
    with acting("city"):
        assert connection.in_atomic_block
        assert visible("screening_finding") > 0
    assert one("SELECT current_setting('app.units', true)") in ("", None)
    assert visible("screening_finding") == 0
    with pytest.raises(ZeroDivisionError), acting("city"):
        raise ZeroDivisionError
    assert visible("screening_finding") == 0


@in_rollback
def test_an_inner_scope_gives_back_the_outer_one() -> None:
    """`with scoped(actor):` = `atomic()` + `set_config('app.units', …, true)`."""
    with acting("city"):
        with acting("nankai"):
            assert one("SELECT scope()") == [NANKAI]
        assert one("SELECT scope()") == [CITY]
        with pytest.raises(ZeroDivisionError), acting("nankai"):
            raise ZeroDivisionError
        assert one("SELECT scope()") == [CITY]
        with pytest.raises(IntegrityError), acting("nankai"):
            Unit.objects.create(id=CITY, name_zh="又一个", name_en="again", kind="city", parent=None)
        assert one("SELECT scope()") == [CITY]
    assert one("SELECT scope()") == []


@in_rollback
def test_a_fault_of_the_database_comes_out_of_a_scope_as_it_is() -> None:
    """`with scoped(actor):` = `atomic()` + …: leaving it never hides why the transaction broke."""
    with acting("city"):
        with pytest.raises(DatabaseError, match="division by zero"), acting("nankai"):
            rows("SELECT 1 / 0")
        assert one("SELECT scope()") == [CITY]


@in_rollback
def test_the_guard_opens_the_scope_of_the_post_and_closes_it() -> None:
    """Scope is set …, by the access decorator that every route has."""
    seen: list[object] = []

    def view(request: object) -> HttpResponse:
        seen.append((one("SELECT scope()"), connection.in_atomic_block))
        return HttpResponse("ok")

    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = Account.objects.get(login="nankai")
    assert guard(view, Permission.READ_LEADS)(request).status_code == 200
    assert seen == [([NANKAI], True)]
    assert one("SELECT scope()") == []


@in_rollback
def test_a_lazy_page_is_rendered_inside_the_scope() -> None:
    """Protected querysets are evaluated inside the view: no lazy template responses, no streaming over them."""
    from django.template import engines

    template = engines["django"].from_string("{% for lead in leads %}{{ lead.key }}{% endfor %}")
    lead = a_lead_in(NANKAI)

    def view(request: object) -> TemplateResponse:
        return TemplateResponse(request, template, {"leads": Lead.objects.all()})

    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = SimpleLazyObject(lambda: Account.objects.get(login="nankai"))
    assert lead.key in guard(view, AnyAccount("test"))(request).content.decode()


# Protected are also all copies.


@in_rollback
def test_a_marked_string_is_found_by_its_own_units_and_by_nobody_else_in_any_table() -> None:
    """A test plants a marked string in a lead and looks for it as another district through every table …"""
    plant(XIQING)
    for login, expected in (("xiqing", True), ("nankai", False), ("binhai", False), ("admin", False)):
        with acting(login):
            holding = text_holding(MARK)
            assert bool(holding) is expected, (login, holding)
    with acting("xiqing"):
        assert {table for table, _ in text_holding(MARK)} == PROTECTED - UNPLANTED
    with scoped(actors.public("web")):
        assert text_holding(MARK) == set()


@in_rollback
def test_arguments_of_jobs_are_keys() -> None:
    """Protected are also **all copies**: … job arguments (keys only)."""
    for (arguments,) in rows("SELECT args FROM procrastinate_jobs"):
        assert set(arguments if isinstance(arguments, dict) else json.loads(arguments)) <= {
            "key",
            "post",
            "timestamp",
        }


@in_rollback
def test_nothing_protected_lies_in_a_cache() -> None:
    """Protected are also **all copies**: … caches. Shared state lives in one UNLOGGED table."""
    assert (
        rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'm'")
        == []
    )
    unlogged = rows("SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'")
    assert unlogged == [("office_sharedstate",)]


@in_rollback
def test_detectors_read_published_text_only() -> None:
    """Protected are also **all copies**: … columnar copies (public filings only)."""
    from lantian.filings import queries

    with acting("city"):
        frame = queries.screened_frame()
    secret = frame.filter(frame["disclosure"] != "published")
    assert secret.height > 0
    assert secret.select("title", "abstract", "claim").null_count().row(0) == (secret.height,) * 3


@in_rollback
@pytest.mark.parametrize(
    "table", ["filings_patent", "registry_subject", "registry_agency", "registry_subjectalias"]
)
def test_filings_and_registry_carry_no_row_triggers_and_no_row_level_security(table: str) -> None:
    """filings, registry and captures carry no row triggers and no row-level security."""
    assert one("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table) is False
    assert (
        rows("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", table) == []
    )


@in_rollback
def test_text_that_is_not_published_cannot_lie_in_the_open_table() -> None:
    """(unpublished text is a separate protected table)."""
    assert (
        one(
            "SELECT count(*) FROM filings_patent WHERE disclosure <> 'published'"
            " AND coalesce(title, abstract, claim) IS NOT NULL"
        )
        == 0
    )
    with pytest.raises(IntegrityError, match="secret_text_lies_elsewhere"), transaction.atomic():
        rows("UPDATE filings_patent SET title = 'x' WHERE disclosure <> 'published'")
    with acting("city"):
        assert visible("filings_unpublishedtext") > 0
    with acting("nankai"):
        assert visible("filings_unpublishedtext") == 0


@in_rollback
def test_the_derivation_of_a_due_date_lies_in_the_protected_row() -> None:
    """Protected are also **all copies**: a lead's reasons are columns of the lead."""
    lead = a_lead_in(NANKAI)
    assert lead.due == date(2026, 12, 11) and lead.derivation["steps"]
    told = json.dumps(audit.history("lead", lead.key)[0].detail, ensure_ascii=False)
    assert told.isascii() and lead.subject_name not in told and lead.ground_zh not in told
