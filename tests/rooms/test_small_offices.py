"""Small offices (issue 4, point 7): where nobody else can approve a paper, the city's reviewer is asked."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lantian.core.messages import NotAllowed
from lantian.office import actors, audit
from lantian.office.models import Paper, PaperReview, Post
from lantian.office.papers import actions, queries, reviewing
from lantian.office.papers.actions import Wording
from lantian.office.papers.approving import approve
from lantian.office.papers.errors import PaperRefused, StalePaper
from lantian.office.papers.states import State
from lantian.office.scope import scoped
from tests.personas import BINHAI, CITY, XIQING, acting, browser
from tests.rooms.test_papers import TYPED, a_draft, record

pytestmark = pytest.mark.django_db


def asked() -> Paper:
    """A paper of an office without a second person, for which the city was asked."""
    with acting("xiqing") as by:
        paper = a_draft(by)
        reviewing.ask(key=paper.key, words="本局只有一人在岗", version=1, by=by)
    return paper


def revised(paper: Paper, version: int) -> None:
    with acting("xiqing") as by:
        actions.revise(key=paper.key, record=record(by), wording=Wording(TYPED), version=version, by=by)


def test_an_office_with_nobody_else_is_approved_by_the_citys_reviewer() -> None:
    paper = asked()
    with acting("city") as by:
        assert [one.pk for one in queries.to_review(by)] == [paper.pk]
        approve(key=paper.key, version=2, by=by)
        assert list(queries.to_review(by)) == []
        (approval,) = queries.approvals(Paper.objects.get(pk=paper.pk))
        assert (approval.approver, approval.how) == ("陶知远", "screen")
    with acting("xiqing") as by:
        issued = actions.issue(key=paper.key, version=3, by=by)
        assert issued.state == State.ISSUED and issued.unit_id == XIQING
    kinds = [event.kind for event in audit.history("paper", paper.key)]
    assert kinds == ["paper_drafted", "paper_review_asked", "paper_approved", "paper_issued"]
    approved = next(one for one in audit.history("paper", paper.key) if one.kind == "paper_approved")
    assert (approved.unit, approved.detail["for_unit"]) == (CITY, XIQING)


def test_an_office_that_has_an_approver_of_its_own_does_not_ask_the_city() -> None:
    with acting("nankai") as by:
        paper = a_draft(by)
        with pytest.raises(PaperRefused, match="1 of your own office"):
            reviewing.ask(key=paper.key, words="请市局核准", version=1, by=by)
    Post.objects.filter(account__login="leader").update(valid_to="2026-11-22")
    with acting("nankai") as by:
        assert reviewing.ask(key=paper.key, words="局长离任", version=1, by=by).reviewer_id == CITY


def test_the_city_office_asks_nobody_above_itself() -> None:
    with acting("city") as by:
        paper = a_draft(by, "risk_alert")
        with pytest.raises(PaperRefused, match="within the city"):
            reviewing.ask(key=paper.key, words="x", version=1, by=by)


def test_without_a_request_the_city_neither_sees_nor_approves_a_draft() -> None:
    with acting("xiqing") as by:
        paper = a_draft(by)
    with acting("city") as by:
        assert queries.find(paper.key, by) is None
        with pytest.raises(Paper.DoesNotExist):
            approve(key=paper.key, version=1, by=by)


def test_a_request_shows_the_draft_to_the_city_only() -> None:
    paper = asked()
    with acting("binhai") as by:
        assert queries.find(paper.key, by) is None and list(queries.to_review(by)) == []
        assert by.unit == BINHAI
    with acting("xiqing") as by, pytest.raises(NotAllowed):
        approve(key=paper.key, version=2, by=by)


def test_a_new_version_ends_the_request_and_is_asked_for_anew() -> None:
    paper = asked()
    revised(paper, 2)
    with acting("city") as by:
        assert list(queries.to_review(by)) == []
        with pytest.raises(PaperRefused, match="Only the office"):
            approve(key=paper.key, version=3, by=by)
    with acting("xiqing") as by:
        reviewing.ask(key=paper.key, words="已修改", version=3, by=by)
        with pytest.raises(PaperRefused, match="asked already"):
            reviewing.ask(key=paper.key, words="已修改", version=4, by=by)
    with acting("city") as by, pytest.raises(StalePaper):
        approve(key=paper.key, version=2, by=by)


def test_the_reviewer_returns_a_paper_with_what_to_change() -> None:
    paper = asked()
    with acting("city") as by:
        with pytest.raises(PaperRefused, match="reason"):
            reviewing.send_back(key=paper.key, words=" ", version=2, by=by)
        reviewing.send_back(key=paper.key, words="条款引错", version=2, by=by)
        with pytest.raises(PaperRefused, match="Only the office"):
            approve(key=paper.key, version=3, by=by)
    with acting("xiqing"):
        acts = [(one.act, one.words) for one in queries.reviews(Paper.objects.get(pk=paper.pk))]
    assert acts == [(PaperReview.Act.ASK, "本局只有一人在岗"), (PaperReview.Act.RETURN, "条款引错")]


def test_whoever_wrote_a_version_does_not_approve_it_as_the_citys_reviewer_either() -> None:
    """Never someone who wrote a version, whatever post he holds now."""
    paper = asked()
    writer = Post.objects.get(account__login="xiqing")
    Post.objects.filter(account__login="city").update(account=writer.account)
    post = Post.objects.get(unit_id=CITY, account=writer.account)
    by = actors.officer(post)
    with scoped(by), pytest.raises(PaperRefused, match="cannot approve it"):
        approve(key=paper.key, version=2, by=by)


def test_the_request_stands_in_the_citys_queue_and_on_the_paper() -> None:
    with acting("xiqing") as by:
        paper = a_draft(by)
    district, city = browser("xiqing"), browser("city")
    page = reverse("paper", args=[paper.key])
    assert "请市局核准" in district.get(page).content.decode()
    typed = {"version": 1, "words": "本局只有一人在岗"}
    assert district.post(reverse("paper_ask", args=[paper.key]), typed).status_code == 302
    assert "等待办理" in district.get(page).content.decode()
    queue = city.get(reverse("reviews")).content.decode()
    assert page in queue and "本局只有一人在岗" in queue
    assert reverse("reviews") in city.get(reverse("papers")).content.decode()
    assert reverse("paper_approve", args=[paper.key]) in city.get(page).content.decode()
    assert city.post(reverse("paper_approve", args=[paper.key]), {"version": 2}).status_code == 302
    assert "陶知远" in district.get(page).content.decode()


def test_the_first_page_shows_each_what_waits_for_him() -> None:
    with acting("nankai") as by:
        paper = a_draft(by)
    place = reverse("paper", args=[paper.key])
    assert place in browser("leader").get(reverse("home")).text, "who may approve it"
    assert place not in browser("nankai").get(reverse("home")).text, "not who wrote it"
    with acting("leader") as by:
        approve(key=paper.key, version=1, by=by)
    assert place in browser("nankai").get(reverse("home")).text, "who may issue it"
    asked()
    assert reverse("reviews") in browser("city").get(reverse("home")).text
