"""Figures: what a return counts. A flow says which records have a day in a month; a figure picks among them.

Flows are the few queries, figures dated, defined data (`rulebooks/figures.toml`): every number opens its records.
"""
