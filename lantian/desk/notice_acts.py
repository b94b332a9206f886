"""Acts on a notice from its page: what was typed, and the act of the room that each `do` names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lantian.core import publicity
from lantian.desk import measuring as forms
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.publicity import actions, deciding, publishing, reviewing
from lantian.publicity.actions import Fallen
from lantian.publicity.deciding import Draft
from lantian.publicity.errors import PublicityRefused
from lantian.publicity.publishing import Placed
from lantian.publicity.states import Cause

FIELD, MET = "f-", "met-"


def draft_of(request: OfficerRequest) -> Draft:
    """The text as typed."""
    codes = [code for code, _ in publicity.fields(clock.today())]
    lines = forms.words_of(request, "secrets").splitlines()
    return Draft(
        fields={code: request.POST.get(FIELD + code, "") for code in codes},
        term=forms.words_of(request, "term"),
        longest=forms.maybe_day(request, "longest"),
        secrets=tuple(line.strip() for line in lines if line.strip()),
        reason=forms.words_of(request, "reason"),
    )


def met_of(request: OfficerRequest) -> dict[str, str]:
    """The document typed for each condition of an early end, by its code."""
    typed = request.POST.items()
    return {name.removeprefix(MET): str(text) for name, text in typed if name.startswith(MET)}


def _choose(request: OfficerRequest, key: str) -> None:
    law = forms.law_of(request)
    actions.choose_law(key=key, law=law, version=forms.version_of(request), by=request.actor)


def _prepare(request: OfficerRequest, key: str) -> None:
    digest = forms.words_of(request, "digest")
    version = forms.version_of(request)
    deciding.prepare(key=key, draft=draft_of(request), digest=digest, version=version, by=request.actor)


def _approve(request: OfficerRequest, key: str) -> None:
    digest = forms.words_of(request, "digest")
    deciding.approve(key=key, digest=digest, version=forms.version_of(request), by=request.actor)


def _return(request: OfficerRequest, key: str) -> None:
    note = forms.words_of(request, "note")
    deciding.send_back(key=key, note=note, version=forms.version_of(request), by=request.actor)


def _placed(request: OfficerRequest) -> Placed:
    return Placed(
        channel=forms.words_of(request, "channel"),
        on=_day(request),
        version=forms.version_of(request),
        address=forms.words_of(request, "address"),
        note=forms.words_of(request, "note"),
        document=forms.words_of(request, "document"),
    )


def _publish(request: OfficerRequest, key: str) -> None:
    publishing.publish(key=key, placed=_placed(request), by=request.actor)


def _replace(request: OfficerRequest, key: str) -> None:
    publishing.replace(key=key, placed=_placed(request), by=request.actor)


def _withdraw(request: OfficerRequest, key: str) -> None:
    publishing.withdraw(key=key, placed=_placed(request), by=request.actor)


def _forward(request: OfficerRequest, key: str) -> None:
    publishing.forward(key=key, placed=_placed(request), by=request.actor)


def _fall(request: OfficerRequest, key: str) -> None:
    cause = forms.words_of(request, "cause")
    if cause not in list(Cause):
        raise PublicityRefused("请选择撤回的事由。", "Choose why it is taken down.")
    fallen = Fallen(Cause(cause), _day(request), forms.words_of(request, "document"))
    reviewing.ask(
        key=key, fallen=fallen, met=met_of(request), version=forms.version_of(request), by=request.actor
    )


def _confirm(request: OfficerRequest, key: str) -> None:
    reviewing.confirm(key=key, version=forms.version_of(request), by=request.actor)


def _keep(request: OfficerRequest, key: str) -> None:
    note = forms.words_of(request, "note")
    reviewing.keep(key=key, note=note, version=forms.version_of(request), by=request.actor)


def _day(request: OfficerRequest) -> date:
    return forms.day_of(request, "on", "日期", "the day")


ACTS: dict[str, Callable[[OfficerRequest, str], None]] = {
    "choose": _choose,
    "prepare": _prepare,
    "approve": _approve,
    "return": _return,
    "forward": _forward,
    "publish": _publish,
    "replace": _replace,
    "withdraw": _withdraw,
    "fall": _fall,
    "confirm": _confirm,
    "keep": _keep,
}
