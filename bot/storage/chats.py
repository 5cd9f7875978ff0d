"""The bound groups, and the posts that stand in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, delete, false, func, or_, select, update

from bot.domain.calendar import DAY, monday_of
from bot.domain.outgoing import Manner
from bot.domain.people import Side
from bot.storage import tables
from bot.storage.among import among
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Row, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.chats

CARDS = ("card/", "join/")
"""What the names of posts begin with that are shown to whoever may see them, unasked."""

OF_ITSELF = "group/"
"""What the keys of messages begin with that the bot says to a group of itself."""


class Audience(NamedTuple):
    """What decides of which matters a group hears; many groups have it in common."""

    district: str
    sides: frozenset[Side]


@dataclass(frozen=True, slots=True)
class Chat:
    """A group, or one topic of it (thread_id ≠ 0), tied to a district and its sides."""

    chat_id: int
    thread_id: int
    title: str
    district: str
    sides: frozenset[Side]
    spoken_on: date | None = field(default=None, compare=False)
    """The day on which the bot last said something to it of itself."""
    week_told: date | None = field(default=None, compare=False)
    """The Monday of the last week of which it has heard; the Sunday if only perhaps."""

    @property
    def audience(self) -> Audience:
        """Whose group it is."""
        return Audience(self.district, self.sides)


class Chats:
    """Which group is whose."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def at(self, chat_id: int, thread_id: int) -> Chat | None:
        """The binding in force at a place: the topic's own, else the whole group's."""
        rows = await self._connection.execute(
            select(T)
            .where(T.c.chat_id == chat_id, T.c.thread_id.in_({0, thread_id}))
            .order_by(T.c.thread_id.desc())
        )
        row = rows.first()
        return None if row is None else _chat(row)

    async def bind(self, chat: Chat, person_id: int, now: datetime) -> None:
        """Tie a place, or tie it anew."""
        values = {
            "title": chat.title,
            "district": chat.district,
            "sides": sides_text(chat.sides),
            "bound_by": person_id,
            "bound_at": now,
        }
        await self._connection.execute(
            insert_into(T, self._connection)
            .values(chat_id=chat.chat_id, thread_id=chat.thread_id, **values)
            .on_conflict_do_update(index_elements=["chat_id", "thread_id"], set_=values)
        )

    async def unbind(self, chat_id: int, thread_id: int | None = None) -> bool:
        """Drop the binding of one place, or all those of a group; tells whether there was one.

        No card is said or updated any more where it no longer belongs. The binding goes first:
        what another process was about to say there is queued by then, or is not said.
        """
        result = await self._connection.execute(delete(T).where(*_within(T, chat_id, thread_id)))
        await self.withdraw_cards(chat_id, thread_id)
        return result.rowcount > 0

    async def withdraw_cards(self, chat_id: int, thread_id: int | None = None) -> None:
        """Forget the posts that stand at a place, and say no card or edit that waits there."""
        outbox = tables.outbox
        for table in (tables.posts, tables.scrolls):
            await self._connection.execute(delete(table).where(*_within(table, chat_id, thread_id)))
        await self._connection.execute(
            delete(outbox).where(
                *_within(outbox, chat_id, thread_id),
                or_(
                    *(outbox.c.post.startswith(prefix) for prefix in CARDS),
                    and_(outbox.c.key.startswith(OF_ITSELF), outbox.c.state == "sending"),
                    outbox.c.manner == Manner.AMEND.value,
                ),
                outbox.c.state.in_(("waiting", "sending")),
            )
        )

    async def of_group(self, chat_id: int) -> list[Chat]:
        """The bound places of one group."""
        rows = await self._connection.execute(
            select(T).where(T.c.chat_id == chat_id).order_by(T.c.thread_id)
        )
        return [_chat(row) for row in rows]

    async def everywhere(self) -> list[Chat]:
        """Every bound place."""
        rows = await self._connection.execute(select(T).order_by(T.c.bound_at))
        return [_chat(row) for row in rows]

    async def count(self) -> int:
        """How many bound places there are."""
        return await self._connection.scalar(select(func.count()).select_from(T)) or 0

    async def still(self, chats: Collection[Chat]) -> list[Chat]:
        """Those of some places that are bound as they were, as they are now.

        None of them is unbound in this transaction's time: another PostgreSQL process waits.
        """
        ids = {chat.chat_id for chat in chats}
        rows = await self._connection.execute(
            select(T)
            .where(among(self._connection, T.c.chat_id, ids))
            .order_by(T.c.chat_id, T.c.thread_id)
            .with_for_update(read=True)
        )
        now = {(row.chat_id, row.thread_id): _chat(row) for row in rows}
        there = ((chat, now.get((chat.chat_id, chat.thread_id))) for chat in chats)
        return [found for chat, found in there if found is not None and found == chat]

    async def for_matter(self, district: str, sides: Iterable[Side]) -> list[Chat]:
        """The bound places where a matter of this district between these sides belongs."""
        wanted = frozenset(sides)
        rows = await self._connection.execute(
            select(T).where(T.c.district == district).order_by(T.c.bound_at)
        )
        return [chat for chat in map(_chat, rows) if wanted <= chat.sides]

    async def audiences(self) -> set[Audience]:
        """Whose groups there are."""
        rows = await self._connection.execute(select(T.c.district, T.c.sides).distinct())
        return {Audience(row.district, sides_from(row.sides)) for row in rows}

    async def quiet(self, audiences: Collection[Audience], day: date) -> list[Chat]:
        """The places of some audiences to which the bot has said nothing of itself on a day."""
        theirs = [
            and_(T.c.district == each.district, T.c.sides == sides_text(each.sides))
            for each in audiences
        ]
        quiet = or_(T.c.spoken_on.is_(None), T.c.spoken_on != day)
        rows = await self._connection.execute(
            select(T).where(or_(false(), *theirs), quiet).order_by(T.c.bound_at)
        )
        return [_chat(row) for row in rows]

    async def untold(self, monday: date, before: datetime) -> list[Chat]:
        """The places, bound before some hour, that have not heard yet what the week brings."""
        untold = or_(T.c.week_told.is_(None), T.c.week_told != monday)
        rows = await self._connection.execute(
            select(T).where(untold, T.c.bound_at < before).order_by(T.c.bound_at)
        )
        return [_chat(row) for row in rows]

    async def spoken_to(self, chat: Chat, day: date, monday: date | None) -> None:
        """Note that the bot has said something of itself, on `monday`: what the week brings."""
        values = {"spoken_on": day} | ({"week_told": monday} if monday else {})
        place = (T.c.chat_id == chat.chat_id, T.c.thread_id == chat.thread_id)
        await self._connection.execute(update(T).where(*place).values(values))

    async def unspoken_to(
        self, chat_id: int, thread_id: int, *, week: bool, doubtful: bool
    ) -> None:
        """Note that what the bot was to say of itself is not said after all.

        Of a week that it said in it, a doubt is kept until that is said again.
        """
        place = (T.c.chat_id == chat_id, T.c.thread_id == thread_id)
        values: dict[str, date | None] = {"spoken_on": None}
        if week:
            told: date | None = await self._connection.scalar(select(T.c.week_told).where(*place))
            values["week_told"] = told + 6 * DAY if told and doubtful else None
        await self._connection.execute(update(T).where(*place).values(values))

    async def set_back(self, today: date) -> None:
        """Forget what was said on days to come, while the clock ran ahead.

        Whether a group that heard of a later week has heard of this one, nobody knows: perhaps.
        """
        sunday = monday_of(today) + 6 * DAY
        await self._connection.execute(
            update(T).where(T.c.spoken_on > today).values(spoken_on=None)
        )
        await self._connection.execute(
            update(T).where(T.c.week_told > sunday).values(week_told=sunday)
        )

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """Follow a group that became a supergroup: rewrite every reference to it.

        Its messages got new ids, so its posts are forgotten and will be put anew, and what was
        to be done to one of them is not. Should the new group be bound already, that binding stays.
        """
        if await self.of_group(new_chat_id):
            await self._connection.execute(delete(T).where(T.c.chat_id == old_chat_id))
        await self._drop_touches(old_chat_id)
        for table in (
            tables.attachments,
            tables.chats,
            tables.drafts,
            tables.outbox,
            tables.questions,
        ):
            await self._connection.execute(
                update(table).where(table.c.chat_id == old_chat_id).values(chat_id=new_chat_id)
            )
        for table in (tables.posts, tables.origins, tables.scrolls):  # they hold messages' old ids
            await self._connection.execute(delete(table).where(table.c.chat_id == old_chat_id))
        await self._rename_posts(f"/{old_chat_id}/", f"/{new_chat_id}/")
        await self._move_detours(old_chat_id, new_chat_id)

    async def _drop_touches(self, chat_id: int) -> None:
        """Remove and change no message of a group any more: in the new one its id is another's."""
        outbox = tables.outbox
        await self._connection.execute(
            delete(outbox).where(
                outbox.c.chat_id == chat_id,
                outbox.c.manner.in_([Manner.DELETE.value, Manner.AMEND.value]),
                outbox.c.state.in_(("waiting", "sending")),
            )
        )

    async def _rename_posts(self, old: str, new: str) -> None:
        """Let the cards that still wait to be said stand under their new place's name."""
        post = tables.outbox.c.post
        await self._connection.execute(
            update(tables.outbox)
            .where(post.contains(old))
            .values(post=func.replace(post, old, new))
        )

    async def _move_detours(self, old_chat_id: int, new_chat_id: int) -> None:
        outbox = tables.outbox
        rows = await self._connection.execute(select(outbox.c.id, outbox.c.detour))
        for row_id, detour in rows.all():
            if detour and detour["chat_id"] == old_chat_id:
                await self._connection.execute(
                    update(outbox)
                    .where(outbox.c.id == row_id)
                    .values(detour={**detour, "chat_id": new_chat_id})
                )

    async def post(self, name: str) -> tuple[int, int] | None:
        """Chat and message in which a post stands."""
        row = (
            await self._connection.execute(
                select(tables.posts.c.chat_id, tables.posts.c.message_id).where(
                    tables.posts.c.name == name
                )
            )
        ).one_or_none()
        return None if row is None else (row.chat_id, row.message_id)

    async def posts_under(self, prefix: str) -> list[tuple[int, int]]:
        """Chat and thread of every post, standing or still waiting, below a name."""
        posts, outbox = tables.posts, tables.outbox
        standing = select(posts.c.chat_id, posts.c.thread_id).where(posts.c.name.startswith(prefix))
        waiting = select(outbox.c.chat_id, outbox.c.thread_id).where(
            outbox.c.post.startswith(prefix), outbox.c.state.in_(("waiting", "sending"))
        )
        rows = await self._connection.execute(standing.union(waiting))
        return [(row.chat_id, row.thread_id) for row in rows]


def sides_text(sides: Iterable[Side]) -> str:
    """Sides as a column keeps them: in the enumeration's order."""
    wanted = frozenset(sides)
    return ",".join(side.value for side in Side if side in wanted)


def sides_from(text: str) -> frozenset[Side]:
    """Read what `sides_text` wrote."""
    return frozenset(Side(word) for word in text.split(",") if word)


def _within(table: Table, chat_id: int, thread_id: int | None) -> list[ColumnElement[bool]]:
    """The rows of a table that belong to one place, or to a whole group."""
    group = [table.c.chat_id == chat_id]
    return group if thread_id is None else [*group, table.c.thread_id == thread_id]


def _chat(row: Row[tuple[object, ...]]) -> Chat:
    fields = row._mapping
    return Chat(
        chat_id=fields["chat_id"],
        thread_id=fields["thread_id"],
        title=fields["title"],
        district=fields["district"],
        sides=sides_from(fields["sides"]),
        spoken_on=fields["spoken_on"],
        week_told=fields["week_told"],
    )
