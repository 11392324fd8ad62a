"""HTML that is escaped by construction, and how numbers, times and paths are written in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, urlsplit

from readme2video.model.report import Report, ReportedPicture
from readme2video.model.shot import LAYOUT_PX, Aspect

# Control characters, and the directional ones that reorder what stands around them.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


NOTHING = Markup("")


def as_html(value: object) -> Markup:
    """A value as HTML, safe in text and in quoted attributes; markup stays as it is."""
    return value if isinstance(value, Markup) else Markup(escape(_INVISIBLE.sub("", str(value))))


def html(template: str, **values: object) -> Markup:
    """Markup with values put in, each of them escaped unless it is markup."""
    return Markup(template.format_map({name: as_html(value) for name, value in values.items()}))


def joined(parts: Iterable[Markup]) -> Markup:
    """Pieces one after another, the empty ones left out."""
    return Markup("\n".join(part for part in parts if part))


def href(path: str) -> str:
    """A path in the output folder as a relative address, whatever it is made of."""
    return quote(path.lstrip("/"))


def repository_file(report: Report, label: str, file: str, anchor: str = "") -> Markup:
    """A file of the repository; a link to the very commit where the host's addresses are known."""
    code = html("<code>{label}</code>", label=label)
    address = urlsplit(report.url or "")
    if address.scheme != "https" or "github" not in (address.hostname or "") or not report.owner or not report.commit:
        return code
    there = f"https://{address.netloc}{address.path.rstrip('/')}/blob/{quote(report.commit)}/{quote(file)}{anchor}"
    return html('<a href="{there}">{code}</a>', there=there, code=code)


def language(report: Report) -> Markup:
    """The ``lang`` attribute of the README's words; nothing when it is unknown."""
    return html(' lang="{name}"', name=report.language) if report.language not in ("", "und") else NOTHING


def image(picture: ReportedPicture, alt: str) -> Markup:
    """A scene's frame, or its screenshot in a plan."""
    size = LAYOUT_PX[picture.aspect]
    return html(
        '<img src="{src}" alt="{alt}" width="{width}" height="{height}" loading="lazy" decoding="async">',
        src=href(picture.frame or picture.image),
        alt=alt,
        width=size.width,
        height=size.height,
    )


def ratio(aspect: Aspect) -> str:
    """Width over height, for style sheets."""
    size = LAYOUT_PX[aspect]
    return f"{size.width / size.height:.4f}"


def clock(seconds: float) -> str:
    """A place on the film's timeline, as ``1:04.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def length(seconds: float) -> str:
    """A length, as ``4.5 s``."""
    return f"{seconds:.1f} s"


def megabytes(size_bytes: int) -> str:
    """A file's size, as ``6.4 MB``; a megabyte is a million bytes, as in upload limits."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{max(1, round(size_bytes / 1e3))} kB"


def counted(number: int, noun: str) -> str:
    """A number with its noun, as ``1 scene`` or ``6 scenes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
