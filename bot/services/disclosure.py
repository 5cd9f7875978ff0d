"""What an entitled person may read in private: a record's content, and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.entries import Sight
from bot.domain.errors import DomainError
from bot.domain.files import show_size
from bot.domain.outgoing import Button, Document, Manner, Priority, in_rows
from bot.domain.people import Action
from bot.services import buttons
from bot.services.amendments import amendments_of, spelt
from bot.services.blanks import correctable, shortened
from bot.services.cards import (
    card_buttons,
    moves_for,
    own_buttons,
    render_card,
    step_keys,
    step_title,
)
from bot.services.clocks import matter_of
from bot.services.files import files_of
from bot.services.histories import SIDE, may_amend, readable
from bot.services.pages import pages_within
from bot.services.retention import PURGED
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.files import Attachment
    from bot.domain.kinds.kind import Kind
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor
    from bot.domain.records import Event, Record
    from bot.services.amendments import Amendment
    from bot.services.desk import Desk

SHOWN = 60
"""The newest entries of a history that one message tells."""
LONGEST_PAGE = 2600
"""So many characters of fields stand in one message, the first of which has the card as well."""
LONGEST_AMENDMENTS = 3600
"""So many characters of corrections and additions fit into one message."""
MOST_PAGES = 5
"""So many messages tell what earlier steps said, the newest."""


async def disclose(desk: Desk, actor: Actor, record: Record, user_id: int) -> None:
    """Tell an entitled person the content, in private; the disclosure is an event."""
    actor.require(Action.SEE_DETAIL, record)
    kind = desk.books.kinds[record.kind]
    events = readable(await desk.tx.events.of_record(record.id), actor)
    await note_look(desk, actor, record, "disclosed")
    first, *more = pages_of(kind.visible(record.data, frozenset({Sight.PARTIES})))
    await desk.say(
        user_id,
        text=desk.texts.render(
            "detail",
            card=await render_card(desk, kind, record),
            fields=first,
            purged=any(event.name == PURGED for event in events),
        ),
        buttons=await _ways_on(desk, actor, kind, record, events),
    )
    for fields in more:
        text = desk.texts.render("detail_more", number=record.number, fields=fields)
        await desk.say(user_id, text=text)
    told = await amendments_of(desk, kind, events, actor)
    shared, own = ([one for one in told if (SIDE in one.event.facts) is w] for w in (False, True))
    await _tell_earlier_steps(desk, kind, record, events, user_id)
    await _tell_amendments(desk, kind, record, shared, user_id)
    await _tell_amendments(desk, kind, record, own, user_id, within=True)
    if files := await files_of(desk, record):
        await _list_files(desk, record, files, user_id)


async def _tell_earlier_steps(
    desk: Desk, kind: Kind, record: Record, events: list[Event], user_id: int
) -> None:
    """What steps said that a later one has replaced: the record holds only what was said last."""
    blocks = await earlier_steps(desk, kind, record, events)
    pages = pages_within(LONGEST_AMENDMENTS, blocks)
    kept = pages[-MOST_PAGES:]
    left_out = len(blocks) - sum(map(len, kept))
    for at, page in enumerate(kept):
        text = desk.texts.render(
            "earlier_steps", number=record.number, blocks=page, left_out=0 if at else left_out
        )
        await desk.say(user_id, text=text)


async def earlier_steps(desk: Desk, kind: Kind, record: Record, events: list[Event]) -> list[str]:
    """Each step of whose words the record holds others by now, the oldest first."""
    codes = {move.code for move in kind.moves}
    contents = await desk.tx.events.contents([e.id for e in events if e.name in codes])
    blocks: list[str] = []
    said_later: set[str] = set()
    for event in reversed(events):
        said = contents.get(event.id, {})
        replaced = {n: said[n] for n in said_later & said.keys() if said[n] != record.data.get(n)}
        said_later |= said.keys()
        if replaced:
            text = desk.texts.render(
                "earlier_step",
                at=event.at,
                organ=organ_of(desk, event),
                title=step_title(desk, kind, event),
                fields=spelt(kind, replaced),
            )
            blocks.insert(0, text)
    return blocks


def pages_of(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The fields in as many parts as it takes, each fit for one message."""
    pages: list[dict[str, str]] = [{}]
    room = LONGEST_PAGE
    for title, value in fields.items():
        length = len(title) + len(value) + 2
        if length > room:
            pages.append({})
            room = LONGEST_PAGE
        pages[-1][title] = value
        room -= length
    return pages


async def _tell_amendments(
    desk: Desk,
    kind: Kind,
    record: Record,
    amendments: list[Amendment],
    user_id: int,
    *,
    within: bool = False,
) -> None:
    """What was said since, the newest as far as one message holds; `within` the reader's side."""
    told = [_told(desk, kind, one) for one in amendments]
    kept = _newest_within(LONGEST_AMENDMENTS, told)
    if not kept:
        return
    text = desk.texts.render(
        "amendments",
        number=record.number,
        blocks=kept,
        left_out=len(told) - len(kept),
        within=within,
    )
    await desk.say(user_id, text=text)


def _told(desk: Desk, kind: Kind, one: Amendment) -> str:
    changes = [(title, shortened(old), shortened(new)) for title, old, new in one.changes]
    return desk.texts.render(
        "amendment",
        at=one.event.at,
        organ=organ_of(desk, one.event),
        title=step_title(desk, kind, one.event),
        changes=changes,
        words=one.words,
    )


def _newest_within(limit: int, blocks: list[str]) -> list[str]:
    """The last blocks that are together no longer than the limit."""
    kept: list[str] = []
    for block in reversed(blocks):
        limit -= len(block)
        if limit < 0:
            break
        kept.insert(0, block)
    return kept


async def _ways_on(
    desk: Desk, actor: Actor, kind: Kind, record: Record, events: list[Event]
) -> Keyboard:
    """The reader's steps, the usual before the rare, and the ways to amend what they read."""
    *steps, told = await own_buttons(desk, actor, record, but=buttons.DETAIL)
    why = Button(desk.texts.label("why"), buttons.code(buttons.WHY, record.id))
    usual = (*steps, (*told, why))
    if not may_amend(desk, actor, record):
        return usual
    ways = [("add", buttons.ADD), ("note", buttons.NOTE), ("dispute", buttons.DISPUTE)]
    if correctable(kind, record, actor.organ, events):
        ways.insert(2, ("correct", buttons.CORRECT))
    amend = [Button(desk.texts.label(word), buttons.code(verb, record.id)) for word, verb in ways]
    rare = step_keys(record, moves_for(actor, kind, await matter_of(desk, record), aside=True))
    return (*usual, *in_rows((*amend, *rare), 2))


async def _list_files(desk: Desk, record: Record, files: list[Attachment], user_id: int) -> None:
    """Which files a record has, in a message of its own, with a key that brings them."""
    key = Button(desk.texts.label("files"), buttons.code(buttons.FILES, record.id))
    await desk.say(
        user_id,
        text=desk.texts.render(
            "files", number=record.number, lines=[await _line(desk, file) for file in files]
        ),
        buttons=((key,),) if any(file.sha256 for file in files) else (),
    )


async def _line(desk: Desk, file: Attachment) -> dict[str, object]:
    """What is said of one file."""
    person = await desk.tx.people.get(file.person_id)
    organ = person.organ if person else None
    return {
        "name": file.name,
        "size": show_size(file.size or 0),
        "digest": file.digest,
        "person": person.name if person else "",
        "organ": desk.office.organ(organ).short if organ else "",
        "at": file.added_at,
    }


async def hand_files(desk: Desk, actor: Actor, record: Record, user_id: int) -> None:
    """Send an entitled person a record's files, in private; the disclosure is an event.

    Raises `no_files_there` where there are none, or none any more.
    """
    actor.require(Action.SEE_DETAIL, record)
    files = [file for file in await files_of(desk, record) if file.sha256]
    if not files:
        raise DomainError("no_files_there", number=record.number)
    hashes = ",".join(file.sha256 or "" for file in files)
    await note_look(desk, actor, record, "files_disclosed", sha256=hashes)
    for at, file in enumerate(files, 1):
        line = await _line(desk, file)
        await desk.say(
            user_id,
            manner=Manner.DOCUMENT,
            text=desk.texts.render(
                "file_sent", number=record.number, at=at, count=len(files), line=line
            ),
            priority=Priority.NEWS,  # the press is answered before they are all through
            document=Document(file.sha256 or "", file.name),
        )


def _new_state(desk: Desk, kind: Kind, event: Event) -> str:
    """The state that an event led to; "" where it stayed the same, or is called like the step."""
    to = event.facts.get("to", "")
    if not to or to == event.facts.get("from"):
        return ""
    title = kind.state(str(to)).title
    return "" if title == step_title(desk, kind, event) else title


async def tell_history(desk: Desk, actor: Actor, record: Record, user_id: int) -> None:
    """Tell an entitled person, in private, what happened to a record, step by step."""
    actor.require(Action.SEE_DETAIL, record)
    kind = desk.books.kinds[record.kind]
    events = readable(await desk.tx.events.of_record(record.id), actor)
    people = {event.actor: await desk.tx.people.get(event.actor) for event in events if event.actor}
    steps = [
        {
            "at": event.at,
            "title": step_title(desk, kind, event),
            "organ": organ_of(desk, event),
            "person": person.name if (person := people.get(event.actor or 0)) else "",
            "state": _new_state(desk, kind, event),
        }
        for event in events
    ]
    await desk.say(
        user_id,
        text=desk.texts.render(
            "history", number=record.number, steps=steps[-SHOWN:], left_out=len(steps) - SHOWN
        ),
        buttons=card_buttons(desk, record, (), but=buttons.HISTORY),
    )


async def note_look(desk: Desk, actor: Actor, record: Record, name: str, **facts: object) -> None:
    """Write into a record's history that somebody has read content, and which."""
    facts = {**facts, "number": record.number, "organ": actor.organ}
    await desk.tx.events.append(
        stream_of(record.id), name, facts, actor=actor.person_id, now=desk.now
    )


def organ_of(desk: Desk, event: Event) -> str:
    """The short name of the organ whose step it was; "" for what the bot did by itself."""
    return desk.office.organ(str(event.facts["organ"])).short if "organ" in event.facts else ""
