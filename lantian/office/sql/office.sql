ALTER TABLE office_auditevent ALTER COLUMN epoch SET DEFAULT current_epoch();
CALL append_only('office_auditevent');
CALL append_only('office_auditlink');
CALL protect('office_job');
CALL protect('office_storedfile');
CALL protect('office_intakebatch');
CALL protect_with('office_rowerror', 'office_intakebatch', 'batch_id');
CALL protect('office_paper');
CALL protect_with('office_paperversion', 'office_paper', 'paper_id');
CALL protect_with('office_paperapproval', 'office_paper', 'paper_id');
CALL protect_with('office_paperreview', 'office_paper', 'paper_id');
CALL append_only('office_paperversion');
CALL append_only('office_paperapproval');
CALL append_only('office_paperreview');
CALL append_only('office_papertemplate');
CALL append_only('office_mandatebook');
CALL append_only('office_mandateapproval');
CALL append_only('office_rulebooktext');
CALL append_only('office_rulebookedition');
CALL append_only('office_rulebookdecision');
CALL append_only('office_purposestatement');
CALL append_only('office_unitname');
CALL append_only('office_modulemode');
-- Rate limits and lock-outs, shared by all server processes; loss in a crash is harmless.
CREATE UNLOGGED TABLE office_sharedstate (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX office_sharedstate_expires ON office_sharedstate (expires);
