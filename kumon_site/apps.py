from django.apps import AppConfig


class KumonSiteConfig(AppConfig):
    name = "kumon_site"
