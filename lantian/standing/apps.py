"""Django's view of the room."""

from django.apps import AppConfig


class StandingConfig(AppConfig):
    name = "lantian.standing"
    label = "standing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.office import redating
        from lantian.office.intake.spec import register
        from lantian.standing import listing, nightly, reckoning, rehearsing  # noqa: F401 - they register their jobs
        from lantian.standing.intake import OFFICIAL_GRADES, QUALITY_ROUNDS
        from lantian.standing.intake_events import CREDIT_EVENTS

        for spec in (OFFICIAL_GRADES, QUALITY_ROUNDS, CREDIT_EVENTS):
            register(spec)
        redating.register(*nightly.DATED)
