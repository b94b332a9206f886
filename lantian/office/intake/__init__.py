"""Intake: a file of one canonical table becomes rows, with provenance and row errors.

A chain of small steps: read a window → name the columns → shape the cells → check the rows → move them.
Each window is one transaction that commits its rows, its errors and its cursor together, so a killed intake
goes on where it was, and the same file twice changes nothing.
"""
