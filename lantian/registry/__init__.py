"""Who is supervised: one Subject per credit code or licence number, agencies, and names that mean the same.

A merge adds an alias and re-keys nothing, so it can be undone; queries resolve aliases at the door.
Writes: `actions`; reads: `queries`; the intake of directories: `intake`.
"""
