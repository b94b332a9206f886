"""What a finding is worth, how right a detector is, which office takes it, and what may only be reviewed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

from lantian.core.messages import NotAllowed
from lantian.detect.detectors import DETECTORS
from lantian.office import audit, clock
from lantian.office.models import AuditEvent
from lantian.screening import actions, cards, queries, ranking, switches
from lantian.screening.errors import JudgementRefused, RunRefused
from lantian.screening.forecast import forecast
from lantian.screening.hands import Counts, hand_of
from lantian.screening.models import Finding, Switch, Tally
from lantian.screening.queries import Filter, Shelf
from lantian.screening.ranking import Basis
from lantian.screening.states import Outcome
from tests.intaking import number
from tests.personas import CITY, NANKAI, XIQING, acting, browser
from tests.screened import SHARED, filings, ran, take_filings

pytestmark = pytest.mark.django_db
HAND = [f"无名{word}有限公司" for word in "甲乙丙丁戊"]


def a_network() -> Finding:
    take_filings(filings(1, HAND))
    ran("P07")
    with acting("city"):
        found = Finding.objects.filter(detector="P07").select_related("run")
        return next(one for one in found if f"patents:{number(1)}" in one.evidence)


def taken(detector: str, active: bool = True, login: str = "city") -> Switch:
    with acting(login) as by:
        seen = forecast(detector, by.unit)
        return actions.switch(detector=detector, active=active, seen=seen, reason="试用", by=by)


def judged(detector: str, confirmed: int, dismissed: int) -> None:
    """So many judgements over all offices, as their acts would have counted them."""
    Tally.objects.update_or_create(
        detector=detector, defaults={"confirmed": confirmed, "dismissed": dismissed}
    )


# Precision.


def test_every_detector_has_a_weight_and_a_measure() -> None:
    assert set(ranking.weights()) == set(DETECTORS) == set(ranking.precisions())
    assert all(1 <= points <= 10 for points in ranking.weights().values())


def test_until_enough_is_judged_the_card_tells_how_right_a_detector_is() -> None:
    card = cards.card_of("P10")
    assert card is not None and card.precision is not None
    judged("P10", 1, 3)
    held = ranking.precision("P10")
    assert (held.basis, held.low, held.high) == (Basis.CARD, card.precision.low, card.precision.high)
    judged("P10", 10, 30)
    held = ranking.precision("P10")
    assert held.basis is Basis.JUDGED and held.low < held.share == 0.25 < held.high  # type: ignore[operator]


def test_a_detector_that_no_card_measured_is_ordered_by_an_assumed_value_and_says_so() -> None:
    assert ranking.precision("P11").basis is Basis.ASSUMED


def test_only_the_newest_judgement_of_a_finding_counts_and_lawful_ones_do_not() -> None:
    with acting("city") as by:
        finding = queries.waiting()[0]
        actions.judge(finding_key=finding.key, outcome=Outcome.DISMISS, reason="同族", seen=0, by=by)
        assert queries.figures("P01").judged == 1
        actions.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=1, by=by)
        lawful = queries.findings(Filter(clearing="presumed_lawful", shelf=Shelf.ALL))[0]
        actions.judge(finding_key=lawful.key, outcome=Outcome.DISMISS, reason="合法", seen=0, by=by)
    figures = queries.figures("P01")
    assert (figures.confirmed, figures.judged) == (1, 1)


def test_a_detector_without_its_card_is_review_only_and_the_page_says_that_the_card_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "PLACES", (tmp_path,))
    cards.card_of.cache_clear()
    try:
        held = ranking.precision("P10")
        page = browser("city").get("/detectors/P10/").content.decode()
    finally:
        cards.card_of.cache_clear()
    assert (held.basis, held.review_only) == (Basis.ASSUMED, True)
    assert "没有随程序安装" in page and "只供参考" in page


def test_every_detector_says_what_it_can_do_on_public_data_with_its_measured_recall() -> None:
    client = browser("city")
    for name in DETECTORS:
        page = client.get(f"/detectors/{name}/").content.decode()
        assert "仅凭公开数据能做什么" in page and "找出植入问题的" in page, name
        card = cards.card_of(name)
        assert card is not None and card.recall is not None, name
        measured = cards.file_of(name)
        assert measured is not None and f"{cards.YEAR_FILINGS:,} filings)" in measured.read_text("utf-8"), (
            name
        )


# Review only.


def test_a_detector_whose_lower_bound_falls_below_the_threshold_is_review_only_and_says_so() -> None:
    finding = a_network()
    taken("P07")
    judged("P07", 3, 37)
    assert ranking.precision("P07").review_only
    client = browser("city")
    for address in ("/detectors/", "/detectors/P07/", f"/findings/{finding.key}/", "/findings/?detector=P07"):
        assert "只供参考" in client.get(address).content.decode(), address
    judged("P07", 37, 3)
    assert not ranking.precision("P07").review_only
    assert "只供参考" not in client.get("/detectors/P07/").content.decode()


def test_a_finding_that_may_not_stand_alone_becomes_a_lead_only_with_another_ground() -> None:
    finding = a_network()
    judged("P07", 3, 37)
    with acting("city") as by, pytest.raises(JudgementRefused, match="sole ground"):
        actions.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason=" ", seen=0, by=by)
    with acting("city") as by:
        judgement, lead = actions.judge(
            finding_key=finding.key, outcome=Outcome.LEAD, reason="现场见到同一人办公", seen=0, by=by
        )
    assert judgement.reason and lead is not None and "现场见到同一人办公" in lead.ground_zh


def test_a_detector_that_declares_itself_so_is_review_only_however_right_it_is() -> None:
    judged("P06", 400, 0)
    assert ranking.precision("P06").review_only and ranking.precision("P06").declared


# Order by expected value.


def test_findings_are_ordered_by_probability_weight_and_freshness() -> None:
    with acting("city"):
        rows = list(queries.waiting())
        held = ranking.precisions()
        worth = [
            ranking.value_of(
                row.detector, row.strength, clock.day_of(row.first_found_at), held[row.detector]
            ).whole
            for row in rows
        ]
        assert [round(row.value, 9) for row in rows] == [round(value, 9) for value in worth]  # type: ignore[attr-defined]
    assert worth == sorted(worth, reverse=True) and len(set(worth)) > 1


def test_a_finding_is_worth_half_after_the_published_time() -> None:
    today, held = clock.today(), ranking.precision("P01")
    fresh = ranking.value_of("P01", "strong", today, held)
    old = ranking.value_of("P01", "strong", today - timedelta(days=ranking.half_life()), held)
    assert old.whole == pytest.approx(fresh.whole / 2)


# Offices take detectors.


def test_findings_of_a_detector_nobody_took_rest_beside_the_pool() -> None:
    finding = a_network()
    with acting("city"):
        assert finding not in queries.findings(Filter(detector="P07"))
        assert finding in queries.findings(Filter(detector="P07", shelf=Shelf.RESTING))
    row = taken("P07")
    assert AuditEvent.objects.get(kind="detector_switched", about_key=row.key).detail["active"]
    with acting("city"):
        assert finding in queries.findings(Filter(detector="P07"))
    taken("P07", active=False)
    with acting("city"):
        assert finding not in queries.findings(Filter(detector="P07"))


def test_a_refused_decision_on_a_detector_keeps_its_reason() -> None:
    assert not switches.is_on("P07", CITY)
    typed = {"active": "no", "reason": "先看三个月的研判结果"}
    refused = browser("city").post(reverse("detector_switch", args=["P07"]), typed)
    assert refused.status_code == 422 and 'value="先看三个月的研判结果"' in refused.content.decode()


def test_a_district_follows_the_city_until_it_decides_for_itself() -> None:
    taken("P07")
    assert switches.is_on("P07", NANKAI) and NANKAI in switches.followers("P07", CITY)
    taken("P07", active=False, login="leader")
    own = Switch.objects.latest("id").unit_id
    assert not switches.is_on("P07", own) and own not in switches.followers("P07", CITY)
    assert switches.is_on("P07", CITY) and switches.is_on("P07", XIQING if own == NANKAI else NANKAI)


def test_who_may_not_switch_does_not_and_nothing_is_switched_twice() -> None:
    with acting("nankai") as by, pytest.raises(NotAllowed):
        actions.switch(detector="P07", active=True, seen=forecast("P07", by.unit), reason="", by=by)
    taken("P07")
    with pytest.raises(RunRefused):
        taken("P07")


def test_before_it_is_taken_an_office_reads_what_a_detector_brings_against_its_measure() -> None:
    a_network()
    with acting("city") as by:
        coming = forecast("P07", by.unit)
    assert coming.waiting >= 1 and coming.monthly is not None and not coming.counted
    assert coming.budget and coming.pool and len(coming.units) > 1
    page = browser("city").get("/detectors/P07/switch").content.decode()
    assert "同时列出的限额" in page and "按测量卡和近一年申请量估算" in page
    row = taken("P07")
    assert (row.waiting, row.budget) == (coming.waiting, coming.budget)


def test_the_monthly_figure_is_counted_once_runs_span_a_month() -> None:
    a_network()
    run = ran("P07")["P07"]
    with transaction.atomic(), acting("city") as by:
        first = queries.runs().filter(detector="P07").order_by("id")[0]
        first.started_at -= timedelta(days=40)
        first.ended_at = first.started_at
        first.save()
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("screening", run.key))
    with acting("city") as by:
        coming = forecast("P07", by.unit)
    assert coming.counted and coming.monthly == round(coming.waiting * 30 / 40)


# Hidden hands.


def test_a_network_says_which_contact_ties_whom_and_what_it_counts_for() -> None:
    finding = a_network()
    with acting("city"):
        hand = hand_of(finding)
    assert hand is not None
    (tie,) = hand.ties
    assert {party.name for party in hand.parties} == set(HAND) and tie.value == SHARED
    assert (tie.kind, tie.shared, tie.counts, tie.weight) == ("address", 5, Counts.FULL, 0.6)
    page = browser("city").get(f"/findings/{finding.key}/").content.decode()
    assert 'class="chart net"' in page and "共用同一地址" in page and "style=" not in page
    assert number(1) in page and "无名甲有限公司" in page


def test_the_holder_sees_the_network_without_the_run_that_found_it() -> None:
    finding = a_network()
    with transaction.atomic(), acting("city") as by:
        Finding.objects.filter(pk=finding.pk).update(seen_by=[by.unit, NANKAI])
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("screening", finding.run.key))
    with acting("nankai"):
        assert Finding.objects.filter(pk=finding.pk).exists() and not queries.runs().exists()
    page = browser("nankai").get(f"/findings/{finding.key}/")
    assert page.status_code == 200 and 'class="chart net"' in page.content.decode()


def test_a_hub_that_very_many_share_is_named_and_damped() -> None:
    finding = a_network()
    take_filings(filings(500, [f"众人{place}有限公司" for place in range(16)], times=1))
    with acting("city"):
        hand = hand_of(finding)
    assert hand is not None and hand.ties[0].counts is Counts.DAMPED and hand.ties[0].shared == 21
    assert "减弱计入" in browser("city").get(f"/findings/{finding.key}/").content.decode()


def test_evidence_about_an_application_no_longer_public_stays_a_number() -> None:
    from lantian.filings.models import Patent

    finding = a_network()
    Patent.objects.filter(application_no=number(1)).update(
        disclosure="unknown", title=None, abstract=None, claim=None
    )
    page = browser("city").get(f"/findings/{finding.key}/").content.decode()
    assert number(1) in page and "尚未公开" in page
