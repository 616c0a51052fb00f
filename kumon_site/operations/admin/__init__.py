from kumon_site.operations.admin import alerts, people

__all__ = ["alerts", "people"]
