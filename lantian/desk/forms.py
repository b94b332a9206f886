"""Forms of the desk: they read what was typed; whether it may be done is decided by the rooms' actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict

from lantian.core.competence import Field
from lantian.core.messages import Refused, Text
from lantian.desk.present.words import said
from lantian.office.intake.spec import tables
from lantian.office.models import Account, Plate, Post, Unit
from lantian.office.permissions import ROLES
from lantian.office.plates import NewPlate
from lantian.office.units import NewName, NewUnit

# Django's own words for these are not in its Chinese catalogue.
PASSWORD_TEXTS: dict[str, Text] = {
    "password_too_short": Text(
        "密码至少要有 {min_length} 个字符。", "A password has at least {min_length} characters."
    ),
    "password_too_common": Text("这个密码太常见，请换一个。", "This password is too common; choose another."),
}


class RefusableForm(forms.Form):
    """A form that can show an action's refusal in its place."""

    def refuse(self, refusal: Refused, field: str | None = None) -> None:
        """Show the words of a refusal at a field, or above the form."""
        self.add_error(field, said(refusal.text))

    def first_error(self) -> str:
        """The first thing that is wrong, to be shown where there is room for one line."""
        return next((str(words) for errors in self.errors.values() for words in errors), "")

    def typed_list(self, name: str) -> list[str]:
        """Everything that was ticked in a field of several choices."""
        return self.data.getlist(name) if isinstance(self.data, QueryDict) else []


class UploadForm(RefusableForm):
    """A file and the table it goes into."""

    table = forms.ChoiceField()
    file = forms.FileField()

    def __init__(self, *args: Any, too_large: Text | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = said(too_large)
        table = self.fields["table"]
        assert isinstance(table, forms.ChoiceField)
        table.choices = [(spec.name, said(spec.title)) for spec in tables()]


class AccountForm(RefusableForm):
    """A new account."""

    name = forms.CharField(max_length=40)
    login = forms.CharField(max_length=40)
    password = forms.CharField(max_length=200, strip=False)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            validate_password(password)
        except ValidationError as error:
            raise ValidationError([explained(one) for one in error.error_list]) from None
        return password


def explained(error: ValidationError) -> ValidationError:
    """Django's refusal of a password in our own words."""
    text = PASSWORD_TEXTS.get(error.code or "")
    return ValidationError(said(text).format(**(error.params or {}))) if text else error


class KeyForm(RefusableForm):
    """An account, named by its key."""

    account = forms.ModelChoiceField(Account.objects.all(), to_field_name="key")


class PostKeyForm(RefusableForm):
    """A post, named by its key."""

    post = forms.ModelChoiceField(Post.objects.all(), to_field_name="key")


class PostForm(RefusableForm):
    """A post for an account."""

    account = forms.ModelChoiceField(Account.objects.all(), to_field_name="key")
    unit = forms.ModelChoiceField(Unit.objects.all())
    role = forms.ChoiceField(choices=[(name, name) for name in ROLES])
    valid_from = forms.DateField()


class SignForm(RefusableForm):
    """What a plate has beside its name; blanks inside the code stay, for the action to name them."""

    document_code = forms.CharField(max_length=20)
    seal = forms.CharField(max_length=60)
    valid_from = forms.DateField()
    fields_of_law = forms.MultipleChoiceField(
        choices=[(str(field), str(field)) for field in Field], required=False
    )
    above = forms.ModelChoiceField(Unit.objects.all(), required=False)

    def new_plate(self, name: str) -> NewPlate:
        """The plate that was typed, once the form is valid."""
        typed = self.cleaned_data
        fields = tuple(field for field in Field if field in typed["fields_of_law"])
        return NewPlate(
            name, typed["document_code"], typed["seal"], typed["valid_from"], fields, typed["above"]
        )


class PlateForm(SignForm):
    """A further plate for a unit."""

    unit = forms.ModelChoiceField(Unit.objects.all())
    plate_name = forms.CharField(max_length=60)


class CorrectionForm(SignForm):
    """What a plate should have said."""

    plate = forms.ModelChoiceField(Plate.objects.all())
    plate_name = forms.CharField(max_length=60)


class PlateKeyForm(RefusableForm):
    """A plate, named by its number."""

    plate = forms.ModelChoiceField(Plate.objects.all())


class RenameForm(RefusableForm):
    """Another name for a unit, and the one on the page it was typed on."""

    unit = forms.ModelChoiceField(Unit.objects.all())
    was = forms.CharField(max_length=60)
    name_zh = forms.CharField(max_length=60)
    name_en = forms.CharField(max_length=90)
    since = forms.DateField()

    def new_name(self) -> NewName:
        """The name that was typed, once the form is valid."""
        typed = self.cleaned_data
        return NewName(typed["name_zh"], typed["name_en"], typed["since"])


class UnitKeyForm(RefusableForm):
    """A unit, named by its number."""

    unit = forms.ModelChoiceField(Unit.objects.all())


class UnitForm(SignForm):
    """A new unit with its first plate."""

    number = forms.IntegerField(min_value=1, max_value=999_999_999_999)
    name_zh = forms.CharField(max_length=60)
    name_en = forms.CharField(max_length=90)
    kind = forms.ChoiceField(choices=Unit.Kind.choices)
    parent = forms.ModelChoiceField(Unit.objects.all(), required=False)
    plate_name = forms.CharField(max_length=60, required=False)

    def new_unit(self) -> NewUnit:
        """The unit that was typed, once the form is valid."""
        typed = self.cleaned_data
        return NewUnit(typed["number"], typed["name_zh"], typed["name_en"], typed["kind"], typed["parent"])


class GrantForm(RefusableForm):
    """Leave for a post to read unpublished applications."""

    post = forms.ModelChoiceField(Post.objects.all(), to_field_name="key")
    purpose = forms.CharField(max_length=200)
    valid_to = forms.DateField()
