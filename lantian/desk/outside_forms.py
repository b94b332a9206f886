"""Forms about matters of outside systems."""

from __future__ import annotations

from typing import Any

from django import forms

from lantian.casework.outside import KINDS, LONGEST_SYSTEM
from lantian.casework.outside_files import DATES, LONGEST
from lantian.core.messages import Text
from lantian.desk.forms import RefusableForm
from lantian.desk.present.words import said
from lantian.office.modes import FIELDS


class ValuesForm(RefusableForm):
    """What an outside system says of a matter."""

    external_no = forms.CharField(max_length=LONGEST["external_no"], required=False)
    title = forms.CharField(max_length=LONGEST["title"], required=False)
    stage = forms.CharField(max_length=LONGEST["stage"], required=False)
    opened_on = forms.DateField(required=False)
    closed_on = forms.DateField(required=False)
    subject_name = forms.CharField(max_length=LONGEST["subject_name"], required=False)
    subject_no = forms.CharField(max_length=LONGEST["subject_no"], required=False)
    handler = forms.CharField(max_length=LONGEST["handler"], required=False)
    result = forms.CharField(max_length=LONGEST["result"], required=False)

    def values(self) -> dict[str, str]:
        """Values by field, dates in ISO form, once the form is valid."""
        typed = self.cleaned_data
        dates = {name: typed[name].isoformat() if typed[name] else "" for name in DATES}
        return {name: typed[name] for name in FIELDS if name not in DATES} | dates


class MatterForm(ValuesForm):
    """A change of what is noted."""

    version = forms.IntegerField(min_value=1)


class NewMatterForm(ValuesForm):
    """A new note; whether its number and subject are there is the action's to say."""

    system = forms.CharField(max_length=LONGEST_SYSTEM, required=False)
    subject_kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])


class FileForm(RefusableForm):
    """A form with a file, which may have been too large to be kept."""

    file = forms.FileField()

    def __init__(self, *args: Any, too_large: Text | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = said(too_large)


class PaperForm(FileForm):
    """A paper of the outside system."""

    name = forms.CharField(max_length=120)
    version = forms.IntegerField(min_value=1)


class TakeInForm(FileForm):
    """An export of an outside system."""

    system = forms.CharField(max_length=LONGEST_SYSTEM)
