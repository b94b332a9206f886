"""Django's view of the room."""

from django.apps import AppConfig


class CampaignConfig(AppConfig):
    name = "lantian.campaign"
    label = "campaign"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lantian.campaign.actions import exports  # noqa: F401 - registers the job
