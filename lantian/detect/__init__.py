"""What files alone can tell: detectors and the near-duplicate engine, frames in, frames out.

Pure: tables, day and dated parameters arrive as arguments; nothing here asks a database, a clock, a setting
or a random source, and nothing knows Django. The same input gives the same bytes, in any block size.

`near` finds near-duplicate texts; one module a detector (`p01`, …) turns tables into findings; `clearing`
says which pairs the law permits; `passages` shows where two texts agree; `parameters` reads the dated rule
book. A finding is never an accusation: it says what was seen, where to look, which rule may be touched, and
the strongest innocent explanation.
"""
