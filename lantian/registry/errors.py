"""What the registry refuses."""

from lantian.core.messages import Refused


class MergeRefused(Refused):
    """Two subjects cannot be merged or parted as asked."""
