"""Django's view of the room."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "lantian.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
