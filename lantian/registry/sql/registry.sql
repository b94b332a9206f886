CALL two_axes('registry_registerfact', 'subject_id WITH =, kind WITH =, item WITH =');
CALL protect('registry_directorydiff');
