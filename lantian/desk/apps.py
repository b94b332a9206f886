"""Django's view of the room."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lantian.desk"
    label = "desk"

    def ready(self) -> None:
        """Let the city office replace the books of every room."""
        from lantian.desk import shelving

        shelving.begin()
