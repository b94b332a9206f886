"""The pool on the desk: lists beside it, dismissing several, asking and answering, the nightly switch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from lantian.detect.parameters import parameters
from lantian.office import audit, clock
from lantian.screening import queries, schedule
from lantian.screening.models import Finding
from lantian.screening.states import State
from tests.personas import NANKAI, acting, browser

pytestmark = pytest.mark.django_db


def some(count: int) -> list[Finding]:
    with acting("city"):
        return list(queries.waiting().filter(holder_id=NANKAI)[:count])


def state(finding: Finding) -> State:
    with acting("city"):
        return queries.state_of(queries.judgements(finding))


def test_several_are_shown_first_and_then_dismissed_with_one_reason() -> None:
    rows, client = some(2), browser("nankai")
    marks = [f"{row.key}:0" for row in rows]
    page = client.get(reverse("findings_dismiss"), {"finding": marks}).content.decode()
    assert all(row.key in page for row in rows)
    assert state(rows[0]) is State.WAITING  # looking changes nothing
    refused = client.post(reverse("findings_dismiss"), {"finding": marks, "reason": " "})
    assert refused.status_code == 422 and "须写明理由" in refused.content.decode()
    told = client.post(reverse("findings_dismiss"), {"finding": marks, "reason": "同族"}, follow=True)
    assert "已排除 2 条" in told.content.decode()
    assert {state(row) for row in rows} == {State.DISMISSED}


def test_what_was_judged_meanwhile_is_named_with_its_reason() -> None:
    (first, second), client = some(2), browser("nankai")
    data = {"verdict": "more", "reason": "合同", "asked": "代理机构", "version": 0}
    client.post(reverse("judge", args=[first.key]), data)
    marks = [f"{row.key}:0" for row in (first, second)]
    told = client.post(reverse("findings_dismiss"), {"finding": marks, "reason": "同族"}, follow=True)
    assert "已排除 1 条" in told.content.decode() and "未排除" in told.content.decode()
    assert (state(first), state(second)) == (State.MORE, State.DISMISSED)


def test_nothing_ticked_and_marks_of_ones_own_make_are_told() -> None:
    client = browser("nankai")
    assert "请先勾选" in client.get(reverse("findings_dismiss")).content.decode()
    assert client.get(reverse("findings_dismiss"), {"finding": "x:y"}).status_code == 400


def test_a_request_shows_who_was_asked_has_its_list_and_is_answered_on_the_page() -> None:
    (row,), client = some(1), browser("nankai")
    ask = {"verdict": "more", "reason": "代理合同", "asked": "某代理机构", "version": 0}
    client.post(reverse("judge", args=[row.key]), ask)
    assert row.key in client.get(reverse("findings"), {"state": "more"}).content.decode()
    assert "某代理机构" in client.get(reverse("finding", args=[row.key])).content.decode()
    answer = {"verdict": "answered", "reason": "合同已收到", "version": 1}
    page = client.post(reverse("judge", args=[row.key]), answer, follow=True).content.decode()
    assert "合同已收到" in page and state(row) is State.WAITING


def test_a_lapsed_finding_has_its_list_and_says_so_on_its_page() -> None:
    (row,), client = some(1), browser("nankai")
    with transaction.atomic(), acting("city") as by:
        Finding.objects.filter(pk=row.pk).update(expires_on=clock.today() - timedelta(days=1))
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", row.key))
    assert row.key not in client.get(reverse("findings"), {"state": "pending"}).content.decode()
    assert row.key in client.get(reverse("findings"), {"shelf": "expired"}).content.decode()
    assert "到期时无人研判" in client.get(reverse("finding", args=[row.key])).content.decode()


def test_the_nightly_run_is_switched_on_the_page_and_names_who_decided() -> None:
    client = browser("city")
    answer = client.post(reverse("screening_nightly"), {"detector": "P01", "active": "yes"}, follow=True)
    page = answer.content.decode()
    assert "已开启每夜比对" in page and "陶知远" in page and "研判还太少" in page
    order = schedule.nightly_order("P01")
    assert order is not None and order.active
    assert client.post(reverse("screening_nightly"), {"detector": "P99"}).status_code == 404


def test_a_runs_page_shows_what_is_lawful_and_why() -> None:
    with acting("city"):
        run = queries.runs().exclude(job__ended_at=None)[0]
        lawful = queries.lawful_of(run)[0]
    page = browser("city").get(reverse("screening_run", args=[run.key])).content.decode()
    assert lawful.key in page and lawful.reason_zh in page and "由什么引起" in page


def test_the_hand_over_preview_names_the_clause() -> None:
    (row,) = some(1)
    with acting("city") as by:
        from lantian.screening import actions
        from lantian.screening.states import Outcome

        _, lead = actions.judge(finding_key=row.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
    assert lead is not None
    page = (
        browser("nankai").get(reverse("lead_hand_over", args=[lead.key]), {"to": "120111"}).content.decode()
    )
    assert "行政处罚程序规定" in page


def test_the_page_of_the_first_detector_gives_its_tables_and_every_number_it_goes_by() -> None:
    page = browser("nankai").get(reverse("detector", args=["P01"])).content.decode()
    assert "申请号、公开状态" in page and "名称、摘要、主权项" in page and "代理机构代码" in page
    rules = parameters(clock.today())
    for band, word in ((rules.strong, "记为强"), (rules.many, "也记为强"), (rules.medium, "记为中")):
        cells = (round(band.likeness * 100), "组内相似度中位数至少", "%")
        for value, what, unit in (cells, (band.applications, "组内件数至少", "件申请")):
            row = next(one for one in page.split("<tr>") if f"{word} · {what}" in one)
            assert f"<b>{value}</b> {unit}</td>" in row
    assert f"<b>{rules.expiry_days}</b> 天</td>" in page


def test_a_detectors_page_says_of_each_number_whether_the_law_gives_it_or_we_do() -> None:
    page = browser("nankai").get(reverse("detector", args=["P10"])).content.decode()
    rows = {
        name: next(one for one in page.split("<tr>") if name in one) for name in ("grace_days", "output_most")
    }
    assert "第十二条" in rows["grace_days"] and "本系统自定" not in rows["grace_days"]
    assert "本系统自定，规定未给出" in rows["output_most"] and "第十二条" not in rows["output_most"]


def test_a_detectors_page_gives_its_whole_card() -> None:
    client = browser("nankai")
    card = reverse("detector_card", args=["P07"])
    assert card in client.get(reverse("detector", args=["P07"])).content.decode()
    answer = client.get(card)
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert (
        answer["Content-Disposition"].startswith("attachment") and "仅凭公开数据" in text and "recall" in text
    )
    assert client.get(reverse("detector_card", args=["P99"])).status_code == 404
