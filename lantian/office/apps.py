"""Django's view of the room."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "lantian.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.office import serving, tasks  # noqa: F401 - the queue's tasks
        from lantian.office.intake import actions  # noqa: F401 - registers the job
        from lantian.office.papers import setting  # noqa: F401 - registers the job

        serving.begin()
