"""Runs of detectors, their findings, and officers' judgements: two records that never mix.

A finding is a data comparison (数据比对提示), not a lead: it has no due date, and the legal clock starts only when an
officer turns it into a lead. Judgements are appended and superseded, never overwritten.
Runs read what was taken in, at night public data alone (`tables`). Findings are ordered by expected value, detectors
below the published threshold are review only (`ranking`, `cards`); an office takes a detector or not (`switches`,
`forecast`); hidden hands are taken apart when opened (`hands`).
Writes: `actions`; the job of runs: `run`, `schedule`; reads: `queries`; what a judgement may say: `states`.
"""
