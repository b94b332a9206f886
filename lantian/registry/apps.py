"""Django's view of the room."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lantian.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.office.intake.spec import register
        from lantian.registry.intake import AGENCIES

        register(AGENCIES)
