-- Worksheets of a case; versions and acts only grow.
CALL protect('casework_worksheet');
CALL protect_with('casework_worksheetversion', 'casework_worksheet', 'worksheet_id');
CALL append_only('casework_worksheetversion');
CALL protect_with('casework_worksheetstep', 'casework_worksheet', 'worksheet_id');
CALL append_only('casework_worksheetstep');
