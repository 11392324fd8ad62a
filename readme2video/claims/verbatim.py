"""Code and commands: they stand on screen as they stand in the source, or not at all."""

# ruff: noqa: RUF001 # prompt signs are what is matched

from __future__ import annotations

import html
import re
import textwrap

from readme2video.claims.claim import Fault
from readme2video.claims.normal import QUOTED, TAG

_PROMPT = re.compile(
    r"^\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[:\s]?\S*\s*|~\S*\s+)?[$❯➜»λ%#]\s+(?=\S)"
    r"|^\s*(?:PS(?:\s+[A-Z]:[^>]*)?|[A-Z]:\\[^>]*)>\s*(?=\S)|^>\s+(?=[\w.])"
)
_COMMENT = re.compile(r"\s+#\s.*$")
_TICKED = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_INLINE_END = r"(?=$|[\s`\"',;:.)]*(?:$|[`\"',;)]|\.\s|\.$|\s+[a-z]+(?:\s|$)))"


def code_fault(text: str, span: str) -> Fault | None:
    """Whether code stands in the span line by line, its indentation as a whole aside."""
    wanted = _dedented(text.split("\n"))
    for lines in _readings(span):
        told = [line for line in lines if line.strip()]
        if any(wanted == _dedented(told[at : at + len(wanted)]) for at in range(len(told) - len(wanted) + 1)):
            return None
    first = next((line for line in wanted if line.strip() and line.strip() not in span), wanted[0] if wanted else "")
    return Fault("claim-code", f"does not have this code; the first line that differs is {first.strip()!r}")


def _dedented(lines: list[str]) -> list[str]:
    kept = [line.expandtabs(4).rstrip() for line in lines if line.strip()]
    return textwrap.dedent("\n".join(kept)).split("\n")


def _readings(span: str) -> list[list[str]]:
    """A span's lines as written, and as they are read inside HTML or a block quote."""
    lines = span.split("\n")
    return [lines, [QUOTED.sub("", line) for line in lines], [html.unescape(TAG.sub("", line)) for line in lines]]


def shown_lines(span: str) -> set[str]:
    """The lines a terminal may show of a span: whole, without prompt, without a comment, continued ones joined."""
    found: set[str] = set()
    for lines in _readings(span):
        joined: list[str] = []
        going_on = False
        for raw in lines:
            line = raw.expandtabs(4).rstrip()
            found.update((line, line.strip()))
            command = _PROMPT.sub("", line).strip()
            found.update((command, _COMMENT.sub("", command)))
            if going_on and joined:
                joined[-1] = f"{joined[-1]} {command.strip()}"
            else:
                joined.append(command)
            going_on = joined[-1].endswith("\\")
            joined[-1] = joined[-1].removesuffix("\\").rstrip() if going_on else joined[-1]
        found.update(joined)
        found.update(_COMMENT.sub("", line) for line in joined)
    found.update(" ".join(ticked[1].split()) for line in span.split("\n") for ticked in _TICKED.findall(line))
    found.discard("")
    return found


def line_fault(text: str, span: str, *, command: bool) -> Fault | None:
    """Whether a terminal's line stands in the span as it is."""
    shown = shown_lines(span)
    wanted = text.expandtabs(4).rstrip()
    if wanted in shown or wanted.strip() in shown or " ".join(wanted.split()) in shown:
        return None
    if command and _within_prose(wanted.strip(), span):
        return None
    what = "this command" if command else "this line of output"
    nearest = _nearest(wanted, shown)
    return Fault("claim-command", f"does not have {what} word for word", f"Write {nearest!r}." if nearest else "")


def _within_prose(command: str, span: str) -> bool:
    """Commands in running text have no marked end: only words may follow, no further argument."""
    prose = " ".join(re.sub(r"<[^<>]*>", "", line).strip() for line in span.split("\n"))
    pattern = rf"(?<![\w./@=-]){re.escape(command)}(?![\w@/=-])(?!\s+-)(?!\.\w)" + _INLINE_END
    return "\n" not in command and not span.lstrip().startswith(("$", "`")) and re.search(pattern, prose) is not None


def _nearest(wanted: str, shown: set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(wanted.strip(), sorted(shown), n=1, cutoff=0.5)
    return near[0] if near else ""


_MANAGERS = (
    r"(?:pip3?|pipx|uv|npm|pnpm|yarn|bun|cargo|go|gem|brew|apt(?:-get)?|dnf|apk|composer|dotnet|conda|docker|podman|git"
    r"|helm|kubectl|scoop|choco|winget|luarocks|opam|nix|deno|poetry)"
)
_VERBS = r"(?:install|add|i|run|pull|get|clone|tool install|require|create|compose|init|up)"
_COMMAND = re.compile(
    rf"(?<![\w./-]){_MANAGERS}\s+(?:-\S+\s+)*{_VERBS}\s+\S+"
    r"|(?<![\w./-])(?:npx|uvx|bunx)\s+[\w@./-]+|(?:curl|wget)\s+\S*https?://\S+|\|\s*(?:ba|z)?sh\b"
)
_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*(?:=\S+)?")


def commands(text: str) -> list[str]:
    """Commands and flags named in running text."""
    found = [re.sub(r"[.,;:!?]+$", "", match) for match in _COMMAND.findall(text)]
    return found + [flag for flag in _FLAG.findall(text) if not any(flag in command for command in found)]


def command_in(command: str, span: str) -> bool:
    """Whether a command or flag named in running text stands in the span."""
    pattern = rf"(?<![\w./@=-]){re.escape(command)}(?![\w@/=-])(?!\.\w)"
    return re.search(pattern, " ".join(span.split())) is not None
