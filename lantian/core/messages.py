"""Text in both languages, and refusals that say what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One message in Chinese and English.

    >>> Text("线索", "lead").pick("en")
    'lead'
    """

    zh: str
    en: str

    def pick(self, language: str) -> str:
        """Return the English text for `en…`, the Chinese one for every other language code."""
        return self.en if language.lower().startswith("en") else self.zh


class Refused(Exception):
    """What was asked cannot be done; the text says where the fault lies and what to do."""

    exit_code = 1

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


class WrongUse(Refused):
    """The call itself is wrong: an unknown name, a missing option."""

    exit_code = 2


class Unreadable(Refused):
    """The input cannot be read at all."""

    exit_code = 3


class NotAllowed(Refused):
    """This actor may not do this."""

    exit_code = 4
