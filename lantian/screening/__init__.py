"""Runs of detectors, their findings, and officers' judgements: two records that never mix.

A finding is a data comparison (数据比对提示), not a lead: it has no due date, and the legal clock starts only when an
officer turns it into a lead. Judgements are appended and superseded, never overwritten.
Writes: `actions`; the job of a run: `run`; reads: `queries`; what a judgement may say: `states`.
"""
