"""Callback data: written, read back, and never trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError
from bot.services import buttons

arguments = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,10}", fullmatch=True), max_size=5)


@given(st.from_regex(r"[a-z]{2}", fullmatch=True), arguments)
def test_what_is_written_is_read_back(verb: str, args: list[str]) -> None:
    press = buttons.read(buttons.code(verb, *args))
    assert (press.verb, press.args) == (verb, tuple(args))


@given(st.text(max_size=64))
def test_a_foreign_code_is_an_unknown_button(data: str) -> None:
    try:
        press = buttons.read(data)
    except DomainError as error:
        assert error.code == "unknown_button"  # noqa: PT017 (any other error must fail the test)
    else:
        assert buttons.code(press.verb, *press.args) == data


@pytest.mark.parametrize("number", ["-1", "9223372036854775808", "12x", "", "一"])
def test_an_id_that_no_row_can_have_is_refused(number: str) -> None:
    with pytest.raises(DomainError, match="unknown_button"):
        buttons.Press("cd", (number,)).number(0)


def test_a_missing_argument_is_refused() -> None:
    press = buttons.read("1.mv.7")
    assert press.number(0) == 7
    with pytest.raises(DomainError, match="unknown_button"):
        press.word(1)
    with pytest.raises(DomainError, match="unknown_button"):
        press.number(1)


def test_a_code_too_long_for_the_messenger_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="too long"):
        buttons.code("ch", "x" * 60)
