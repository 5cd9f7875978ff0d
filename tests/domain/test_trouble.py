"""Why a message did not arrive, from the words of the messenger."""

from __future__ import annotations

import pytest

from bot.domain.trouble import Trouble, trouble_of


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ("Forbidden: bot was blocked by the user", Trouble.AWAY),
        ("Forbidden: user is deactivated", Trouble.AWAY),
        ("Forbidden: bot can't initiate conversation with a user", Trouble.AWAY),
        ("Forbidden: bot was kicked from the supergroup chat", Trouble.AWAY),
        ("Forbidden: bot is not a member of the channel chat", Trouble.AWAY),
        ("Forbidden: the group chat was deleted", Trouble.AWAY),
        ("Chat not found", Trouble.AWAY),
        ("Not enough rights to send text messages to the chat", Trouble.RIGHTS),
        ("Chat_write_forbidden", Trouble.RIGHTS),
        ("Message thread not found", Trouble.TOPIC),
        ("Topic_closed", Trouble.TOPIC),
        ('Can\'t parse entities: unsupported start tag "刘某某"', Trouble.REFUSED),
        ("Message is too long", Trouble.REFUSED),
        ("", Trouble.REFUSED),
        ("fault: KeyError", Trouble.FAULT),
        ("unreadable", Trouble.UNREADABLE),
    ],
)
def test_the_words_tell_which_it_was(words: str, trouble: Trouble) -> None:
    assert trouble_of(words) is trouble
