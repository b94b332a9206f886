"""Leads as a road: opened by an officer's recorded act, verified within the legal time, handed over.

The clock of a lead starts at that act (law: 市场监督管理行政处罚程序规定 art. 18; the start is an interpretation and
shown as such). Every step appends to the lead's history; the sender of a hand-over keeps sight of it.
Writes: `actions`; reads: `queries`; what may follow what: `states`.
"""
