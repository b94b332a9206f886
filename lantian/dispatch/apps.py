"""Django's view of the room."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "lantian.dispatch"
    label = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the room's jobs known to the worker."""
        from lantian.dispatch import closing, returning, sending, splitting  # noqa: F401
