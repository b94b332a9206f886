"""What PostgreSQL itself says of our tables, and where that differs from what was decided."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

from lantian.office.cluster import APP, OWNER
from lantian.office.grants import GRANTS

# Decided here once more, by hand: a table that loses its protection in a migration fails against this list.
PROTECTED = {
    "campaign_taskreport",
    "campaign_instructionstep",
    "campaign_statement",
    "campaign_programme",
    "campaign_task",
    "campaign_instruction",
    "campaign_publicityitem",
    "campaign_guidancepush",
    "campaign_sweepentry",
    "campaign_ledgerexport",
    "campaign_summary",
    "campaign_summaryversion",
    "campaign_summaryfigure",
    "campaign_summarystep",
    "campaign_story",
    "campaign_storyversion",
    "campaign_storystep",
    "campaign_monthclose",
    "campaign_frozencell",
    "campaign_returntemplate",
    "campaign_return",
    "campaign_returnstep",
    "dispatch_dispatch",
    "dispatch_dispatchrow",
    "dispatch_rowanswer",
    "dispatch_returnsheet",
    "dispatch_sheetupload",
    "dispatch_press",
    "dispatch_dispatchstep",
    "office_job",
    "office_searchentry",
    "office_storedfile",
    "office_intakebatch",
    "office_rowerror",
    "filings_unpublishedtext",
    "filings_capturerequest",
    "filings_capture",
    "filings_capturepart",
    "filings_capturereading",
    "filings_capturerecord",
    "screening_run",
    "screening_finding",
    "screening_caserow",
    "screening_judgement",
    "casework_lead",
    "casework_leadstep",
    "casework_interview",
    "casework_participant",
    "casework_attendance",
    "casework_commitment",
    "casework_interviewstep",
    "casework_rectification",
    "casework_recheck",
    "casework_onward",
    "casework_onwardstep",
    "casework_alertround",
    "casework_alert",
    "casework_worksheet",
    "casework_worksheetversion",
    "casework_worksheetstep",
    "casework_outsidematter",
    "casework_outsidestep",
    "casework_outsidepaper",
    "registry_directorydiff",
    "office_paper",
    "publicity_notice",
    "publicity_noticetext",
    "publicity_noticestep",
    "standing_creditevent",
    "standing_eventchange",
    "standing_reckoning",
    "standing_rehearsal",
    "standing_rehearsedmove",
    "standing_repair",
    "standing_objection",
    "standing_confirmedfact",
    "standing_facttakenback",
    "standing_supervisionclass",
    "standing_listentry",
    "standing_liststep",
    "standing_listspell",
    "standing_guidanceplan",
    "standing_planstep",
    "standing_planmark",
    "standing_listpaper",
    "office_paperversion",
    "office_paperapproval",
    "office_paperreview",
}
# Draw bundles join when they exist.
APPEND_ONLY = {
    "campaign_summaryversion",
    "campaign_summaryfigure",
    "campaign_summarystep",
    "campaign_storyversion",
    "campaign_storystep",
    "campaign_taskreport",
    "campaign_instructionstep",
    "campaign_statement",
    "campaign_frozencell",
    "campaign_returnstep",
    "dispatch_rowanswer",
    "dispatch_press",
    "dispatch_dispatchstep",
    "office_auditevent",
    "office_auditlink",
    "office_paperversion",
    "office_paperapproval",
    "office_paperreview",
    "office_papertemplate",
    "office_mandatebook",
    "office_mandateapproval",
    "office_rulebooktext",
    "office_rulebookedition",
    "office_rulebookdecision",
    "publicity_noticetext",
    "publicity_noticestep",
    "office_purposestatement",
    "office_unitname",
    "screening_judgement",
    "screening_caserow",
    "filings_capturepart",
    "filings_capturereading",
    "filings_capturerecord",
    "filings_lexicon",
    "filings_lexiconword",
    "screening_nightlyorder",
    "screening_switch",
    "screening_identitychange",
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
    "office_modulemode",
    "standing_eventchange",
    "standing_facttakenback",
    "standing_liststep",
    "standing_rehearsedmove",
    "standing_planstep",
    "standing_planmark",
    "standing_listpaper",
}

TABLES = """
SELECT c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity,
       coalesce((SELECT array_agg(coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type)
                 FROM aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
                 WHERE a.grantee <> c.relowner), '{}')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname
"""


def tables() -> list[tuple[Any, ...]]:
    """Every table and view as (name, owner, row-level security, ['role RIGHT', …])."""
    return rows(TABLES)


def differences() -> list[str]:
    """Every way in which a table differs from what was decided for it; empty when all is well."""
    found = []
    for name, owner, protected, rights in tables():
        if name not in GRANTS:
            found.append(f"{name} is not listed in grants.py")
            continue
        wanted = sorted(f"{APP} {right}" for right in GRANTS[name].split(", ") if right)
        if owner != OWNER:
            found.append(f"{name} belongs to {owner}")
        if sorted(rights) != wanted:
            found.append(f"{name}: {sorted(rights)} instead of {wanted}")
        if protected != (name in PROTECTED):
            found.append(f"{name}: row-level security is {'on' if protected else 'off'}")
    return found


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Rows of a statement (if it gives any) over the test's own connection, that of the application."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []


def one(statement: str, *parameters: object) -> Any:
    """The one value of a statement."""
    return rows(statement, *parameters)[0][0]


def connected(url: str, *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of its own, beside the test's."""
    return psycopg.connect(url, autocommit=autocommit)
