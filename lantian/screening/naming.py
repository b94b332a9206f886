"""Whom a finding is about, in words: a group without a name of its own is called by its first members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lantian.core.messages import Text
from lantian.detect import p01
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.screening.models import Finding

NAMED, ASKED = 2, 20
NAMELESS = Text("未载明代理机构的一组申请", "a group of applications without an agency on file")
MORE = Text("{names}等 {count} 方", "{names} and others, {count} in all")


def called(finding: Finding) -> Text:
    """The name of a finding's subject; of a network the names of its first members and how many there are."""
    if finding.subject_name:
        return Text(finding.subject_name, finding.subject_name)
    if finding.detector == p01.ID or not finding.members:
        return NAMELESS
    told = names_of(finding.members[:ASKED])
    named = [
        name for member, name in told.items() if name != member
    ]  # a bare number only where nobody has a name
    names = [*dict.fromkeys(named or told.values())][:NAMED]
    zh, en, count = "、".join(names), ", ".join(names), len(finding.members)
    if count <= len(names):
        return Text(zh, en)
    return Text(MORE.zh.format(names=zh, count=count), MORE.en.format(names=en, count=count))


def names_of(members: Iterable[str]) -> dict[str, str]:
    """Names of members of a finding by their references: of a number whom the register has under it."""
    wanted = list(members)
    known = registry.find_all(wanted)
    return {member: _name(member, known) for member in wanted}


def _name(member: str, known: Mapping[str, Subject]) -> str:
    kind, _, rest = member.partition(":")
    if kind == "name":
        return rest
    if kind == "person":
        return rest.rpartition(":")[0] or rest
    return known[member].name if member in known else member
