"""The refusals of the Bot API, in the words of Telegram."""

from __future__ import annotations


class ApiError(Exception):
    """A refused request: `code` is both the HTTP status and `error_code` of the answer."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def json(self) -> dict[str, object]:
        """Return the body of the answer."""
        body: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> ApiError:
    """Return a 400 for a request that can never succeed as it is."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """Return a 403 for a chat the bot may not write to."""
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    """Return a 409 for a second way of fetching updates."""
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """Return a 429; `retry_after` is in whole seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class SandboxError(ValueError):
    """A person tried what no client of Telegram allows; the message is a sentence in Chinese."""
