"""How django-unfold's admin looks, and where its home and sidebar come from."""

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": "Kumon",
    "SITE_HEADER": "Kumon",
    "SITE_SUBHEADER": _("Reception"),
    "SITE_SYMBOL": "forum",
    "SITE_URL": "/console/",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("operations/favicon.svg"),
        }
    ],
    "STYLES": [lambda request: static("operations/admin.css")],
    "DASHBOARD_CALLBACK": "kumon_site.operations.dashboard.home",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "kumon_site.operations.navigation.sections",
    },
    "COLORS": {
        "primary": {
            "50": "oklch(97% .018 220)",
            "100": "oklch(93.5% .038 220)",
            "200": "oklch(88% .065 222)",
            "300": "oklch(80% .1 226)",
            "400": "oklch(70% .125 230)",
            "500": "oklch(59% .125 235)",
            "600": "oklch(50% .118 240)",
            "700": "oklch(44% .108 243)",
            "800": "oklch(38% .092 244)",
            "900": "oklch(32% .075 245)",
            "950": "oklch(24% .055 246)",
        },
    },
}
