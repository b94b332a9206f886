"""Offices as legal bodies: the administrator's page of units and the plates they act under."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lantian.core.messages import Refused, Text
from lantian.desk.forms import PlateForm, RefusableForm, UnitForm
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, units
from lantian.office.models import Plate, Unit

DONE = {
    "create": Text("单位已登记。", "The unit is registered."),
    "add": Text("牌子已增加。", "The plate has been added."),
    "end": Text(
        "牌子已结束，自今日起不再以其名义发文。",
        "The plate has ended; from today on nothing is issued under it.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def admin_units(request: OfficerRequest) -> HttpResponse:
    """All units with their plates; register a unit, add a plate, end one."""
    if request.method != "POST":
        return _page(request, None)
    do = request.POST.get("do", "")
    if do not in ACTS:
        raise BadRequest("unknown act")
    form = ACTS[do](request)
    if form is not None:
        return _page(request, form)
    messages.success(request, said(DONE[do]))
    return redirect("admin_units")


def _create(request: OfficerRequest) -> RefusableForm | None:
    form = UnitForm(request.POST)
    if not form.is_valid():
        return form
    unit = form.new_unit()
    plate = form.plate(form.cleaned_data["plate_name"] or unit.name_zh)
    return _try(form, lambda: units.register_unit(unit, plate, by=request.actor))


def _add(request: OfficerRequest) -> RefusableForm | None:
    form = PlateForm(request.POST)
    if not form.is_valid():
        return form
    unit, plate = form.cleaned_data["unit"], form.plate(form.cleaned_data["plate_name"])
    return _try(form, lambda: units.add_plate(unit, plate, by=request.actor))


def _end(request: OfficerRequest) -> RefusableForm | None:
    number = request.POST.get("plate", "")
    plate = Plate.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if plate is None:
        raise Http404
    return _try(RefusableForm({}), lambda: units.end_plate(plate, by=request.actor))


ACTS: dict[str, Callable[[OfficerRequest], RefusableForm | None]] = {
    "create": _create,
    "add": _add,
    "end": _end,
}


def _try(form: RefusableForm, act: Callable[[], object]) -> RefusableForm | None:
    """Act; return the form with the reason when the act was refused."""
    try:
        act()
    except Refused as refusal:
        form.is_valid()
        form.refuse(refusal)
        return form
    return None


def _page(request: OfficerRequest, form: RefusableForm | None) -> HttpResponse:
    today, houses = clock.today(), offices()
    context = {
        "units": _units(houses, today),
        "kinds": _kinds(),
        "parents": _parents(houses),
        "today": today.isoformat(),
        "error": form.first_error() if form else "",
        "typed": form.data if form else {},
    }
    return render(request, "desk/admin_units.html", context, status=422 if form else 200)


def _kinds() -> list[dict[str, str]]:
    """Kinds that can be registered here: the city office is there before anybody opens this page."""
    return [
        {"id": str(kind), "name": label(units.KIND_TEXTS[kind])}
        for kind, fits in units.PARENTS.items()
        if fits
    ]


def _parents(houses: Offices) -> list[dict[str, str]]:
    """Units under which others may stand."""
    kinds = {kind for fitting in units.PARENTS.values() for kind in fitting}
    rows = houses.by_id.values()
    return [{"id": str(unit.pk), "name": unit.name(language())} for unit in rows if unit.kind in kinds]


def _units(houses: Offices, today: date) -> list[dict[str, Any]]:
    plates: dict[int, list[dict[str, Any]]] = {}
    for plate in Plate.objects.order_by("id"):
        plates.setdefault(plate.unit_id, []).append(_plate(plate, today))
    return [_unit(unit, houses) | {"plates": plates.get(unit.pk, [])} for unit in houses.by_id.values()]


def _unit(unit: Unit, houses: Offices) -> dict[str, Any]:
    parent = houses.by_id.get(unit.parent_id) if unit.parent_id else None
    return {
        "id": str(unit.pk),
        "name": unit.name(language()),
        "kind": label(units.KIND_TEXTS[unit.kind]),
        "parent": parent.name(language()) if parent else "",
    }


def _plate(plate: Plate, today: date) -> dict[str, Any]:
    return {
        "id": str(plate.pk),
        "name": plate.name_zh,
        "code": plate.document_code,
        "seal": plate.seal,
        "valid_from": plate.valid_from,
        "valid_to": plate.valid_to,
        "in_force": plate.in_force_on(today),
    }
