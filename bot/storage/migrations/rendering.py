"""How our own column types and defaults are written down in a generated migration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import DefaultClause
from sqlalchemy.sql.elements import False_

from bot.storage.columns import BigId, Json, UtcTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render_item(kind: str, item: object, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our types by the names that `bot.storage.columns` gives them.

    A false default is written so that each database gets its own word for it.
    """
    if kind == "server_default" and isinstance(item, DefaultClause):
        return "sa.false()" if isinstance(item.arg, False_) else False
    if kind != "type" or not (name := _type_name(item)):
        return False
    autogen_context.imports.add(f"from bot.storage.columns import {name}")
    return name


def _type_name(item: object) -> str:
    if isinstance(item, UtcTime):
        return "UtcTime"
    return next((name for name, kind in (("BigId", BigId), ("Json", Json)) if item is kind), "")
