"""Words in the reader's language, and the names of offices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language

from lantian.core.messages import Text
from lantian.office.models import Unit

KIND_TEXTS: dict[str, Text] = {
    "invention": Text("发明", "invention"),
    "utility_model": Text("实用新型", "utility model"),
    "design": Text("外观设计", "design"),
}


def language() -> str:
    """The language of the screen."""
    return get_language() or ""


def said(text: Text) -> str:
    """One text in the language of the screen."""
    return text.pick(language())


def label(text: Text) -> str:
    """A text that stands alone, such as a state: with a capital letter where the language has them."""
    words = said(text)
    return words[:1].upper() + words[1:]


def either(zh: str, en: str) -> str:
    """One of two stored texts; the Chinese one where the English one is missing."""
    return said(Text(zh, en or zh))


def kind_of_application(kind: str | None) -> str:
    """The kind of an application in words."""
    return label(KIND_TEXTS[kind]) if kind in KIND_TEXTS else "—"


@dataclass(frozen=True)
class Offices:
    """Every office by id, read once a page."""

    by_id: Mapping[int, Unit]

    @property
    def city(self) -> Unit:
        """The city office."""
        return next(unit for unit in self.by_id.values() if unit.kind == Unit.Kind.CITY)

    def of_district(self, code: str | None) -> Unit:
        """The office with jurisdiction over a district, as casework places it: else the city."""
        known = self.by_id.get(int(code)) if code and code.isdigit() else None
        return known if known and known.closed_on is None else self.city

    def names(self, ids: Iterable[int]) -> list[str]:
        """Names of offices, in the order of their ids, each once."""
        return [self.by_id[unit].name(language()) for unit in sorted(set(ids)) if unit in self.by_id]


def offices() -> Offices:
    """Read the offices."""
    return Offices({unit.pk: unit for unit in Unit.objects.order_by("id")})
