"""Credit of agencies and practitioners: an internal reckoning (内部测算，非评价结果) that anyone can repeat.

Events and a dated rule book go in; out comes a statement "as of day D, as known on day K" whose every line names
the event, the clause, the points, the days it holds and how sure the rule is. The official grade is CNIPA's.
"""
