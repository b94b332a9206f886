-- Notes of matters that live in outside systems; their versions and papers only grow.
CALL protect('casework_outsidematter');
CALL searched_as('outside', 'casework_outsidematter');
CALL protect_with('casework_outsidestep', 'casework_outsidematter', 'matter_id');
CALL append_only('casework_outsidestep');
CALL protect_with('casework_outsidepaper', 'casework_outsidematter', 'matter_id');
CALL append_only('casework_outsidepaper');
