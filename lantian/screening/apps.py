"""Django's view of the room."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "lantian.screening"
    label = "screening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.screening import run  # noqa: F401 - registers the job
