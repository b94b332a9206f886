"""The seeded synthetic Tianjin: agencies and their registers, companies, filings, and the truth of what is planted.

Promise: everything is invented by rule from a seed and a size; the same seed and size give the same bytes.
No real person or firm, no third-party text. No Django, no clock, no database.
Entry: `lantian.city.city.build` and `lantian.city.city.write`; sizes (tiny, demo, full) in `lantian.city.sizes`;
offices in `lantian.city.divisions`.
"""
