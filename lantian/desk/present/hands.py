"""A hidden hand as a picture and as sentences: which contact ties whom, and which are damped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lantian.core.messages import Text
from lantian.desk.present.words import label, said
from lantian.desk.subjects import file_of, files_of
from lantian.detect.networks import WORDS
from lantian.office.charts_net import Line, Node, network
from lantian.registry import queries as registry
from lantian.screening.hands import Counts, Hand, Party, Tie

DRAWN, TIES, NAMES, LONGEST = 14, 14, 6, 12
COUNTS: Mapping[Counts, Text] = {
    Counts.FULL: Text("全部计入", "counts in full"),
    Counts.DAMPED: Text("共用者较多，减弱计入", "counts less, for many share it"),
    Counts.HUB: Text("公共联系点，不计入", "a public hub: does not count"),
    Counts.AGENCY: Text("代理机构自己的联系方式，不计入", "an agency's own: does not count"),
}


def shown(hand: Hand) -> dict[str, Any]:
    """What the page says of a network: drawing, sentences, what is left out of the drawing."""
    letters = {tie: _letter(place) for place, tie in enumerate(hand.ties)}
    registered = registry.by_numbers([party.number for party in hand.parties if party.number])
    known = {subject.number: subject.name for subject in registered}
    names = {party.id: _called(party, known) for party in hand.parties}
    return {
        "drawing": _drawn(hand, letters, known),
        "ties": [_tie(tie, letters[tie], names) for tie in hand.ties[:TIES]],
        "left_out": max(len(hand.parties) - DRAWN, 0),
        "further": max(len(hand.ties) - TIES, 0) + hand.further,
        "hubs": sum(tie.counts in (Counts.HUB, Counts.DAMPED) for tie in hand.ties),
    }


def _called(party: Party, known: Mapping[str, str]) -> str:
    """The name as filed, and whose number was given where the register has it under another name."""
    other = known.get(party.number, party.name)
    return party.name if other == party.name else f"{party.name}（{other}）"


def _drawn(hand: Hand, letters: Mapping[Tie, str], known: Mapping[str, str]) -> str:
    parties, ties = hand.parties[:DRAWN], hand.ties[:TIES]
    place = {party.id: at for at, party in enumerate(parties)}
    files = files_of(party.number for party in parties)
    left = [
        Node(_short(known.get(party.number, party.name)), files.get(party.number, "")) for party in parties
    ]
    right = [Node(f"{label(WORDS[tie.kind])} {letters[tie]}", "", not tie.weight) for tie in ties]
    lines = [
        Line(place[id], at, tie.weight) for at, tie in enumerate(ties) for id in tie.parties if id in place
    ]
    words = {"parties": len(hand.parties), "ties": len(hand.ties)}
    return network(
        left,
        right,
        lines,
        label=_("关系图：%(parties)s 个申请人，%(ties)s 项共用的联系方式；下表逐项说明") % words,
    )


def _letter(place: int) -> str:
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def _tie(tie: Tie, letter: str, names: Mapping[str, str]) -> dict[str, Any]:
    sharing = [names[id] for id in tie.parties if id in names]
    words = {
        "names": "、".join(sharing[:NAMES]),
        "count": len(tie.parties),
        "kind": said(WORDS[tie.kind]),
        "shared": tie.shared,
    }
    if tie.brought:
        sentence = _(
            "%(names)s等 %(count)s 个申请人共用同一%(kind)s；本案材料中共有 %(shared)s 个申请人使用它。"
        )
    else:
        sentence = _sentence(len(sharing))
    return {
        "name": f"{label(WORDS[tie.kind])} {letter}",
        "value": tie.value,
        "sentence": sentence % words,
        "filings": len(tie.filings),
        "counts": label(COUNTS[tie.counts]),
        "damped": tie.counts is not Counts.FULL,
        "weight": tie.weight,
        "agency": file_of(tie.agency),
    }


def _sentence(sharing: int) -> str:
    return (
        _("%(names)s等 %(count)s 个申请人共用同一%(kind)s；全部已公开申请中共有 %(shared)s 个申请人使用它。")
        if sharing > NAMES
        else _("%(names)s共用同一%(kind)s；全部已公开申请中共有 %(shared)s 个申请人使用它。")
    )
