CALL protect('screening_run');
CALL protect('screening_finding');
CALL protect('screening_judgement');
CALL append_only('screening_judgement');
