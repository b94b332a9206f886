"""What screening refuses."""

from lantian.core.messages import Refused


class JudgementRefused(Refused):
    """A judgement is incomplete or cannot follow the one before."""


class RunRefused(Refused):
    """A run cannot be started as asked."""
