"""People, and the bot, as Telegram shows them."""

from __future__ import annotations

from dataclasses import dataclass

#: Whoever writes as the group itself carries this sender in every group.
ANONYMOUS_ADMIN_ID = 1087968824


@dataclass(frozen=True, slots=True)
class User:
    """An account; `post` is office and position, shown on the page only."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str | None = None
    post: str = ""

    def json(self) -> dict[str, object]:
        """Return a Bot API User."""
        user: dict[str, object] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


ANONYMOUS_ADMIN = User(ANONYMOUS_ADMIN_ID, "Group", is_bot=True, username="GroupAnonymousBot")
