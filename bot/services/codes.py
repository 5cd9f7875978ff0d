"""Whether the office file still names everything that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.office import OfficeError
from bot.storage.codes import codes_in_use

if TYPE_CHECKING:
    from bot.office import Office
    from bot.storage.database import Tx


async def require_known_codes(tx: Tx, office: Office) -> None:
    """Raise `OfficeError`, in one line, when a district or organ in use is not in the file.

    Without it, whatever belongs to that district or organ could not be shown or moved.
    """
    used = await codes_in_use(tx.connection)
    missing = (
        *sorted(used.districts - {district.code for district in office.districts}),
        *sorted(used.organs - {organ.code for organ in office.organs}),
    )
    if missing:
        raise OfficeError(f"{'、'.join(missing)} 正在使用，机关文件里却没有")
