"""What every room stands on: people and posts, audit, intake, files, jobs, numbers, charts.

Writes go through the `…/actions` and the modules named after what they do (`audit.record`, `jobs.defer`,
`files.keep`, `numbers.next_number`); every write has an actor and leaves an audit event. Nothing here knows
an agency, a filing or a lead. The database refuses what a mistake in Python would let through: two roles,
row-level security by `seen_by`, append-only tables, and no protected change without its event.
"""
