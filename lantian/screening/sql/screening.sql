CALL protect('screening_run');
CALL protect('screening_finding');
CALL protect_with('screening_judgement', 'screening_finding', 'finding_id');
CALL append_only('screening_judgement');
