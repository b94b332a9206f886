"""The clause of a ground as a text for outside may name it: what nobody has read is left for the officer to type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lantian.core.rulebook import Confidence, RuleVersion

UNREAD = "未核"  # the mark in place of an article that was not seen
KNOWN = (Confidence.TEXT, Confidence.TEXT_SECONDARY)  # that there is such an instrument


def cited(rule: RuleVersion, ground: Mapping[str, Any]) -> str:
    """Instrument and article of a ground, as far as they are known; empty where the instrument itself is in doubt.

    An article is named only where the instrument was read, the instrument alone where a text about it was.
    """
    if rule.confidence not in KNOWN:
        return ""
    article = str(ground["article_zh"])
    read = rule.confidence is Confidence.TEXT and UNREAD not in article
    return f"{rule.basis.instrument.zh}{article}" if read else rule.basis.instrument.zh
