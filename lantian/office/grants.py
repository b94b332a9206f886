"""What the application's database role may do, table by table; `lantian migrate` applies it.

A table that is not listed here gets nothing, and a test fails. DELETE is granted only where rows are
machinery (sessions, rate limits, the queue); records are never deleted by the application.
"""

from __future__ import annotations

from django.db import connection

from lantian.office.cluster import APP

READ = "SELECT"
APPEND = "SELECT, INSERT"
WRITE = "SELECT, INSERT, UPDATE"
MACHINERY = "SELECT, INSERT, UPDATE, DELETE"

GRANTS: dict[str, str] = {
    # append-only
    "office_auditevent": APPEND,
    "office_auditlink": APPEND,
    "screening_judgement": APPEND,
    "office_mandatebook": APPEND,
    "office_mandateapproval": APPEND,
    "office_rulebooktext": APPEND,
    "office_rulebookedition": APPEND,
    "office_rulebookdecision": APPEND,
    "office_papertemplate": APPEND,
    "office_paperversion": APPEND,
    "office_paperapproval": APPEND,
    "office_paperreview": APPEND,
    "office_purposestatement": APPEND,
    "office_unitname": APPEND,
    "office_modulemode": APPEND,
    "screening_nightlyorder": APPEND,
    "filings_capturepart": APPEND,
    "filings_capturereading": APPEND,
    "filings_capturerecord": APPEND,
    "filings_lexicon": APPEND,
    "filings_lexiconword": APPEND,
    "screening_switch": APPEND,
    "screening_identitychange": APPEND,
    # records
    "office_unit": WRITE,
    "office_plate": WRITE,
    "office_account": WRITE,
    "office_post": WRITE,
    "office_job": WRITE,
    "office_storedfile": WRITE,
    "office_intakebatch": WRITE,
    "office_rowerror": APPEND,
    "office_counter": WRITE,
    "office_paper": WRITE,
    "office_searchentry": WRITE,
    "office_publicentry": WRITE,
    "registry_subject": WRITE,
    "registry_subjectalias": WRITE,
    "registry_agency": WRITE,
    "registry_company": WRITE,
    "registry_practitioner": WRITE,
    "registry_registerfact": WRITE,
    "registry_directorydiff": WRITE,
    "filings_patent": WRITE,
    "filings_unpublishedtext": WRITE,
    "filings_unpublishedgrant": WRITE,
    "filings_capturerequest": WRITE,  # a trigger lets only `seen_by` change
    "filings_capture": WRITE,
    "filings_openrow": WRITE,
    "screening_tally": WRITE,
    "screening_mention": WRITE,
    "screening_run": WRITE,
    "screening_finding": WRITE,
    "screening_caserow": APPEND,
    "casework_lead": WRITE,
    "casework_leadstep": APPEND,
    "casework_interview": WRITE,
    "casework_participant": APPEND,
    "casework_attendance": APPEND,
    "casework_commitment": APPEND,
    "casework_interviewstep": APPEND,
    "casework_rectification": WRITE,
    "casework_recheck": APPEND,
    "casework_onward": WRITE,
    "casework_onwardstep": APPEND,
    "casework_alertround": WRITE,
    "casework_alert": WRITE,
    "casework_worksheet": WRITE,
    "casework_worksheetversion": APPEND,
    "casework_worksheetstep": APPEND,
    "casework_outsidematter": WRITE,
    "casework_outsidestep": APPEND,
    "casework_outsidepaper": APPEND,
    "dispatch_dispatch": WRITE,
    "dispatch_dispatchrow": WRITE,
    "dispatch_rowanswer": APPEND,
    "dispatch_returnsheet": WRITE,
    "dispatch_sheetupload": WRITE,
    "dispatch_press": APPEND,
    "dispatch_dispatchstep": APPEND,
    "campaign_taskreport": APPEND,
    "campaign_instructionstep": APPEND,
    "campaign_statement": APPEND,
    "campaign_programme": WRITE,
    "campaign_task": WRITE,
    "campaign_instruction": WRITE,
    "campaign_publicityitem": WRITE,
    "campaign_guidancepush": WRITE,
    "campaign_sweepentry": WRITE,
    "campaign_ledgerexport": WRITE,
    "campaign_summary": WRITE,
    "campaign_summaryversion": APPEND,
    "campaign_summaryfigure": APPEND,
    "campaign_summarystep": APPEND,
    "campaign_story": WRITE,
    "campaign_storyversion": APPEND,
    "campaign_storystep": APPEND,
    "campaign_monthclose": WRITE,
    "campaign_frozencell": APPEND,
    "campaign_returntemplate": WRITE,
    "campaign_return": WRITE,
    "campaign_returnstep": APPEND,
    "publicity_notice": WRITE,
    "publicity_noticetext": APPEND,
    "publicity_noticestep": APPEND,
    "standing_creditevent": WRITE,
    "standing_eventchange": APPEND,
    "standing_reckoning": WRITE,
    "standing_rehearsal": WRITE,
    "standing_rehearsedmove": APPEND,
    "standing_repair": WRITE,
    "standing_objection": WRITE,
    "standing_confirmedfact": WRITE,
    "standing_facttakenback": APPEND,
    "standing_supervisionclass": WRITE,
    "standing_listentry": WRITE,
    "standing_liststep": APPEND,
    "standing_listspell": WRITE,
    "standing_guidanceplan": WRITE,
    "standing_planstep": APPEND,
    "standing_planmark": APPEND,
    "standing_listpaper": APPEND,
    "standing_officialgrade": WRITE,
    "standing_qualitygrade": WRITE,
    # machinery
    "office_progress": WRITE,
    "office_sharedstate": MACHINERY,
    "django_session": MACHINERY,
    "mfa_authenticator": MACHINERY,
    "procrastinate_jobs": MACHINERY,
    "procrastinate_events": MACHINERY,
    "procrastinate_periodic_defers": MACHINERY,
    "procrastinate_workers": MACHINERY,
    "office_epoch": READ,  # the owner opens one
    # Django's own, read at start
    "django_migrations": READ,
    "django_content_type": READ,
    "auth_permission": "",
    "auth_group": "",
    "auth_group_permissions": "",
    "account_emailaddress": READ,
    "account_emailconfirmation": "",
}


def apply_grants() -> None:
    """Take everything from the application's role, then grant what the table above says. Runs as owner."""
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP}, PUBLIC")
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP}, PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}")
        for table, rights in GRANTS.items():
            if rights:
                cursor.execute(f"GRANT {rights} ON {table} TO {APP}")
