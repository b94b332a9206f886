"""Offices as legal bodies: the administrator's list of units, and one unit with its plates and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lantian.core.competence import FIELD_TEXTS
from lantian.core.messages import Text
from lantian.desk.doors import Choice, enter
from lantian.desk.forms import (
    CorrectionForm,
    PlateForm,
    PlateKeyForm,
    RefusableForm,
    RenameForm,
    UnitForm,
    UnitKeyForm,
)
from lantian.desk.present.words import label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, holdings, plates, units
from lantian.office.models import Plate, Unit
from lantian.office.permissions import Permission

# Where a record that hangs on a unit is dealt with, and who may go there.
WHERE: dict[str, tuple[str, Permission]] = {
    "post": ("admin_accounts", Permission.MANAGE_ACCOUNTS),
    "unit": ("unit", Permission.MANAGE_ACCOUNTS),
    "lead": ("lead", Permission.READ_LEADS),
    "paper": ("paper", Permission.READ_LEADS),
}

SIGN = ("plate_name", "document_code", "seal", "above", "valid_from")


def _register(request: OfficerRequest, form: UnitForm) -> Unit:
    unit = form.new_unit()
    plate = form.new_plate(form.cleaned_data["plate_name"] or unit.name_zh)
    return units.register_unit(unit, plate, by=request.actor)


def _add(request: OfficerRequest, form: PlateForm) -> Plate:
    plate = form.new_plate(form.cleaned_data["plate_name"])
    return plates.add_plate(form.cleaned_data["unit"], plate, by=request.actor)


def _correct(request: OfficerRequest, form: CorrectionForm) -> Plate:
    plate = form.new_plate(form.cleaned_data["plate_name"])
    return plates.correct_plate(form.cleaned_data["plate"], plate, by=request.actor)


def _rename(request: OfficerRequest, form: RenameForm) -> Unit:
    unit, was = form.cleaned_data["unit"], form.cleaned_data["was"]
    return units.rename_unit(unit, form.new_name(), was=was, by=request.actor)


CREATE: dict[str, Choice] = {
    "create": Choice(UnitForm, _register, Text("单位已登记。", "The unit is registered.")),
}
CHANGE: dict[str, Choice] = {
    "add": Choice(PlateForm, _add, Text("牌子已增加。", "The plate has been added."), names="unit"),
    "correct": Choice(
        CorrectionForm,
        _correct,
        Text(
            "牌子已更正；已印发的文书不变，草稿须修改后重新核准。",
            "The plate is corrected; papers issued stay as they are, drafts have to be revised and approved again.",
        ),
        names="plate",
    ),
    "end": Choice(
        PlateKeyForm,
        lambda request, form: plates.end_plate(form.cleaned_data["plate"], by=request.actor),
        Text(
            "牌子已结束，自今日起不再以其名义发文。",
            "The plate has ended; from today on nothing is issued under it.",
        ),
        names="plate",
    ),
    "rename": Choice(RenameForm, _rename, Text("单位已更名。", "The unit is renamed."), names="unit"),
    "close": Choice(
        UnitKeyForm,
        lambda request, form: units.close_unit(form.cleaned_data["unit"], by=request.actor),
        Text("单位已撤销，牌子同时结束。", "The unit is closed and its plates have ended."),
        names="unit",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def admin_units(request: OfficerRequest) -> HttpResponse:
    """All units with their plates; register a unit."""
    return enter(request, CREATE, _list, "admin_units")


@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: OfficerRequest, id: int) -> HttpResponse:
    """One unit: its plates, its names, what hangs on it; add, correct and end a plate, rename it, close it."""
    if not Unit.objects.filter(pk=id).exists():
        raise Http404

    def page(
        request: OfficerRequest, form: RefusableForm | None, told: Mapping[str, str] | None
    ) -> HttpResponse:
        return _one(request, Unit.objects.select_related("parent").get(pk=id), form)

    return enter(request, CHANGE, page, "unit", id)


def _list(
    request: OfficerRequest, form: RefusableForm | None, told: Mapping[str, str] | None
) -> HttpResponse:
    rows = Unit.objects.select_related("parent").order_by("id")
    shown: dict[int, list[dict[str, Any]]] = {}
    for plate in Plate.objects.filter(superseded_by=None).order_by("place", "id"):
        shown.setdefault(plate.unit_id, []).append(_plate(plate, clock.today()))
    context = {
        "units": [_unit(row) | {"plates": shown.get(row.pk, [])} for row in rows],
        "kinds": _kinds(),
        "entry": _entry(form),
        **_choices(form),
    }
    return render(request, "desk/admin_units.html", context, status=422 if form else 200)


def _one(request: OfficerRequest, row: Unit, form: RefusableForm | None) -> HttpResponse:
    put_up = row.plates.select_related("parent").order_by("place", "id")
    typed = form.data.get("do", "") if form else ""
    context = {
        "unit": _unit(row) | {"name_zh": row.name_zh, "name_en": row.name_en},
        "plates": [_plate(plate, clock.today()) | {"entry": _entered(plate, form)} for plate in put_up],
        "names": _names(row),
        "held": _held(request, holdings.of(row)) if row.closed_on is None else [],
        "may_close": row.kind != Unit.Kind.CITY,
        "entry": _entry(form if typed == "add" else None),
        **_choices(form),
    }
    return render(request, "desk/unit.html", context, status=422 if form else 200)


def _choices(form: RefusableForm | None) -> dict[str, Any]:
    """What the forms offer, why one was refused, and what was typed into it."""
    return {
        "bodies": [{"id": str(body.pk), "name": body.name(language())} for body in units.open_units()],
        "fields_of_law": [{"id": str(field), "name": label(text)} for field, text in FIELD_TEXTS.items()],
        "today": clock.today().isoformat(),
        "error": form.first_error() if form else "",
        "typed": form.data if form else {},
    }


def _entry(form: RefusableForm | None) -> dict[str, Any]:
    """What stands in the form of a plate: what was typed, or nothing yet."""
    if form is None:
        return {"valid_from": clock.today().isoformat()}
    entry = {name: form.data.get(name, "") for name in SIGN}
    return entry | {"fields": form.typed_list("fields_of_law")}


def _entered(plate: Plate, form: RefusableForm | None) -> dict[str, Any]:
    """What stands in the form that corrects a plate."""
    if form is not None and form.data.get("do") == "correct" and form.data.get("plate") == str(plate.pk):
        return _entry(form) | {"open": True}
    return {
        "plate_name": plate.name_zh,
        "document_code": plate.document_code,
        "seal": plate.seal,
        "above": str(plate.parent_id or ""),
        "valid_from": plate.valid_from.isoformat(),
        "fields": plate.fields,
    }


def _kinds() -> list[dict[str, str]]:
    """Kinds that can be registered here: the city office is there before anybody opens this page."""
    return [
        {"id": str(kind), "name": label(units.KIND_TEXTS[kind])}
        for kind, fits in units.PARENTS.items()
        if fits
    ]


def _unit(row: Unit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": str(row.pk),
        "name": row.name(language()),
        "kind": label(units.KIND_TEXTS[row.kind]),
        "parent": row.parent.name(language()) if row.parent else "",
        "closed_on": row.closed_on,
    }


def _names(row: Unit) -> list[dict[str, Any]]:
    """Earlier names, the last one first."""
    earlier = row.names.order_by("-until")
    return [{"name": said(Text(one.name_zh, one.name_en)), "until": one.until} for one in earlier]


def _plate(plate: Plate, today: date) -> dict[str, Any]:
    return {
        "id": str(plate.pk),
        "name": plate.name_zh,
        "code": plate.document_code,
        "seal": plate.seal,
        "valid_from": plate.valid_from,
        "valid_to": plate.valid_to,
        "in_force": plate.in_force_on(today),
        "corrected": plate.superseded_by_id is not None,
        "used_for": [label(FIELD_TEXTS[field]) for field in FIELD_TEXTS if field in plate.fields],
        "above": plate.parent.name(language()) if plate.parent else "",
    }


def _held(request: OfficerRequest, found: Iterable[holdings.Holding]) -> list[dict[str, Any]]:
    """What hangs on a unit, with a link for whoever may follow it."""
    return [
        {
            "what": label(one.what),
            "count": one.count,
            "more": one.count - len(one.first),
            "first": [
                {"name": said(words), "url": _where(request, one.kind, key)} for words, key in one.first
            ],
        }
        for one in found
    ]


def _where(request: OfficerRequest, kind: str, key: str) -> str:
    route, needed = WHERE.get(kind, ("", Permission.MANAGE_ACCOUNTS))
    if not route or needed not in request.actor.permissions:
        return ""
    if kind == "post":
        return f"{reverse(route)}#account-{key}"
    return reverse(route, args=[key])
