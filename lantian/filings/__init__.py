"""What the supervised did: patent applications as taken in, with provenance.

Published text stands in the table `Patent`; unpublished text is secret (专利法 art. 21) and lies in a protected
table of its own that only units holding it may see, with a permission of its own. Unknown counts as unpublished.
Intake: `intake`; reads: `queries`.
"""
