"""Django's view of the room."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "lantian.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the room's jobs known to the worker, and what it holds known to the office."""
        from lantian.casework import alerting, nightly, queries  # noqa: F401 - registers the job
        from lantian.office import holdings, redating

        holdings.register(queries.held_by)
        redating.register(*nightly.DATED)
