"""Django's view of the room."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lantian.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.office import search
        from lantian.office.intake.spec import register
        from lantian.registry import queries
        from lantian.registry.changes import CHANGES
        from lantian.registry.dated import DATED
        from lantian.registry.directories import COMPARED
        from lantian.registry.intake import AGENCIES, COMPANIES, PRACTITIONERS

        for spec in (AGENCIES, COMPANIES, PRACTITIONERS, *DATED, CHANGES, *COMPARED):
            register(spec)
        search.register(queries.SEARCHED)
