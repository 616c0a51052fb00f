from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin


class NewestPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST rows: what lies behind is found by a filter or a search."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        found: int = rows[: self.MOST].count()
        return found


class ReadOnlyAdmin(ModelAdmin):
    """Records of what happened: looked at, never written here."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LongRecordsAdmin(ReadOnlyAdmin):
    """Records that become millions: no page counts them all, or asks which values there are."""

    paginator = NewestPaginator
    show_full_result_count = False
