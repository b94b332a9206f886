"""What this room refuses."""

from lantian.core.messages import Refused


class Stale(Refused):
    """Somebody else changed the record after the page was opened, or the text is not the one that was looked at."""

    exit_code = 1


class PublicityRefused(Refused):
    """A publication, correction or withdrawal cannot be recorded or decided as asked."""
