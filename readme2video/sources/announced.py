"""A release as GitHub announces it, by its API or in a workflow's event; all of it is checked before it is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from readme2video.sources.facts import one_line
from readme2video.sources.versions import Known

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Announced:
    """A release as GitHub announces it.

    Attributes:
        published_at: ISO 8601, or "".
        notes: Markdown, perhaps empty.
    """

    tag: str
    name: str = ""
    published_at: str = ""
    notes: str = ""
    prerelease: bool = False
    draft: bool = False

    @property
    def published_on(self) -> str:
        """The day, as GitHub writes it."""
        return self.published_at[:10] if DAY.match(self.published_at) else ""

    @property
    def known(self) -> Known:
        """For comparing it with others."""
        return Known(self.tag, self.published_at, self.prerelease)


def announced(about: Any) -> Announced | None:
    """A release out of GitHub's JSON, wherever it came from; None when it is no release."""
    tag = one_line(about.get("tag_name")) if isinstance(about, dict) else None
    if not tag:
        return None
    notes = about.get("body")
    return Announced(
        tag=tag,
        name=one_line(about.get("name")) or "",
        published_at=one_line(about.get("published_at")) or "",
        notes=notes if isinstance(notes, str) else "",
        prerelease=about.get("prerelease") is True,
        draft=about.get("draft") is True,
    )
