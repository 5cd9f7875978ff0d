"""The drafts somebody has lying about: listed, and taken up again in private."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, in_rows
from bot.domain.people import Action
from bot.services import buttons
from bot.services.blanks import DISTRICT, form_of
from bot.services.forms import set_others_aside, show_draft
from bot.services.previews import draft_post, put_draft

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.people import Actor, Place
    from bot.domain.records import Draft
    from bot.services.desk import Desk

SHOWN = 10
"""As many as one message lists, the newest first."""


async def tell_drafts(desk: Desk, actor: Actor, user_id: int) -> None:
    """List somebody's drafts in private, each with what it lacks and how long it is kept."""
    actor.require(Action.SUBMIT)
    drafts = await desk.tx.drafts.of_person(actor.person_id)
    lines = [await _line(desk, actor, draft) for draft in drafts[:SHOWN]]
    keys = [
        Button(
            desk.texts.label("resume_one").format(at=at),
            buttons.code(buttons.RESUME, draft.id),
        )
        for at, draft in enumerate(drafts[:SHOWN], 1)
    ]
    await desk.say(
        user_id,
        text=desk.texts.render("drafts", lines=lines, count=len(drafts)),
        buttons=in_rows(keys, 2),
    )


async def _line(desk: Desk, actor: Actor, draft: Draft) -> dict[str, str | int | datetime | None]:
    form = await form_of(desk, actor, draft)
    telling = (form.rest, *form.required, *form.entries)
    known = [name for name in telling if name in draft.data and name != DISTRICT]
    return {
        "title": form.title,
        "gist": " ".join(form.show(known[0], draft.data[known[0]]).split())[:20] if known else "",
        "missing": len(form.missing(draft.data)),
        "until": draft.expires_at,
    }


async def resume(desk: Desk, actor: Actor, draft: Draft, place: Place) -> Draft:
    """Take a draft up again at the end of a private chat, wherever it was begun.

    Raises `unknown_button` where a group would learn of something about to be said of a record.
    """
    if draft.record_id is not None and not place.private:
        raise DomainError("unknown_button")
    if (draft.chat_id, draft.thread_id) == (place.chat_id, place.thread_id):
        await desk.tx.outbox.forget_post(draft_post(draft))
    else:
        await put_draft(desk, draft, desk.texts.render("draft_moved"))
    here = replace(
        draft, chat_id=place.chat_id, thread_id=place.thread_id, private=place.private, asking=""
    )
    await desk.tx.drafts.save(here)
    await set_others_aside(desk, here)
    return await show_draft(desk, actor, here)
