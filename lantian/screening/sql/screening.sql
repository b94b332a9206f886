CALL protect('screening_run');
CALL protect('screening_finding');
CALL protect_with('screening_judgement', 'screening_finding', 'finding_id');
CALL append_only('screening_judgement');
-- Whoever may see the lead that came from a finding may see the finding, also an office that received it later.
CREATE POLICY seen_with_lead ON screening_finding FOR SELECT USING (
    EXISTS (SELECT FROM casework_lead WHERE origin_kind = 'finding' AND origin_key = screening_finding.key)
);
CALL searched_as('finding', 'screening_finding');

-- What a case brought, the runs over it and what they found: whoever may see its lead, and nobody else.
ALTER TABLE screening_caserow ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON screening_caserow FOR SELECT USING (
    EXISTS (SELECT FROM casework_lead WHERE casework_lead.key = screening_caserow.case_key)
);
CREATE POLICY added ON screening_caserow FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM casework_lead WHERE casework_lead.key = screening_caserow.case_key)
);
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT ON screening_caserow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();
CALL append_only('screening_caserow');
CREATE POLICY seen_with_case ON screening_run FOR SELECT USING (
    case_key <> '' AND EXISTS (SELECT FROM casework_lead WHERE casework_lead.key = screening_run.case_key)
);
CREATE POLICY changed_with_case ON screening_run FOR UPDATE USING (
    case_key <> '' AND EXISTS (SELECT FROM casework_lead WHERE casework_lead.key = screening_run.case_key)
);
CREATE POLICY seen_with_case ON screening_finding FOR SELECT USING (
    case_key <> '' AND EXISTS (SELECT FROM casework_lead WHERE casework_lead.key = screening_finding.case_key)
);
CREATE POLICY changed_with_case ON screening_finding FOR UPDATE USING (
    case_key <> '' AND EXISTS (SELECT FROM casework_lead WHERE casework_lead.key = screening_finding.case_key)
);

-- Who decided on the nightly run is no secret: the clock itself reads it, outside every scope.
CALL append_only('screening_nightlyorder');
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT ON screening_nightlyorder DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();

-- Which detectors an office takes is no secret; what it decided stays.
CALL append_only('screening_switch');
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT ON screening_switch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();

-- Who is who among published applicants is as open as the applications; what became of an id stays on record.
CALL append_only('screening_identitychange');
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT ON screening_identitychange DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();
