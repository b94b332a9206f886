"""Reads of the registry."""

from __future__ import annotations

import polars as pl

from lantian.registry.models import Agency, Subject, SubjectAlias


def resolve(subject: Subject) -> Subject:
    """Follow aliases to the subject that is kept."""
    seen = {subject.pk}
    while alias := SubjectAlias.objects.filter(old=subject, parted_at=None).select_related("kept").first():
        if alias.kept_id in seen:
            break
        subject = alias.kept
        seen.add(subject.pk)
    return subject


def find(number: str) -> Subject | None:
    """The subject with a credit code or an agency code, aliases resolved."""
    subject = Subject.objects.filter(number=number).first()
    if subject is None:
        agency = Agency.objects.select_related("subject").filter(agency_code=number).first()
        subject = agency.subject if agency else None
    return resolve(subject) if subject else None


def agencies_frame() -> pl.DataFrame:
    """The canonical table `agencies`, as far as detectors read it; the district is the one routing decided."""
    names = ["agency_code", "credit_code", "name", "status", "district_code", "address", "phone", "email"]
    fields = ["agency_code", "subject_id", "subject__name", "status", "subject__district_code", *names[5:]]
    rows = list(Agency.objects.order_by("id").values_list(*fields))
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
