"""Prices and discounts in the back-office; `dated` serves every row that holds for a period."""

from billing_rules.admin import prices

__all__ = ["prices"]
