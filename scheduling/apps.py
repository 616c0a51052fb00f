from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "scheduling"
    verbose_name = _("Visits and opening hours")

    def ready(self) -> None:
        from scheduling import checks  # noqa: F401 - registered by being imported
