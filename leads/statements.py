"""Statements that Django compiles once, and PostgreSQL parses once a connection.

Compiling costs the ORM four fifths of a short query's time, half a millisecond each; a message and
its turn ask three dozen (docs/decisions/0058-hot-statements-are-compiled-once.md).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import NOT_PROVIDED
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")


class _Name(str):
    """Where a value goes in a statement's parameters."""


class Slot(RawSQL):
    """A value that a query gets when it is asked: `filter(pk=Slot("pk"))`. None equals nothing."""

    def __init__(self, name: str) -> None:
        super().__init__("%s", [_Name(name)])


class Query(Generic[Row]):
    """A queryset with slots: rows of its model, or what its `values_list` names.

    No `select_related`, `prefetch_related`, `defer` or flat lists. One that locks rows needs an
    open transaction.
    """

    def __init__(self, rows: "QuerySet[Any, Row]") -> None:
        self._rows = rows

    def all(self, **values: Any) -> list[Row]:
        if self._rows.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked within a transaction")
        sql, params, converters, fields = self._compiled
        with prepared() as cursor:
            cursor.execute(sql, _filled(params, values))
            found = cursor.fetchall()
        for position, convert, expression in converters:
            found = [_converted(row, position, convert, expression) for row in found]
        if fields is not None:
            build = self._rows.model.from_db
            found = [build(DEFAULT_DB_ALIAS, fields, row) for row in found]
        return list(found)

    def first(self, **values: Any) -> Row | None:
        """The first row of however many there are."""
        return next(iter(self.all(**values)), None)

    def get(self, **values: Any) -> Row:
        """Raises the model's DoesNotExist if there is none."""
        found = self.all(**values)
        if not found:
            raise self._rows.model.DoesNotExist
        return found[0]

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[Any], list[Any], list[str] | None]:
        compiler = self._rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        expressions = [selected for selected, _, _ in compiler.select]
        converters = [
            (position, convert, expression)
            for position, (converts, expression) in compiler.get_converters(expressions).items()
            for convert in converts
        ]
        fields = None
        if self._rows.query.default_cols:  # else `values_list`
            fields = [expressions[i].target.attname for i in compiler.klass_info["select_fields"]]
        return sql, params, converters, fields


class Change:
    """An UPDATE of the rows of a queryset, with slots in its filter and among its new values."""

    def __init__(self, rows: "QuerySet[Any, Any]", **changed: Any) -> None:
        self._rows, self._changed = rows, changed

    def make(self, **values: Any) -> int:
        """The number of rows that were changed."""
        sql, params = self._compiled
        with prepared() as cursor:
            cursor.execute(sql, _filled(params, values))
            return int(cursor.rowcount)

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[Any]]:
        query: Any = self._rows.query.chain(UpdateQuery)
        query.add_update_values(self._changed)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, params


class _Cursor(psycopg.Cursor[Any]):
    """PostgreSQL parses its statements once a connection; Django's own cursors send every one
    anew, with its values written into the text."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Cursor":
        return super().execute(query, params, prepare=True, **options)


def prepared() -> Any:
    """A cursor for a statement whose text is always the same."""
    ours: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: it is this thread's
    ours.ensure_connection()
    cursor = _Cursor(ours.connection)
    return ours.make_debug_cursor(cursor) if ours.queries_logged else ours.make_cursor(cursor)


def insert(row: Model, *, unless_there: bool = False) -> bool:
    """What `row.save()` does for a new row, without signals; what has a default of the database
    gets that. False if it was not inserted, because another has a value that is unique, and with
    `unless_there` that is no error."""
    with prepared() as cursor:
        return inserting(cursor, row, unless_there=unless_there)()


def inserting(cursor: Any, row: Model, *, unless_there: bool = False) -> Callable[[], bool]:
    """An `insert` that is sent only; calling what is returned finishes it, for instance when
    `together` has ended."""
    given, defaults, sql = _insertion(type(row), unless_there)
    cursor.execute(sql, _values(given, row, add=True))

    def finish() -> bool:
        inserted = cursor.fetchone()
        if inserted is None:
            return False
        row.pk, *made = inserted
        for field, value in zip(defaults, made, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return True

    return finish


@contextmanager
def together() -> Iterator[None]:
    """What `prepared` cursors execute within is sent at once, and is one transaction if none is
    open: a lock that it takes is held while PostgreSQL works, not while we do. The results can be
    fetched when it has ended."""
    ours: Any = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection()
    with ours.wrap_database_errors, ours.connection.pipeline():
        yield


def update(row: Model, *names: str) -> None:
    """What `row.save(update_fields=names)` does, without signals; all fields if none is named."""
    fields, sql = _change(type(row), names)
    with prepared() as cursor:
        cursor.execute(sql, [*_values(fields, row, add=False), row.pk])


def _filled(params: Sequence[Any], values: dict[str, Any]) -> list[Any]:
    return [values[param] if type(param) is _Name else param for param in params]


def _converted(row: Sequence[Any], position: int, convert: Any, expression: Any) -> list[Any]:
    changed = list(row)
    changed[position] = convert(changed[position], expression, connection)
    return changed


def _values(fields: "Sequence[Field[Any, Any]]", row: Model, *, add: bool) -> list[Any]:
    ours: Any = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(field.pre_save(row, add), ours) for field in fields]


@cache
def _insertion(
    model: type[Model], unless_there: bool
) -> "tuple[list[Field[Any, Any]], list[Field[Any, Any]], str]":
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    given = [field for field in fields if field.db_default is NOT_PROVIDED]
    defaults = [field for field in fields if field.db_default is not NOT_PROVIDED]
    columns = ", ".join(_quoted(field.column) for field in given)
    returned = ", ".join(_quoted(field.column) for field in (model._meta.pk, *defaults))
    places = ", ".join(["%s"] * len(given))
    tolerant = " ON CONFLICT DO NOTHING" if unless_there else ""
    sql = (
        f"INSERT INTO {_table(model)} ({columns}) VALUES ({places}){tolerant} RETURNING {returned}"  # noqa: S608
    )
    return given, defaults, sql


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> "tuple[list[Field[Any, Any]], str]":
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    if names:
        fields = [model._meta.get_field(name) for name in names]
    pairs = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = _quoted(str(model._meta.pk.column))
    return fields, f"UPDATE {_table(model)} SET {pairs} WHERE {key} = %s"  # noqa: S608 - our own names


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
