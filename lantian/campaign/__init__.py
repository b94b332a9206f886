"""The campaign: programme and tasks, leaders' instructions with pressing, ledgers, evaluation of districts.

A ledger (台账) is a view of records, never a table typed beside them; only what no other room keeps is recorded
here: publicity, guidance of enterprises, the sweep for unlicensed practice. Districts are evaluated by
timeliness, completeness, closure and publicity, never by fines or numbers of penalties.
Writes: `actions`; reads: `queries` and `ledgers`; what may follow what: `states`.
"""
