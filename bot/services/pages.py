"""Texts too long for one message, parted."""

from __future__ import annotations


def pages_within(limit: int, blocks: list[str]) -> list[list[str]]:
    """The blocks in as many parts as it takes, no part longer than the limit; none is cut."""
    pages: list[list[str]] = []
    room = 0
    for block in blocks:
        if not pages or len(block) > room:
            pages.append([])
            room = limit
        pages[-1].append(block)
        room -= len(block)
    return pages
