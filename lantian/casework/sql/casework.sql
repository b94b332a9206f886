CALL protect('casework_lead');
CALL protect('casework_leadstep');
CALL append_only('casework_leadstep');
