"""`/upcoming` in words, and as a picture for whoever presses the button beneath."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.sandbox.faults import Fault

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


async def asked(office: Office, name: str, days: int) -> Message:
    """The answer to `/upcoming`, in private."""
    question = office[name].write(None, f"/upcoming {days}")
    return await office.reads(name, f"未来{days}天将发出的提醒", after=question)


def photos(office: Office, name: str) -> list[Message]:
    return [m for m in office[name].reads(None) if m.file is not None and m.file.is_photo]


@both
async def test_the_button_brings_a_photo_in_private(office: Office) -> None:
    await office.filed()
    answer = await asked(office, "李静", 7)
    assert answer.labels == ["日历图"]
    office["李静"].press(answer, "日历图")
    photo = await office.reads("李静", "2026年3月　未来7天将发出的提醒", after=answer)
    image = Image.open(BytesIO(photo.data or b""))
    assert (image.format, image.width) == ("PNG", 1080)
    assert image.height > 600


async def test_many_days_bring_a_photo_a_month_in_their_order(office: Office) -> None:
    answer = await asked(office, "李静", 92)
    office["李静"].press(answer, "日历图")
    await office.reads("李静", "2026年6月　", after=answer)
    assert [photo.text[:7].strip() for photo in photos(office, "李静")] == [
        f"2026年{month}月" for month in (3, 4, 5, 6)
    ]


async def test_a_cut_line_repeats_the_picture_and_says_so(office: Office) -> None:
    answer = await asked(office, "李静", 7)
    office.sandbox.faults.set([Fault("drop_after", "sendPhoto", 1)])
    office["李静"].press(answer, "日历图")
    again = await office.reads("李静", "可能重复", after=answer)
    assert again.file is not None
    assert len(photos(office, "李静")) == 2
