"""Django's view of the room."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "lantian.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.casework import queries
        from lantian.office import holdings

        holdings.register(queries.held_by)
