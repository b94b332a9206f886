"""Django's view of the room."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "lantian.screening"
    label = "screening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.office.intake.spec import register
        from lantian.screening import run, schedule  # noqa: F401 - register jobs and what follows an intake
        from lantian.screening.material import SPECS

        for spec in SPECS:
            register(spec)
