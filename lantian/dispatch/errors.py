"""What dispatch refuses."""

from lantian.core.messages import Refused


class StaleDispatch(Refused):
    """Somebody else changed the record after the page was opened."""

    exit_code = 1


class DispatchRefused(Refused):
    """A dispatch, a row or a return sheet cannot be treated as asked."""
