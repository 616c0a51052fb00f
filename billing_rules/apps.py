from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingRulesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "billing_rules"
    verbose_name = _("Prices and discounts")
