"""Hidden hands: a shared contact ties, a hub does not, and the words say which links tie whom."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lantian.core.rulebook import shipped
from lantian.detect.detectors import DECLARED
from lantian.detect.networks import Damping, Network, networks, weighted
from lantian.detect.parameters import FILE, read
from lantian.detect.rules import rules_of
from tests.detect.tables import ON

SCHEMA = {"party": pl.String, "kind": pl.String, "value": pl.String}


def nets(*links: tuple[str, str, str]) -> list[tuple[str, ...]]:
    return [net.members for net in found(links)]


def found(links: Sequence[tuple[str, str, str]], text: str = shipped(FILE)) -> list[Network]:
    p07 = next(one for one in DECLARED if one.id == "P07")
    damping = Damping.of(rules_of(read(text), p07.id, ON, p07.limits))
    return list(networks(weighted(pl.DataFrame(links, schema=SCHEMA, orient="row"), damping), damping))


def sharing(kind: str, count: int) -> list[tuple[str, str, str]]:
    return [(f"p{place:03}", kind, "one") for place in range(count)]


def test_one_phone_ties_two_and_a_chain_ties_all() -> None:
    assert nets(("a", "phone", "1"), ("b", "phone", "1"), ("b", "email", "x"), ("c", "email", "x")) == [
        ("a", "b", "c")
    ]


def test_parties_that_share_nothing_are_no_network() -> None:
    assert nets(("a", "phone", "1"), ("b", "phone", "2")) == []
    assert nets() == []


def test_an_incubators_address_ties_nobody() -> None:
    assert len(nets(*sharing("address", 12))) == 1
    assert nets(*sharing("address", 30)) == []


def test_a_payment_service_ties_nobody() -> None:
    assert nets(*sharing("payer", 60)) == []


def test_a_damped_hub_and_a_second_link_together_tie() -> None:
    hub = sharing("address", 20)
    second = [("p000", "payer", "x"), ("p001", "payer", "x")]
    assert nets(*hub, *second) == [("p000", "p001")]


def test_the_words_say_which_links_tie_how_many() -> None:
    rows = [*sharing("phone", 3), ("p000", "email", "x"), ("p001", "email", "x")]
    (net,) = found(rows)
    told = net.words({"p000": "甲公司", "p001": "乙公司", "p002": "丙公司"})
    assert (
        told.zh
        == "3个申请人（甲公司、乙公司、丙公司）共用同一联系电话；2个申请人（甲公司、乙公司）共用同一电子邮箱"
    )
    assert "3 applicants (甲公司, 乙公司, 丙公司) share one phone" in told.en


def test_of_many_that_one_contact_ties_the_first_three_are_named() -> None:
    (net,) = found(sharing("phone", 5))
    told = net.words({f"p{place:03}": f"{place}号" for place in range(5)})
    assert "5个申请人（0号、1号、2号等）" in told.zh and "(0号, 1号, 2号 and others)" in told.en
    assert 0 < net.weight < 1


def test_how_firmly_a_contact_ties_is_what_the_rule_book_says() -> None:
    rows = sharing("address", 5)
    book = shipped(FILE)
    weight = 'name = "address_weight_percent", value = '
    assert found(rows) and weight in book
    assert found(rows, book.replace(weight + "60", weight + "40")) == []
