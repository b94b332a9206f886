"""Schemes: the offences that the detectors beyond P01 and P10 look for, and what looks alike and is lawful.

Planted in single published filings and in the registers of a city whose size asks for them (`Size.schemes`);
every one is written down in `truth`. `before` changes filings and registers in the making, `after` adds the
tables that follow from finished filings. Entry: `lantian.city.schemes.planting`.
"""
