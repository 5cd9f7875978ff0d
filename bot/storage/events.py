"""The histories: append-only, each entry carrying the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from bot.domain.records import Event
from bot.storage import tables
from bot.storage.among import among
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.events
C = tables.contents
D = tables.digests

BEGINNING = "0" * 64
"""What the first entry of a stream names as its predecessor."""

OFFICE = "office"
"""The stream of everything that is no record's: roster, groups, calendar."""


def stream_of(record_id: int) -> str:
    """The stream of one record."""
    return f"record/{record_id}"


class Events:
    """Every stream of events; nothing here changes or removes one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(
        self,
        stream: str,
        name: str,
        facts: Mapping[str, object],
        *,
        actor: int | None,
        now: datetime,
        content: Mapping[str, object] | None = None,
    ) -> Event:
        """Add an entry to a stream, chained to its head.

        `facts` stay for ever; `content` is case text, which the chain covers by a salted
        hash only, so that it can be purged one day without breaking the proof.
        Two writers at one head collide on the unique (stream, no): one of them fails.
        """
        nonce = secrets.token_hex(16)
        sealed = canonical(content) if content is not None else ""
        if sealed:
            facts = {**facts, "content": seal(nonce, sealed)}
        head = await self.head(stream)
        no, previous = (head.no + 1, head.hash) if head else (1, BEGINNING)
        body = canonical(facts)
        values = {
            "stream": stream,
            "no": no,
            "at": now,
            "actor": actor,
            "name": name,
            "body": body,
            "previous": previous,
            "hash": chained(previous, stream, no, at=now, actor=actor, name=name, body=body),
        }
        result = await self._connection.execute(T.insert().values(values).returning(T))
        event = _event(result.one())
        if sealed:
            await self._connection.execute(
                C.insert().values(event_id=event.id, nonce=nonce, body=sealed)
            )
        return event

    async def content(self, event_id: int) -> tuple[str, str] | None:
        """Nonce and canonical JSON of an entry's content, unless it was purged."""
        rows = await self._connection.execute(
            select(C.c.nonce, C.c.body).where(C.c.event_id == event_id)
        )
        row = rows.one_or_none()
        return None if row is None else (row.nonce, row.body)

    async def contents(self, event_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        """What entries say, by id, of those whose content is still kept."""
        rows = await self._connection.execute(
            select(C.c.event_id, C.c.body).where(among(self._connection, C.c.event_id, event_ids))
        )
        return {row.event_id: json.loads(row.body) for row in rows}

    async def head(self, stream: str) -> Event | None:
        """The newest entry of a stream."""
        rows = await self._connection.execute(
            select(T).where(T.c.stream == stream).order_by(T.c.no.desc()).limit(1)
        )
        row = rows.one_or_none()
        return None if row is None else _event(row)

    async def of(self, stream: str) -> list[Event]:
        """A whole stream, oldest first."""
        rows = await self._connection.execute(
            select(T).where(T.c.stream == stream).order_by(T.c.no)
        )
        return [_event(row) for row in rows]

    async def of_record(self, record_id: int) -> list[Event]:
        """The history of one record, oldest first."""
        return await self.of(stream_of(record_id))

    async def last_of(self, record_id: int, names: Collection[str]) -> dict[str, int]:
        """The newest event of each of some names in a record's history, by its name."""
        rows = await self._connection.execute(
            select(T.c.name, func.max(T.c.id).label("id"))
            .where(T.c.stream == stream_of(record_id), T.c.name.in_(names))
            .group_by(T.c.name)
        )
        return {row.name: row.id for row in rows}

    async def last_by(
        self, person_id: int, organ: str, record_ids: Collection[int], names: Collection[str]
    ) -> frozenset[int]:
        """Those of the records on which a person took their organ's last step.

        `names` are those of the events that are steps.
        """
        streams = {stream_of(record_id): record_id for record_id in record_ids}
        among_them = among(self._connection, T.c.stream, streams)
        theirs = select(T.c.stream).where(among_them, T.c.actor == person_id)
        rows = await self._connection.execute(
            select(T.c.stream, T.c.actor, T.c.body)
            .where(T.c.stream.in_(theirs), T.c.name.in_(names))
            .order_by(T.c.stream, T.c.no)
        )
        last = {row.stream: row.actor for row in rows if json.loads(row.body)["organ"] == organ}
        return frozenset(streams[stream] for stream, actor in last.items() if actor == person_id)

    async def last_steps(
        self, record_ids: Collection[int], names: Collection[str]
    ) -> dict[int, dict[int, int]]:
        """By record: everybody who took a step on it, and the number of the last one each took.

        `names` are those of the events that are steps.
        """
        streams = {stream_of(record_id): record_id for record_id in record_ids}
        rows = await self._connection.execute(
            select(T.c.stream, T.c.actor, func.max(T.c.no).label("no"))
            .where(
                among(self._connection, T.c.stream, streams),
                T.c.name.in_(names),
                T.c.actor.is_not(None),
            )
            .group_by(T.c.stream, T.c.actor)
        )
        found: dict[int, dict[int, int]] = {record_id: {} for record_id in record_ids}
        for row in rows:
            found[streams[row.stream]][row.actor] = row.no
        return found

    async def all(self) -> AsyncIterator[tuple[Event, tuple[str, str] | None]]:
        """Every event with its content, stream by stream, without holding them all in memory."""
        everything = (
            select(T, C.c.nonce, C.c.body.label("content"))
            .outerjoin(C, C.c.event_id == T.c.id)
            .order_by(T.c.stream, T.c.no)
        )
        async with self._connection.stream(everything) as rows:
            async for *columns, nonce, content in rows:
                event = Event(*columns)
                yield event, None if nonce is None else (nonce, content)

    async def last_id(self) -> int:
        """The id of the newest event of all; 0 when there is none.

        On PostgreSQL an event gets its id before others see it: wait for those in flight and
        keep new ones out until the transaction ends, so that none below this id comes later.
        """
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(text(f"LOCK TABLE {T.name} IN SHARE MODE"))
        return int(await self._connection.scalar(select(func.max(T.c.id))) or 0)

    async def any_after(self, event_id: int, *, but: str) -> bool:
        """Tell whether anything happened after an event, `but` for events of one name."""
        later = select(T.c.id).where(T.c.id > event_id, T.c.name != but).exists()
        return bool(await self._connection.scalar(select(later)))

    async def heads_code(self, up_to: int) -> tuple[int, str]:
        """How many streams there are up to an event, and one hash over all their heads."""
        newest = (
            select(T.c.stream, func.max(T.c.no).label("no"))
            .where(T.c.id <= up_to)
            .group_by(T.c.stream)
            .subquery()
        )
        rows = await self._connection.execute(
            select(T.c.stream, T.c.hash).join(
                newest, (T.c.stream == newest.c.stream) & (T.c.no == newest.c.no)
            )
        )
        lines = sorted(f"{row.stream} {row.hash}\n" for row in rows)
        return len(lines), hashlib.sha256("".join(lines).encode()).hexdigest()

    async def write_digest(self, day: date, streams: int, last_event: int, code: str) -> bool:
        """Keep a day's digest; tells whether it is the day's first."""
        result = await self._connection.execute(
            insert_into(D, self._connection)
            .values(day=day, streams=streams, last_event=last_event, code=code)
            .on_conflict_do_nothing()
        )
        return result.rowcount > 0

    async def digests(self) -> list[tuple[date, int, str]]:
        """Day, last event and code of every digest, oldest first."""
        rows = await self._connection.execute(
            select(D.c.day, D.c.last_event, D.c.code).order_by(D.c.day)
        )
        return [(row.day, row.last_event, row.code) for row in rows]


def canonical(facts: Mapping[str, object]) -> str:
    """Facts as JSON that is the same for the same facts, byte for byte."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chained(
    previous: str, stream: str, no: int, *, at: datetime, actor: int | None, name: str, body: str
) -> str:
    """The hash of an entry: SHA-256 over its predecessor's hash and all that it says."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    text = "\n".join((previous, stream, str(no), moment, str(actor or ""), name, body))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(nonce: str, body: str) -> str:
    """What the chain keeps of a content: its hash, salted so that it cannot be guessed."""
    return hashlib.sha256(f"{nonce}{body}".encode()).hexdigest()


def is_sound(event: Event, previous: str) -> bool:
    """Tell whether an entry says what its hash covers and follows its predecessor."""
    return event.previous == previous and event.hash == chained(
        event.previous,
        event.stream,
        event.no,
        at=event.at,
        actor=event.actor,
        name=event.name,
        body=event.body,
    )


def _event(row: Row[tuple[object, ...]]) -> Event:
    return Event(**row._mapping)
