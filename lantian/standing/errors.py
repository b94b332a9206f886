"""What this room refuses."""

from lantian.core.messages import Refused


class Stale(Refused):
    """Somebody else changed the record after the page was opened."""

    exit_code = 1


class StandingRefused(Refused):
    """An event, a repair, an objection, a class or a list entry cannot be recorded or decided as asked."""


class NoScore(Refused):
    """The subject has a file but no score: trademark agencies, companies, applicants."""
