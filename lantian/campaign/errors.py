"""What the campaign refuses."""

from lantian.core.messages import Refused


class Stale(Refused):
    """Somebody else changed the record after the page was opened."""

    exit_code = 1


class CampaignRefused(Refused):
    """A record of the campaign cannot be made or moved as asked."""
