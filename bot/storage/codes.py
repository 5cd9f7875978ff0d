"""Which codes of the office file the rows rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, union

from bot.storage.tables import chats, people, records

if TYPE_CHECKING:
    from sqlalchemy import CompoundSelect
    from sqlalchemy.ext.asyncio import AsyncConnection

DISTRICTS = union(select(chats.c.district), select(records.c.district))
ORGANS = union(
    select(people.c.organ).where(people.c.organ.is_not(None)),
    select(records.c.sender),
    select(records.c.receiver),
)


@dataclass(frozen=True, slots=True)
class CodesInUse:
    """The districts and organs that chats, people and records belong to."""

    districts: frozenset[str]
    organs: frozenset[str]


async def codes_in_use(connection: AsyncConnection) -> CodesInUse:
    """Read every code that a row names."""

    async def codes(query: CompoundSelect[tuple[str]]) -> frozenset[str]:
        return frozenset(await connection.scalars(query))

    return CodesInUse(await codes(DISTRICTS), await codes(ORGANS))
