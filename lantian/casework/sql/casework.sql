CALL protect('casework_lead');
CALL protect_with('casework_leadstep', 'casework_lead', 'lead_id');
CALL append_only('casework_leadstep');
CALL searched_as('lead', 'casework_lead');
