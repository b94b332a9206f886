"""How a subject stands today, with reasons: credit events, grades, lists, supervision class, repair, objection.

Two records never mix: the official grade is CNIPA's and is taken in with its source; our reckoning is internal
(内部测算，非评价结果) and never shown as official. Facts come from above by an act (`actions.record_fact`); findings
of machines are no input. What was known on a day can be asked for later: events, lists and official grades
are held on two axes of time. Writes: `actions`, `repairing`, `listing`, `classing`, `reckoning`, `intake`;
reads: `queries`; what may follow what: `states`.
"""
