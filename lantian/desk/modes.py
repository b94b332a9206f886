"""How an office keeps its modules: full, light or off; set by its keeper of rules, or by an administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lantian.core.messages import Refused, Text
from lantian.desk.forms import RefusableForm
from lantian.desk.present.words import label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, modes
from lantian.office.models import ModuleMode, Unit
from lantian.office.modes import MODE_TEXTS, Mode, Module, Wanted

SET = Text("已设置，自起始日起生效。", "Set; it holds from its first day on.")


class ModeForm(RefusableForm):
    """A mode for a module, and the last setting on the page it was typed on."""

    module = forms.ChoiceField(choices=[(str(module), str(module)) for module in Module])
    mode = forms.ChoiceField(choices=[(str(mode), str(mode)) for mode in Mode])
    since = forms.DateField()
    reason = forms.CharField(max_length=modes.LONGEST_REASON)
    seen = forms.IntegerField(min_value=0)

    def wanted(self) -> Wanted:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        module, mode = Module(typed["module"]), Mode(typed["mode"])
        return Wanted(module, mode, typed["since"], typed["reason"], typed["seen"])


@require_http_methods(["GET", "HEAD", "POST"])
def own_modes(request: OfficerRequest) -> HttpResponse:
    """The modules of one's own office."""
    return _enter(request, Unit.objects.get(pk=request.actor.unit), "own_modes")


@require_http_methods(["GET", "HEAD", "POST"])
def unit_modes(request: OfficerRequest, id: int) -> HttpResponse:
    """The modules of any office, for the administrator."""
    unit = Unit.objects.filter(pk=id).first()
    if unit is None:
        raise Http404
    return _enter(request, unit, "unit_modes", id)


def _enter(request: OfficerRequest, unit: Unit, *here: str | int) -> HttpResponse:
    form = ModeForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            modes.set_mode(unit, form.wanted(), by=request.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(SET))
            return redirect(str(here[0]), *here[1:])
    return _page(request, unit, form)


def _page(request: OfficerRequest, unit: Unit, form: ModeForm | None) -> HttpResponse:
    settings, today = modes.settings_of(unit.pk), clock.today()
    now = modes.modes_of(unit.pk, today)
    context = {
        "unit": {"id": unit.pk, "name": unit.name(language()), "closed_on": unit.closed_on},
        "modules": [_module(module, now[module], settings) for module in Module],
        "history": [_setting(row) for row in settings],
        "today": today.isoformat(),
        "typed": form.data if form else {},
        "error": form.first_error() if form else "",
        "by_administrator": unit.pk != request.actor.unit,
    }
    return render(request, "desk/modes.html", context, status=422 if form else 200)


def _module(module: Module, mode: Mode, settings: list[ModuleMode]) -> dict[str, Any]:
    own = [row for row in settings if row.module == module]
    rule = modes.rule(module)
    coming = [row for row in own if row.since > clock.today()]
    built = rule.values["built"] == "yes"
    return {
        "id": str(module),
        "name": label(rule.text),
        "mode": str(mode),
        "mode_label": label(MODE_TEXTS[mode]),
        "seen": own[0].pk if own else 0,
        "own": bool(own),
        "coming": [_setting(row) for row in coming],
        "choices": [(str(one), label(MODE_TEXTS[one])) for one in Mode if built or one is not Mode.FULL],
    }


def _setting(row: ModuleMode) -> dict[str, Any]:
    return {
        "module": label(modes.title(Module(row.module))),
        "mode": label(MODE_TEXTS[Mode(row.mode)]),
        "since": row.since,
        "reason": row.reason,
        "by": row.post.account.name,
        "at": row.at,
    }
