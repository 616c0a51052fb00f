from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "kumon_site.operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from kumon_site.operations import (
            checks,  # noqa: F401  (registers them)
            reports,
            slow_queries,
        )

        slow_queries.watch()
        reports.begin()
