"""Letters and lists from above: taken in once, split by office, forwarded, pressed, merged, answered.

One dispatch (交办件) is one incoming letter with its rows. Rows go to an office with the reason why; what nobody
can place waits in the city's queue and is never guessed. Offices answer on screen or by sending their return sheet
(反馈表) back; nothing is overwritten silently. To assign (交办), forward (转办), press (督办), refer up (上报) and
transfer (移送) are different acts with records of their own. A row becomes a lead only by an officer's act.
Writes: `actions`, `sending`, `answers`, `returning`, `closing`; reads: `queries`; what may follow what: `states`.
"""
