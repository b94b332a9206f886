"""Whatever a citizen, an agency or a court may ask us to recompute.

Pure and standard library only: date, seed, rule sheet and facts arrive as arguments;
nothing here asks a clock, a database, a setting or a random source.
"""
