"""Files that went through a chat, held in memory."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.sandbox.errors import bad_request
from bot.sandbox.images import dimensions

#: What getFile hands out at most, in bytes.
DOWNLOAD_LIMIT = 20 * 1024 * 1024
#: What a bot may upload at most, in bytes.
UPLOAD_LIMIT = 50 * 1024 * 1024
#: What a photo may have at most: bytes, width and height together, and one side by the other.
PHOTO_LIMIT, PHOTO_SIDES, PHOTO_RATIO = 10 * 1024 * 1024, 10_000, 20


@dataclass(frozen=True, slots=True, eq=False)
class StoredFile:
    """One uploaded file; `size` is set for photos only."""

    id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    data: bytes
    size: tuple[int, int] | None = None

    @property
    def is_photo(self) -> bool:
        """Tell whether it was sent as a photo."""
        return self.size is not None

    def json(self) -> dict[str, object]:
        """Return a Bot API File."""
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
            "file_path": self.path,
        }

    def message_json(self) -> dict[str, object]:
        """Return the field that carries the file in a message."""
        common: dict[str, object] = {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
        }
        if self.size is not None:
            width, height = self.size
            return {"photo": [{**common, "width": width, "height": height}]}
        return {"document": {**common, "file_name": self.name, "mime_type": self.mime_type}}


class FileStore:
    """Files by id and by download path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, data: bytes, name: str, *, photo: bool = False) -> StoredFile:
        """Keep an upload; a photo that is no picture is refused."""
        size = _photo_size(data) if photo else None
        number = len(self._by_id)
        digest = hashlib.sha256(data + name.encode()).hexdigest()
        suffix = PurePosixPath(name).suffix or (".jpg" if photo else "")
        folder = "photos" if photo else "documents"
        file = StoredFile(
            id=f"BQAC{number:08d}{digest[:24]}",
            unique_id=f"AQAD{digest[:12]}",
            path=f"{folder}/file_{number}{suffix}",
            name=name,
            mime_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            data=data,
            size=size,
        )
        self._by_id[file.id] = self._by_path[file.path] = file
        return file

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file of this id."""
        return self._by_id.get(file_id)

    def forget(self, file: StoredFile) -> None:
        """Let a file be gone, as Telegram does now and then."""
        del self._by_id[file.id], self._by_path[file.path]

    def at(self, path: str) -> StoredFile | None:
        """Return the file of this download path, if small enough to be handed out."""
        file = self._by_path.get(path)
        return file if file and len(file.data) <= DOWNLOAD_LIMIT else None


def _photo_size(data: bytes) -> tuple[int, int]:
    """Return the width and height of a photo, refusing what Telegram refuses as one."""
    if len(data) > PHOTO_LIMIT:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo;"
            f" the maximum size is {PHOTO_LIMIT} bytes"
        )
    size = dimensions(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > PHOTO_SIDES or max(size) > PHOTO_RATIO * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size
