"""The outbox: everything the bot says is a row here first, written with what it reports."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, delete, func, literal_column, or_, select, text, update

from bot.domain.outgoing import Button, Detour, Document, Manner, Outgoing, Priority, Queued
from bot.domain.sheet import Sheet
from bot.domain.trouble import UNREADABLE
from bot.storage import tables
from bot.storage.among import among
from bot.storage.scroll import Scroll
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.outgoing import Keyboard

T = tables.outbox
P = tables.posts
R = tables.records
D = tables.duties

WAITING, SENDING, SENT, SUPERSEDED, FAILED = "waiting", "sending", "sent", "superseded", "failed"
WAITS = T.c.state == literal_column(f"'{WAITING}'")
"""Literal, for the index of what waits to serve on either database, however long the queue."""
FIRST = T.alias("first")
_OVERTAKEN = (
    select(FIRST.c.id)
    .where(
        FIRST.c.chat_id == T.c.chat_id,
        FIRST.c.state == literal_column(f"'{WAITING}'"),
        or_(
            FIRST.c.priority < T.c.priority,
            and_(FIRST.c.priority == T.c.priority, FIRST.c.id < T.c.id),
        ),
    )
    .exists()
)
"""That another message of the same chat goes first."""
NO_TEXT: Mapping[str, object] = {"text": "", "buttons": [], "detour": None, "document": None}
"""What is left of a message whose words are forgotten."""


class Withdrawn(NamedTuple):
    """A message that was taken back."""

    chat_id: int
    """Where it was to be said by then; its group may have become another."""
    thread_id: int
    doubtful: bool
    """It may have arrived all the same."""


class Outbox:
    """The queue of messages, and what became of them.

    waiting → sending (claimed) → sent | failed | waiting again; an edit that waits or has
    failed, and that a newer one of the same post overtakes, is superseded. Only the leader
    claims, so a row found `sending` at its start is one whose sender died: perhaps sent, to
    be sent again. What becomes of the failed is for administrators to say: `Undelivered`.
    What was perhaps sent stays so for whatever overtakes it: sent as a new message, it says so.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, message: Outgoing, now: datetime) -> None:
        """Queue a message, unless its key was queued before."""
        values = {
            "key": message.key,
            "chat_id": message.chat_id,
            "thread_id": message.thread_id,
            "manner": message.manner.value,
            "priority": int(message.priority),
            "post": message.post,
            "text": message.text,
            "buttons": _plain(message.buttons),
            "reply_to": message.reply_to,
            "press": message.press,
            "detour": asdict(message.detour) if message.detour else None,
            "document": _enclosed(message),
            "forget": message.forget,
            "state": WAITING,
            "attempts": 0,
            "not_before": now,
            "repeated": message.doubtful,
            "trouble": "",
            "queued_at": now,
        }
        result = await self._connection.execute(
            insert_into(T, self._connection).values(values).on_conflict_do_nothing()
        )
        if message.post and result.rowcount > 0:
            await self._keep_newest(message.post, now)

    async def _keep_newest(self, post: str, now: datetime) -> None:
        """Of what a post has yet to say only the newest counts; a doubt about the rest goes on."""
        unsaid = (T.c.post == post, T.c.state.in_((WAITING, FAILED)))
        rows = await self._connection.execute(
            select(T.c.id, T.c.repeated).where(*unsaid).order_by(T.c.id.desc())
        )
        newest, *older = rows.all()
        if not older:
            return
        overtaken = (*unsaid, T.c.id != newest.id)
        await self._connection.execute(delete(T).where(*overtaken, T.c.forget))
        await self._connection.execute(
            update(T).where(*overtaken).values(state=SUPERSEDED, settled_at=now)
        )
        if any(row.repeated for row in older):
            await self._connection.execute(
                update(T).where(T.c.id == newest.id).values(repeated=True)
            )

    async def recover(self, now: datetime) -> int:
        """Put back what a dead sender had claimed, marked as perhaps sent; tells how many.

        On PostgreSQL a dead process' connection may still be committing a claim: wait for it.
        """
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(text("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE"))
        held = await self._connection.execute(
            update(T)
            .where(T.c.state == SENDING)
            .values(state=WAITING, repeated=True)
            .returning(T.c.post)
        )
        posts = held.scalars().all()
        for post in filter(None, posts):
            await self.doubt(post)
            await self._keep_newest(post, now)
        return len(posts)

    async def doubt(self, post: str) -> None:
        """Forget what a post looks like: an edit was perhaps sent, or its reader deleted it."""
        await self._connection.execute(update(P).where(P.c.name == post).values(fingerprint=""))

    async def claim(
        self, now: datetime, limit: int, busy: Collection[int] = (), nags: int | None = None
    ) -> list[Queued]:
        """Take the next message of up to `limit` chats that are not busy, of nags only so many.

        Within a chat the order is kept: while its first message must wait, so do the rest.
        """
        found = (
            await self._connection.execute(
                select(T, P.c.message_id.label("standing"), P.c.fingerprint)
                .outerjoin(P, P.c.name == T.c.post)
                .where(WAITS, T.c.chat_id.not_in(busy), T.c.not_before <= now, ~_OVERTAKEN)
                .order_by(T.c.priority, T.c.id)
                .limit(limit)
            )
        ).all()
        rows = _with_few_nags(found, nags)
        if rows:
            taken = await self._connection.scalars(
                update(T)
                .where(T.c.id.in_([row.id for row in rows]), WAITS)
                .values(state=SENDING, attempts=T.c.attempts + 1)
                .returning(T.c.id)
            )
            mine = set(taken)  # another process may have been quicker
            rows = [row for row in rows if row.id in mine]
        read = [(row.id, _readable(row)) for row in rows]
        await self._give_up([row_id for row_id, queued in read if queued is None], now)
        return [queued for _, queued in read if queued is not None]

    async def _give_up(self, row_ids: list[int], now: datetime) -> None:
        """Set rows aside that cannot be read, as after a return to an older version."""
        if row_ids:
            values = {"state": FAILED, "trouble": UNREADABLE, "settled_at": now, **NO_TEXT}
            await self._connection.execute(update(T).where(T.c.id.in_(row_ids)).values(**values))

    async def set_back(self, now: datetime) -> None:
        """Let what was queued while the clock ran ahead wait no longer."""
        await self._connection.execute(
            update(T).where(WAITS, T.c.not_before > now).values(not_before=now)
        )

    async def stale(self, prefix: str, before: datetime, after: datetime) -> list[str]:
        """The keys, beginning in some way, of what waits and was queued outside of some time."""
        rows = await self._connection.scalars(
            select(T.c.key).where(
                WAITS,
                T.c.key.startswith(prefix),
                or_(T.c.queued_at < before, T.c.queued_at > after),
            )
        )
        return list(rows)

    async def next_instant(self, busy: Collection[int] = ()) -> datetime | None:
        """When the earliest waiting message may be sent."""
        instant: datetime | None = await self._connection.scalar(
            select(func.min(T.c.not_before)).where(WAITS, T.c.chat_id.not_in(busy))
        )
        return instant

    async def sent(self, queued: Queued, message_id: int | None, now: datetime) -> None:
        """Settle a message that arrived, and remember where its post stands."""
        if queued.message_id is not None:
            await self._stands_on(queued)
        elif message_id is not None:
            await self._stands(queued, message_id)
        await self._settle(queued, SENT, now, message_id=message_id)

    async def _stands_on(self, queued: Queued) -> None:
        """Note the look of a post that was edited, whatever it is called by now."""
        message = queued.message
        standing = (P.c.chat_id == message.chat_id, P.c.message_id == queued.message_id)
        look = {"fingerprint": message.fingerprint}
        await self._connection.execute(update(P).where(*standing).values(look))

    async def _stands(self, queued: Queued, message_id: int) -> None:
        """Note a new message: how far it moves its group on, and where its post stands.

        While it was under way its post may have got another name, or have been withdrawn.
        """
        message, scroll = queued.message, Scroll(self._connection)
        name = await self._connection.scalar(select(T.c.post).where(T.c.id == queued.id))
        where = (message.chat_id, message.thread_id, message_id)
        if not name:
            await scroll.heard(*where)
            return
        place = {
            "chat_id": message.chat_id,
            "thread_id": message.thread_id,
            "message_id": message_id,
            "fingerprint": "" if queued.repeated else message.fingerprint,
            "depth": await scroll.put(*where) if message.chat_id < 0 else 0,
        }
        await self._connection.execute(
            insert_into(P, self._connection)
            .values(name=name, **place)
            .on_conflict_do_update(index_elements=["name"], set_=place)
        )

    async def failed(self, queued: Queued, trouble: str, now: datetime) -> bool:
        """Give a message up, unless a newer edit has overtaken it; see `Undelivered`.

        False: it was withdrawn meanwhile.
        """
        kept = await self._settle(queued, FAILED, now, trouble=trouble[:200])
        post = queued.message.post
        if post and not queued.message.forget:
            await self._keep_newest(post, now)
        return kept

    async def _settle(self, queued: Queued, state: str, now: datetime, **values: object) -> bool:
        """Note what became of a message; tells whether there is still something of it."""
        row = T.c.id == queued.id
        if queued.message.forget:
            result = await self._connection.execute(delete(T).where(row))
        else:
            settled = update(T).where(row).values(state=state, settled_at=now, **values)
            result = await self._connection.execute(settled)
        return result.rowcount > 0

    async def put_back(
        self, queued: Queued, trouble: str, not_before: datetime, *, perhaps_sent: bool
    ) -> bool:
        """Let a message wait for another attempt, unless a newer edit has overtaken it.

        False: it was withdrawn meanwhile, and stays so.
        """
        result = await self._connection.execute(
            update(T)
            .where(T.c.id == queued.id)
            .values(
                state=WAITING,
                not_before=not_before,
                repeated=queued.repeated or perhaps_sent,
                trouble=trouble[:200],
            )
        )
        post = queued.message.post
        if post and perhaps_sent:
            await self.doubt(post)
        if post and result.rowcount > 0:
            await self._keep_newest(post, not_before)
        return result.rowcount > 0

    async def withdraw(self, key: str) -> Withdrawn | None:
        """Take back a message that still waits; None: it does not wait any more."""
        row = (
            await self._connection.execute(
                delete(T)
                .where(T.c.key == key, T.c.state == WAITING)
                .returning(T.c.chat_id, T.c.thread_id, T.c.repeated)
            )
        ).one_or_none()
        return None if row is None else Withdrawn(*row)

    async def waiting_for(self, chat_id: int, prefix: str) -> list[str]:
        """The keys, beginning in some way, of the messages that wait to be said in a chat."""
        rows = await self._connection.scalars(
            select(T.c.key).where(
                T.c.chat_id == chat_id, T.c.state == WAITING, T.c.key.startswith(prefix)
            )
        )
        return list(rows)

    async def unsaid_about(self, prefix: str, duty_ids: Collection[int]) -> set[str]:
        """The keys, beginning in some way, of what waits and names the record of some duty."""
        about = self._keys_about(duty_ids).where(WAITS, T.c.key.startswith(prefix))
        return set(await self._connection.scalars(about))

    async def said_about(self, prefix: str, duty_ids: Collection[int]) -> set[str]:
        """The keys of what was sent, or is on its way, and names the record of some duty.

        The keys go on, after what they begin with, with small letters.
        """
        said = T.c.key.between(prefix, f"{prefix}z"), T.c.state.in_((SENDING, SENT))
        return set(await self._connection.scalars(self._keys_about(duty_ids).where(*said)))

    def _keys_about(self, duty_ids: Collection[int]) -> Select[tuple[str]]:
        return (
            select(T.c.key)
            .join(R, T.c.text.contains(R.c.number))
            .join(D, D.c.record_id == R.c.id)
            .where(among(self._connection, D.c.id, duty_ids))
        )

    async def rename_post(self, old: str, new: str) -> None:
        """Let a post be found by another name, whether it stands or still waits to be said."""
        await self._connection.execute(update(P).where(P.c.name == old).values(name=new))
        await self._connection.execute(update(T).where(T.c.post == old).values(post=new))

    async def forget_post(self, name: str) -> None:
        """The post stands no more; its next text is a new message."""
        await self._connection.execute(delete(P).where(P.c.name == name))

    async def counts(self) -> Mapping[str, int]:
        """How many messages are in each state."""
        rows = await self._connection.execute(select(T.c.state, func.count()).group_by(T.c.state))
        return {row[0]: row[1] for row in rows}

    async def waiting_since(self) -> datetime | None:
        """When what waits longest was queued."""
        instant: datetime | None = await self._connection.scalar(
            select(func.min(T.c.queued_at)).where(T.c.state == WAITING)
        )
        return instant

    async def doubts(self) -> tuple[int, datetime | None]:
        """How many messages were perhaps said twice, and when the latest of them was."""
        rows = await self._connection.execute(
            select(func.count(), func.max(T.c.settled_at)).where(T.c.repeated, T.c.state == SENT)
        )
        count, latest = rows.one()
        return count, latest

    async def prune(self, before: datetime) -> None:
        """Forget what was said long ago; what could not be said stays to be seen."""
        await self._connection.execute(
            delete(T).where(T.c.settled_at < before, T.c.state != FAILED)
        )


def _plain(buttons: Keyboard) -> list[list[dict[str, str]]]:
    return [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in buttons]


def _enclosed(message: Outgoing) -> dict[str, object] | None:
    """What goes with the text: which file, or what to draw."""
    if message.sheet is not None:
        return message.sheet.plain()
    return asdict(message.document) if message.document else None


def _with_few_nags(rows: Sequence[Row[Any]], nags: int | None) -> Sequence[Row[Any]]:
    """Rows in the order of their priority, of nags only the first few."""
    if nags is None:
        return rows
    urgent = sum(row._mapping["priority"] < Priority.NAG for row in rows)
    return rows[: urgent + nags]


def _readable(row: Row[tuple[object, ...]]) -> Queued | None:
    try:
        return _queued(row)
    except (KeyError, TypeError, ValueError):
        return None


def _queued(row: Row[tuple[object, ...]]) -> Queued:
    fields = row._mapping
    manner, enclosed = Manner(fields["manner"]), fields["document"]
    drawn = manner is Manner.PICTURE
    message = Outgoing(
        key=fields["key"],
        chat_id=fields["chat_id"],
        text=fields["text"],
        thread_id=fields["thread_id"],
        buttons=tuple(tuple(Button(**b) for b in line) for line in fields["buttons"]),
        priority=Priority(fields["priority"]),
        manner=manner,
        post=fields["post"],
        reply_to=fields["reply_to"],
        press=fields["press"],
        detour=Detour(**fields["detour"]) if fields["detour"] else None,
        document=Document(**enclosed) if enclosed and not drawn else None,
        sheet=Sheet.read(enclosed) if enclosed and drawn else None,
        forget=fields["forget"],
    )
    return Queued(
        id=fields["id"],
        message=message,
        attempts=fields["attempts"] + 1,
        repeated=fields["repeated"],
        message_id=fields["standing"],
        queued_at=fields["queued_at"],
        unchanged=fields["fingerprint"] == message.fingerprint,
    )
