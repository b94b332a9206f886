"""What the registry refuses."""

from lantian.core.messages import Refused


class MergeRefused(Refused):
    """Two subjects cannot be merged or parted as asked."""


class PlacingRefused(Refused):
    """Bodies of the city's queue cannot be placed as asked."""


class DirectoryRefused(Refused):
    """Differences of a directory cannot be decided as asked."""
