"""Nobody changes, removes, adds or swaps a sealed event unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lantian.core.chain import ORIGIN, Link, Verdict, canonical, digest_of, link_digest, verify

EVENTS = [{"kind": "lead.opened", "about": f"lead:{n}", "by": "account:7"} for n in range(1, 6)]


def sealed(events: Iterable[Mapping[str, Any]]) -> list[Link]:
    links, head = [], ORIGIN
    for seq, event in enumerate(events, start=1):
        head = link_digest(head, seq, digest_of(event))
        links.append(Link(seq, event, head))
    return links


def test_an_untouched_chain_holds_and_gives_its_head() -> None:
    links = sealed(EVENTS)
    assert verify(links) == Verdict(True, 5, links[-1].digest, None)


def test_an_empty_chain_holds_at_its_origin() -> None:
    assert verify([]) == Verdict(True, 0, ORIGIN, None)


def test_a_link_can_be_recomputed_with_any_checksum_program() -> None:
    event = b'{"about":"lead:1","by":"account:7","kind":"lead.opened"}'
    assert canonical(EVENTS[0]) == event
    inner = hashlib.sha256(event).hexdigest()
    assert sealed(EVENTS)[0].digest == hashlib.sha256(f"{'0' * 64}:1:{inner}".encode()).hexdigest()


def test_the_order_of_keys_does_not_matter_but_every_value_does() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of({"a": 1, "b": 2}) != digest_of({"a": 1, "b": "2"})


@given(st.integers(0, 4))
def test_a_changed_event_is_found_at_its_place(place: int) -> None:
    links = sealed(EVENTS)
    links[place] = replace(links[place], event={**EVENTS[place], "by": "account:8"})
    verdict = verify(links)
    assert (verdict.ok, verdict.first_bad, verdict.length) == (False, place + 1, place)


@given(st.integers(0, 3))
def test_a_removed_event_is_found_at_its_place(place: int) -> None:
    links = sealed(EVENTS)
    del links[place]
    assert verify(links).first_bad == place + 1


@given(st.integers(0, 3))
def test_a_removed_and_renumbered_event_is_found_too(place: int) -> None:
    links = sealed(EVENTS)
    del links[place]
    assert verify([replace(link, seq=seq) for seq, link in enumerate(links, start=1)]).first_bad == place + 1


@given(st.permutations(range(5)).filter(lambda order: order != list(range(5))))
def test_swapped_events_are_found_at_the_first_strange_place(order: list[int]) -> None:
    links = sealed(EVENTS)
    first = next(place for place, was in enumerate(order) if place != was)
    assert verify([links[was] for was in order]).first_bad == first + 1
    renumbered = [replace(links[was], seq=seq) for seq, was in enumerate(order, start=1)]
    assert verify(renumbered).first_bad == first + 1


def test_a_chain_alone_does_not_see_that_its_end_was_cut_but_a_published_head_does() -> None:
    links = sealed(EVENTS)
    heads = {5: links[4].digest}
    assert verify(links[:3]).ok
    verdict = verify(links[:3], heads)
    assert (verdict.ok, verdict.length, verdict.first_bad) == (False, 3, 5)


def test_a_chain_rewritten_from_start_to_end_differs_from_a_published_head() -> None:
    heads = {seq: link.digest for seq, link in enumerate(sealed(EVENTS), start=1) if seq in (2, 4)}
    forged = sealed([EVENTS[0], EVENTS[1], {**EVENTS[2], "by": "account:8"}, *EVENTS[3:]])
    assert verify(forged).ok
    assert verify(forged, heads).first_bad == 4
    assert verify(sealed(EVENTS), heads).ok


def test_events_added_after_a_published_head_do_not_disturb_it() -> None:
    heads = {3: sealed(EVENTS)[2].digest}
    assert verify(sealed(EVENTS), heads).ok
