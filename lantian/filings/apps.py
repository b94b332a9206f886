"""Django's view of the room."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "lantian.filings"
    label = "filings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.filings import queries
        from lantian.filings.captures import jobs  # noqa: F401 - registers the job
        from lantian.filings.intake import PATENTS
        from lantian.filings.open_rows import OPEN
        from lantian.office import search
        from lantian.office.intake.spec import register

        for spec in (PATENTS, *OPEN):
            register(spec)
        search.register(queries.SEARCHED)
