"""What casework refuses."""

from lantian.core.messages import Refused


class Stale(Refused):
    """Somebody else changed the record after the page was opened."""

    exit_code = 1


class LeadRefused(Refused):
    """A lead cannot be opened, moved or handed over as asked."""


class MeasureRefused(Refused):
    """A measure cannot be taken, recorded or closed as asked."""


class OutsideRefused(Refused):
    """A matter of an outside system cannot be noted or changed as asked."""


class CreditingRefused(Refused):
    """A matter cannot be put on a credit file as asked."""


class WorksheetRefused(Refused):
    """A worksheet cannot be begun, worked out or settled as asked."""
