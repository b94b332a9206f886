"""Ground rules, "Database roles": one test a sentence."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import DatabaseError, connection

from lantian.office.cluster import APP, OWNER
from lantian.office.grants import GRANTS
from tests.conftest import Database
from tests.early import ROOT
from tests.security.catalogue import APPEND_ONLY, connected, differences, one, rows, tables


@pytest.mark.django_db
def test_the_tables_have_one_owner() -> None:
    """`lantian_owner` owns tables, runs migrations, dumps."""
    assert {owner for _, owner, _, _ in tables()} == {OWNER}
    # Functions of an extension belong to whoever may install it.
    loose = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) <> %s"
        " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')",
        OWNER,
    )
    assert loose == []


@pytest.mark.django_db
def test_the_owner_reads_past_row_level_security_so_that_a_dump_is_whole() -> None:
    """`lantian_owner` owns tables, runs migrations, dumps."""
    assert not one(
        "SELECT bool_or(relforcerowsecurity) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )


@pytest.mark.django_db
def test_the_application_is_nothing_more_than_a_login() -> None:
    """Two logins."""
    rights = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    for role, may_create in ((APP, False), (OWNER, True)):
        assert rows(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", role) == [
            (False, False, may_create, False, False)
        ]
        assert rows("SELECT roleid FROM pg_auth_members WHERE member = %s::regrole", role) == []


@pytest.mark.django_db
def test_the_application_cannot_become_the_owner() -> None:
    """Two logins."""
    with pytest.raises(DatabaseError, match="permission denied to set role"):
        rows(f"SET ROLE {OWNER}")


@pytest.mark.django_db
def test_the_application_creates_no_table() -> None:
    """`lantian_app` runs server and workers: SELECT, INSERT, UPDATE where needed."""
    with pytest.raises(DatabaseError, match="permission denied for schema public"):
        rows("CREATE TABLE mine (x int)")


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["DISABLE ROW LEVEL SECURITY", "DISABLE TRIGGER ALL"])
def test_the_application_cannot_lift_the_protection(statement: str) -> None:
    """`lantian_app` runs server and workers: SELECT, INSERT, UPDATE where needed."""
    with pytest.raises(DatabaseError, match="must be owner of table casework_lead"):
        rows(f"ALTER TABLE casework_lead {statement}")


def test_records_are_never_deleted_by_the_application() -> None:
    """DELETE only where `office.retention` needs it (not built yet): today on the machinery alone."""
    may_delete = {table for table, rights in GRANTS.items() if "DELETE" in rights}
    assert may_delete == {
        "office_sharedstate",
        "django_session",
        "mfa_authenticator",
        "procrastinate_jobs",
        "procrastinate_events",
        "procrastinate_periodic_defers",
        "procrastinate_workers",
    }


def _key(table: str) -> str:
    return "digest" if "audit" in table or table == "office_rulebooktext" else "id"


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_an_append_only_table_refuses_the_application(table: str, statement: str) -> None:
    """INSERT and SELECT only on append-only tables; append-only is a missing grant …"""
    assert GRANTS[table] == "SELECT, INSERT"
    with pytest.raises(DatabaseError, match=f"permission denied for table {table}"):
        rows(statement.format(table, _key(table), "null"))


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_an_append_only_table_refuses_its_owner(database: Database, table: str) -> None:
    """… plus one plain SQL trigger for the owner's own mistakes."""
    column = _key(table)
    with connected(database.owner_url) as owner:
        for statement in (
            f"UPDATE {table} SET {column} = null",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(psycopg.Error, match="is append-only"):
                owner.execute(statement)


@pytest.mark.django_db
def test_the_trigger_is_plain_sql() -> None:
    """… plus one plain SQL trigger …; no pgtrigger."""
    guarded = rows(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'refuse_change'::regproc AND tgenabled = 'O'"
        " AND tgtype & 16 <> 0"
    )
    assert {name for (name,) in guarded} == APPEND_ONLY
    assert (
        one("SELECT count(*) FROM pg_proc WHERE proname LIKE 'pgtrigger%%' OR proname LIKE 'pghistory%%'")
        == 0
    )


@pytest.mark.django_db
def test_the_tests_run_as_the_application() -> None:
    """Tests run as app."""
    assert rows("SELECT session_user, current_user") == [(APP, APP)]


@pytest.mark.django_db
def test_every_table_has_the_owner_grants_and_protection_decided_for_it() -> None:
    """A catalogue test lists every table with owner, row-level security, grants."""
    assert differences() == []
    assert {name for name, *_ in tables()} == set(GRANTS)


def test_an_unlisted_table_fails(database: Database) -> None:
    """… an unlisted table fails."""
    with connected(database.owner_url) as owner:
        owner.execute("CREATE TABLE secret_copy AS SELECT * FROM casework_lead")
        owner.execute("ALTER TABLE screening_finding DISABLE ROW LEVEL SECURITY")
        owner.execute("GRANT DELETE ON casework_lead TO lantian_app")
        owner.execute("GRANT SELECT ON office_job TO PUBLIC")
    said = "\n".join(differences())
    assert "secret_copy is not listed" in said
    assert "screening_finding: row-level security is off" in said
    assert "casework_lead: " in said and "lantian_app DELETE" in said
    assert "PUBLIC SELECT" in said


def test_an_unlisted_table_gives_the_application_nothing(database: Database) -> None:
    """… an unlisted table fails: the application cannot even read it."""
    with connected(database.owner_url) as owner:
        owner.execute("CREATE TABLE stray (x int)")
    with pytest.raises(DatabaseError, match="permission denied for table stray"):
        rows("SELECT * FROM stray")
    connection.close()


def test_migrating_without_the_owner_refuses_and_says_why() -> None:
    """Absent in production: `lantian migrate` refuses and says why."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "lantian", "migrate"],
        env={**kept, "DATABASE_URL": "postgresql://lantian_app@/nowhere", "LANG": "C.UTF-8"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "DATABASE_OWNER_URL" in done.stderr and "owner of the tables" in done.stderr
    assert done.stdout == ""


def test_the_embedded_cluster_brings_both_logins() -> None:
    """Embedded: both made for you."""
    from lantian.config import environment

    env = environment.read({"LANTIAN_HOME": "/nowhere"})
    assert env.app_url.startswith(f"postgresql://{APP}@")
    assert env.owner_url is not None and env.owner_url.startswith(f"postgresql://{OWNER}@")


def test_a_production_database_has_only_the_owner_it_is_given() -> None:
    """`DATABASE_URL` = app, `DATABASE_OWNER_URL` = owner (…; absent in production …)."""
    from lantian.config import environment

    given = {"LANTIAN_HOME": "/nowhere", "DATABASE_URL": "postgresql://lantian_app@db/lantian"}
    assert environment.read(given).owner_url is None
    owner = "postgresql://lantian_owner@db/lantian"
    assert environment.read({**given, "DATABASE_OWNER_URL": owner}).owner_url == owner
