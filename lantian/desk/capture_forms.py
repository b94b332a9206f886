"""Forms about captures, evidence and lexicons; whether it may be done is the actions' to say."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.core.files.uploadedfile import UploadedFile

from lantian.desk.forms import RefusableForm
from lantian.desk.outside_forms import FileForm
from lantian.filings.captures.actions import MOST_TYPED, Retaken, Saved, Words
from lantian.filings.captures.kinds import MOST_BYTES
from lantian.filings.captures.models import LEXICONS, PLATFORMS, RESULTS
from lantian.filings.captures.policy import MOST_ADDRESS
from lantian.office import clock


def content_of(upload: UploadedFile[bytes] | None) -> tuple[str, bytes] | None:
    """Name and content of an upload, no more of it than shows that it is too large."""
    return (upload.name or "", upload.read(MOST_BYTES + 1)) if upload else None


class UploadForm(FileForm):
    """A saved page or a picture of a screen, and how it was made."""

    picture = forms.FileField(required=False)
    url = forms.CharField(max_length=MOST_ADDRESS, required=False)
    platform = forms.ChoiceField(choices=[(name, name) for name in PLATFORMS])
    on = forms.DateField()
    hour = forms.TimeField()
    how = forms.CharField(max_length=500)
    transcript = forms.CharField(max_length=MOST_TYPED, required=False)

    def saved(self) -> Saved:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        at = _moment(self, "on", "hour")
        return Saved(typed["url"], typed["platform"], at, typed["how"], typed["transcript"])


class AskForm(RefusableForm):
    """An address to capture, and what for."""

    url = forms.CharField(max_length=MOST_ADDRESS)
    purpose = forms.CharField(max_length=200)


class ReadingForm(RefusableForm):
    """What a capture says, typed."""

    version = forms.IntegerField(min_value=0)
    title = forms.CharField(max_length=300, required=False)
    text = forms.CharField(max_length=200_000)
    advertiser = forms.CharField(max_length=120, required=False)
    advertiser_id = forms.CharField(max_length=18, required=False)
    phone = forms.CharField(max_length=40, required=False)

    def words(self) -> Words:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        return Words(*(typed[name] for name in ("title", "text", "advertiser", "advertiser_id", "phone")))


class RecordForm(RefusableForm):
    """Evidence taken again by two officers."""

    version = forms.IntegerField(min_value=0)
    on = forms.DateField()
    hour = forms.TimeField()
    place = forms.CharField(max_length=200)
    first = forms.CharField(max_length=40)
    first_card = forms.CharField(max_length=40)
    second = forms.CharField(max_length=40)
    second_card = forms.CharField(max_length=40)
    surroundings = forms.CharField(max_length=500)
    steps = forms.CharField(max_length=4000)
    result = forms.ChoiceField(choices=[(name, name) for name in RESULTS])
    sha256 = forms.CharField(max_length=64, required=False)
    trusted_time = forms.CharField(max_length=120, required=False)
    file = forms.FileField(required=False)

    def retaken(self) -> Retaken:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        return Retaken(
            taken_at=_moment(self, "on", "hour"),
            place=typed["place"],
            officers=(typed["first"], typed["second"]),
            certificates=(typed["first_card"], typed["second_card"]),
            surroundings=typed["surroundings"],
            steps=typed["steps"],
            result=typed["result"],
            sha256=typed["sha256"],
            trusted_time=typed["trusted_time"],
            file=content_of(typed["file"]),
        )


class LexiconForm(FileForm):
    """Words of one kind."""

    version = forms.IntegerField(min_value=0)
    kind = forms.ChoiceField(choices=[(name, name) for name in LEXICONS])
    source = forms.CharField(max_length=200)


def _moment(form: forms.Form, day: str, hour: str) -> datetime:
    hours: time = form.cleaned_data[hour]
    return datetime.combine(form.cleaned_data[day], hours, clock.CHINA)
