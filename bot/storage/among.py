"""`IN` a list of any length, given as one parameter: nothing to expand, and no limit to hit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import String, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import BindParameter, Column, ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

V = TypeVar("V", int, str)


def among(
    connection: AsyncConnection, column: Column[V], values: Collection[V]
) -> ColumnElement[bool]:
    """That a column holds one of some numbers, or one of some words."""
    dialect = connection.dialect.name
    return among_named(dialect, column, bindparam(None, listed(dialect, values)))


def among_named(
    dialect: str, column: Column[V], parameter: BindParameter[Any]
) -> ColumnElement[bool]:
    """The same, of a list that is given when the statement is carried out, as `listed` makes it."""
    if dialect == "postgresql":
        parameter.type = ARRAY(column.type)
        return column == any_(parameter)
    parameter.type = String()
    listing = func.json_each(parameter).table_valued("value")
    return column.in_(select(listing.c.value))


def listed(dialect: str, values: Collection[V]) -> list[V] | str:
    """A list as one parameter."""
    return list(values) if dialect == "postgresql" else json.dumps(list(values))
