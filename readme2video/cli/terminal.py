"""Words for terminals and CI logs: foreign text made harmless, errors shown so that a person can act."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from readme2video.errors import Readme2VideoError

# Whole sequences first, so that no "[31m" or clipboard payload stays behind when their ESC is taken away.
_SEQUENCES = re.compile(
    "(?:\x1b\\]|\x9d)[^\n\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # OSC: titles, links, the clipboard
    "|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\n\x1b\x9c]*(?:\x1b\\\\|\x9c)?"  # DCS, SOS, PM, APC
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, the cursor
    "|\x1b[ -/]*[0-~]?"
)
_SPACES = re.compile("\r\n|[\t\x0b\x0c\x85\u2028\u2029]")
# C0 but the line break, DEL, C1, marks and overrides of direction, invisible blanks, halves of surrogate pairs.
_CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_COMMANDS = re.compile(r"(?<!\S)(?::{2,}|#{2,})")
_AZURE = re.compile(r"#(?=#+(?:vso)?\[)")


def clean(text: str) -> str:
    """Text as it may be printed: no escape sequences, no control or direction characters, no CI commands.

    Line breaks stay. What GitHub (``::error::``) and Azure (``##vso[…]``) would take for a command at the start of a
    word is broken up by blanks, because a terminal may wrap a line there; Azure's form counts anywhere.
    """
    shown = _SPACES.sub(lambda found: "\n" if found[0] == "\r\n" else " ", _SEQUENCES.sub("", text))
    shown = _CONTROLS.sub("", shown)
    return _AZURE.sub("# ", _COMMANDS.sub(lambda found: " ".join(found[0]), shown))


def clean_line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def is_terminal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a person watches this stream and the cursor can be moved on it."""
    with suppress(ValueError, OSError, AttributeError):  # closed, or not a real file
        return stream.isatty() and environ.get("TERM", "") not in ("dumb", "unknown") and not environ.get("CI")
    return False


def console_for(stream: TextIO, environ: Mapping[str, str]) -> Console:
    """A rich console that prints what it gets: no markup, no emoji codes, no guesses at what to colour."""
    from rich.console import Console

    # COLUMNS=0 would be taken at its word.
    kept = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES") or value.strip("0")}
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        no_color=True if environ.get("NO_COLOR") else None,
        _environ=kept,
    )


def encodable(text: str, stream: TextIO) -> str:
    """Text with what the stream's encoding lacks replaced by question marks."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def write_line(stream: TextIO, line: str) -> None:
    """Print a line, in whatever encoding the stream has; a reader who has gone is no error."""
    with suppress(OSError, ValueError):
        stream.write(encodable(line, stream) + "\n")
        stream.flush()


def show_error(error: Readme2VideoError, stream: TextIO, environ: Mapping[str, str] | None = None) -> None:
    """Print what happened, where, and what to do next; wrapped and coloured on a terminal only.

    Args:
        environ: The process environment, by default the real one.
    """
    environ = os.environ if environ is None else environ
    head, *details = error.message.split("\n")
    rows = [
        ("error:", head),
        *(("-", detail) for detail in details),
        ("scene:", error.scene or ""),
        ("path:", getattr(error, "path", "")),
        ("hint:", error.hint),
    ]
    rows = [(name, encodable(clean_line(text), stream)) for name, text in rows if text]
    if not is_terminal(stream, environ):
        for name, text in rows:
            write_line(stream, f"{'' if name == 'error:' else '  '}{name} {text}")
        return
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = console_for(stream, environ)
    for name, text in rows:
        first = name == "error:"
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column(no_wrap=True)
        line.add_column(overflow="fold")
        line.add_row(Text(name, style="bold red" if first else "dim"), Text(text, style="bold" if first else ""))
        with suppress(OSError, ValueError):
            console.print(line if first else Padding(line, (0, 0, 0, 2)))
