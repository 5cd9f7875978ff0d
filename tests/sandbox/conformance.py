"""Judges what the sandbox and the bot say to each other by an independent model: aiogram's."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from aiogram import methods
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject, Update
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.sandbox.api import Exchange

_SERIALISED = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "menu_button",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "scope",
    }
)
_STATUSES = frozenset({400, 401, 403, 404, 409, 413, 429})


class NonconformityError(AssertionError):
    """Something is not of the Bot API."""


def check_update(raw: dict[str, object]) -> None:
    """Check one update as the bot receives it: nothing missing, nothing unknown."""
    update = Update.model_validate(raw)
    _refuse_unknown(update)
    if len(raw) != 2:
        raise NonconformityError(f"an update has exactly one kind: {sorted(raw)}")


def check_exchange(exchange: Exchange) -> None:
    """Check one request of the bot and the answer it got."""
    kind = _kinds().get(exchange.method.lower())
    if kind is None:
        raise NonconformityError(f"{exchange.method} is no method of the Bot API")
    _check_request(kind, exchange)
    if exchange.status == 200:
        _check_result(kind, exchange.answer)
    elif exchange.status in _STATUSES:
        _check_refusal(exchange)
    elif exchange.status not in (0, 502):
        raise NonconformityError(f"status {exchange.status}")


def check_exchanges(exchanges: Iterable[Exchange]) -> None:
    """Check a whole conversation."""
    for exchange in exchanges:
        check_exchange(exchange)


@cache
def _kinds() -> dict[str, type[TelegramMethod[object]]]:
    found = (getattr(methods, name) for name in methods.__all__)
    return {
        kind.__api_method__.lower(): kind
        for kind in found
        if isinstance(kind, type)
        and issubclass(kind, TelegramMethod)
        and kind is not TelegramMethod
        and hasattr(kind, "__api_method__")
    }


@cache
def _returning(kind: type[TelegramMethod[object]]) -> TypeAdapter[object]:
    return TypeAdapter(kind.__returning__)


def _check_request(kind: type[TelegramMethod[object]], exchange: Exchange) -> None:
    unknown = set(exchange.params) - set(kind.model_fields)
    if unknown:
        raise NonconformityError(f"{exchange.method} has no parameters {sorted(unknown)}")
    values = {name: _decoded(name, value) for name, value in exchange.params.items()}
    uploads = {name: f"attach://{name}" for name in exchange.files if name in kind.model_fields}
    if exchange.status == 200:
        _refuse_unknown(kind.model_validate(values | uploads))


def _decoded(name: str, value: object) -> object:
    return json.loads(value) if name in _SERIALISED and isinstance(value, str) else value


def _check_result(kind: type[TelegramMethod[object]], answer: dict[str, object]) -> None:
    if set(answer) != {"ok", "result"} or answer["ok"] is not True:
        raise NonconformityError(f"malformed answer {answer}")
    _refuse_unknown(_returning(kind).validate_python(answer["result"]))
    if kind is methods.GetUpdates and isinstance(answer["result"], list):
        for update in answer["result"]:
            check_update(update)


def _check_refusal(exchange: Exchange) -> None:
    answer = exchange.answer
    if answer.get("ok") is not False or answer.get("error_code") != exchange.status:
        raise NonconformityError(f"malformed refusal {answer}")
    if not isinstance(answer.get("description"), str):
        raise NonconformityError(f"a refusal without description {answer}")
    if exchange.status == 429 and "parameters" not in answer:
        raise NonconformityError("a 429 tells how long to wait")


def _refuse_unknown(value: object) -> None:
    for path, extra in _unknown(value, type(value).__name__):
        raise NonconformityError(f"{path} has unknown fields {sorted(extra)}")


def _unknown(value: object, path: str) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _unknown(each, f"{path}[{index}]")
    elif isinstance(value, (TelegramObject, TelegramMethod)):
        if value.model_extra:
            yield path, value.model_extra
        for name in value.model_fields_set:
            yield from _unknown(getattr(value, name, None), f"{path}.{name}")
