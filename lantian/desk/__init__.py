"""Officers' pages: the only place where rooms meet on one screen.

A page takes the scope that its guard opened, asks one or two queries, calls at most one action, and renders.
No law and no decision lives here. One module a page group; templates in `templates/desk/`.
"""
