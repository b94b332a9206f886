"""Django's view of the room."""

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "lantian.publicity"
    label = "publicity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.core.messages import Text
        from lantian.office import redating
        from lantian.publicity import sweeping

        text = Text("公示和撤下的期限", "publication and taking down")
        redating.register(redating.Dated("publicity.Notice", sweeping.NAME, text))
