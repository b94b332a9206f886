"""Web pages as evidence: what was read from an address, when, through which hosts, with its digest.

The pure part (`policy`, `fetching`, `robots`, `taking`, `picture`, `folder`) knows no Django and is what
`lantian capture` runs: configured hosts only, robots.txt heard, one request at a time, no cookies, no private
addresses. The room's part (`models`, `actions`, `queries`) keeps captures for good: rows only grow, bytes are sealed.
A capture is material for a lead, never evidence by itself: two officers take evidence again and record it.
"""
