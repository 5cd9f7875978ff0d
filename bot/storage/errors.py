"""What a failure of the database means for the work that met it."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError


class DatabaseError(RuntimeError):
    """The database cannot be used at all; the message is one line that names the setting."""


def is_outage(error: BaseException) -> bool:
    """Tell whether the database itself is away, locked or full.

    No work can be done then: what was under way is better delivered once more, later.
    """
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def is_collision(error: BaseException) -> bool:
    """Tell whether the same work may succeed at once: another process was at the same row."""
    return isinstance(error, DBAPIError) and not is_outage(error)
