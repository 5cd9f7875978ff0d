"""Whose commands the menu of a private chat offers: an administrator's has more.

What a menu offers is what the roster says when it changes, so it is said like a message: by a row
written with the change, until it has arrived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Role, Status

if TYPE_CHECKING:
    from bot.services.desk import Desk


async def opened_private(desk: Desk, user_id: int) -> None:
    """Note that somebody can be written to from now on; an administrator gets their menu."""
    if not await desk.tx.people.mark_reachable(user_id, desk.now, reachable=True):
        return
    person = await desk.tx.people.by_user(user_id)
    if person and (person.role, person.status) == (Role.ADMIN, Status.ACTIVE):
        await offer_menu(desk, user_id, Role.ADMIN)


async def offer_menu(desk: Desk, user_id: int, role: Role | None = None) -> None:
    """Let the menu of a private chat offer what is a role's; without one, what is everybody's."""
    await desk.say(
        user_id,
        text=role.value if role else "",
        manner=Manner.MENU,
        post=f"menu/{user_id}",
        priority=Priority.NAG,
        forget=True,
    )
