"""The ledger of public notices: what is published about whom, where, on which ground, since when, until when.

A duty arises from a decision of an upper room (`actions.owe`) and ends with the removal, repair or annulment of what
it rests on (`actions.fall_away`; by hand with two persons: `reviewing`) or by its last day (`sweeping`). What leaves
the house is a redacted text by rule, decided by one person and approved by another (`deciding`); where it stands is
recorded channel by channel, the statutory ones first, with every period that runs (`publishing`). Reads: `queries`;
what may follow what: `states`.
"""
