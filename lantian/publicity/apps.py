"""Django's view of the room."""

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "lantian.publicity"
    label = "publicity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.publicity import sweeping  # noqa: F401 - registers its job
