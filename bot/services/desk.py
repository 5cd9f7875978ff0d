"""What a use case works with: the open transaction, the office's books, and the hour."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Unpack

from bot.domain.calendar import local_date
from bot.domain.entries import Reading
from bot.domain.ladder import Rounds
from bot.domain.outgoing import Outgoing
from bot.domain.people import Actor, Person, Status
from bot.domain.query import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from bot.domain.calendar import WorkCalendar
    from bot.domain.kinds.kind import Kinds
    from bot.domain.periods import Period
    from bot.office import Office
    from bot.services.saying import Saying
    from bot.storage.database import Tx
    from bot.text import Texts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Books:
    """What stays the same from one transaction to the next."""

    office: Office
    kinds: Kinds
    periods: Mapping[str, Period]
    texts: Texts
    bot_username: str
    first_admins: tuple[int, ...] = ()
    """Messenger ids of those who administer before anybody is on the roster."""

    @cached_property
    def timetable(self) -> str:
        """Tells one office's hours and ladders from another's."""
        known = (self.office.hours.blocks, self.office.reminders.model_dump_json())
        return sha256(repr(known).encode()).hexdigest()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that name a filter when somebody asks for records."""
        return Vocabulary.of(
            self.kinds,
            {district.code: district.spellings for district in self.office.districts},
            {organ.code: (organ.name, organ.short) for organ in self.office.organs},
        )


@dataclass(frozen=True)
class Desk:
    """One transaction's work: everything a use case needs besides the actor."""

    tx: Tx
    books: Books
    calendar: WorkCalendar
    """The working days, as far as they are known in this transaction."""
    now: datetime
    cause: str
    """What this work comes from, unique for ever, such as `u1234` for an update."""
    unworded: list[int] = field(default_factory=list)
    """The duties that could not be put into words; the rest was said without them."""
    _serial: Iterator[int] = field(default_factory=count)

    @classmethod
    async def open(cls, tx: Tx, books: Books, now: datetime, cause: str) -> Desk:
        """Sit down to a transaction's work."""
        return cls(tx, books, await tx.calendar(), now, cause)

    @property
    def office(self) -> Office:
        """The office file."""
        return self.books.office

    @property
    def texts(self) -> Texts:
        """The templates."""
        return self.books.texts

    @cached_property
    def today(self) -> date:
        """The date in China."""
        return local_date(self.now)

    @cached_property
    def rounds(self) -> Rounds:
        """When reminders go out."""
        return Rounds(self.office.hours, self.calendar)

    @cached_property
    def reading(self) -> Reading:
        """How words are read here and now."""
        return Reading(
            self.today,
            abbreviations=self.office.numbers.abbreviations,
            system_prefixes=self.books.kinds.titles,
            places=self.office.places,
        )

    async def say(self, chat_id: int, **message: Unpack[Saying]) -> None:
        """Queue a message; its key is the cause and a serial, unless one is given.

        The templates have screened its text; the words on its buttons are screened here.
        """
        said = Outgoing(chat_id=chat_id, **message)
        key = said.key or f"{self.cause}.{next(self._serial)}"
        keyboard = tuple(
            tuple(replace(button, label=self.texts.screened(button.label)) for button in row)
            for row in said.buttons
        )
        await self.tx.outbox.add(replace(said, key=key, buttons=keyboard), self.now)

    def leave_out(self, duty_id: int, error: Exception) -> None:
        """Say the rest without a duty that cannot be put into words; whoever ticks counts it."""
        log.error("duty %d cannot be put into words: %s", duty_id, type(error).__name__)
        self.unworded.append(duty_id)

    def private_chat(self, payload: str) -> str:
        """The address that opens the private chat and says what for."""
        return f"https://t.me/{self.books.bot_username}?start={payload}"

    def actor(self, person: Person) -> Actor:
        """A person of the roster as somebody who acts."""
        standing = self.office.standing(person.organ) if person.organ else None
        return Actor(person.id, person.name, person.role, standing)


async def identify(desk: Desk, user_id: int) -> Actor | None:
    """Tell who a messenger user is; None for anybody who is not on the roster."""
    person = await desk.tx.people.by_user(user_id)
    if person is None or person.status is not Status.ACTIVE:
        return None
    return desk.actor(person)


async def is_asking(desk: Desk, user_id: int) -> bool:
    """Tell whether a messenger user waits to be admitted to the roster."""
    person = await desk.tx.people.by_user(user_id)
    return person is not None and person.status is Status.ASKED
