"""What papers refuse."""

from lantian.core.messages import Refused


class PaperRefused(Refused):
    """A paper cannot be drafted, approved or issued as asked."""


class StalePaper(PaperRefused):
    """Somebody else changed the paper after the page was opened."""
