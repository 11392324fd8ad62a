"""Reading shell blocks: which lines are commands, which are what the machine answered."""

# ruff: noqa: RUF001 # prompt signs are what is matched

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from readme2video.claims.vocabulary import word_set
from readme2video.model.document import CodeBlock
from readme2video.storyboarders.words import cells

SHELL_LANGUAGES = word_set(
    "sh bash zsh fish shell shellscript console terminal shell-session shellsession sh-session bash-session "
    " powershell pwsh ps1 ps cmd bat batch dosbatch doscon cli commandline command nushell nu ksh "
    "csh tcsh"
)
_PROMPTED_LANGUAGES = frozenset(
    ["console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal", "doscon"]
)
_PLAIN = frozenset(["", "text", "txt", "plain", "plaintext", "none"])
_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[:\s]?\S*\s*|~\S*\s+)?[$❯➜»λ]\s+(?=\S)")
_WINDOWS_PROMPT = re.compile(r"^\s*(?:PS(?:\s+[A-Z]:[^>]*)?|[A-Z]:\\[^>]*)>\s*(?=\S)")
_ANGLE_PROMPT = re.compile(r"^>\s+(?=[\w.])")
_COMMENT = re.compile(r"^\s*(?:#|REM\b|::)")
_TRAILING_COMMENT = re.compile(r"\s+#\s.*$")
_SCRIPT = re.compile(
    r"^\s*(?:if|for|while|until|case|function|do|then|else|elif|fi|done|esac|\}|\{|\w+\(\)|<<|EOF|set\s+-)(?:\s|;|$)|<<-?\s*['\"]?\w+"
)


@dataclass(frozen=True)
class ShellLine:
    """A line of a shell block without its prompt sign.

    Attributes:
        number: Line in the README.
        broken: Not a command of one plain line: part of a longer one or of a script.
    """

    role: Literal["command", "output"]
    text: str
    number: int
    broken: bool = False


def shell_lines(block: CodeBlock) -> tuple[ShellLine, ...]:
    """The lines of a shell block, comments and blank lines dropped; empty if it is something else."""
    lines = block.code.split("\n")
    prompt = _prompt_of(block.language, lines)
    if prompt is None and block.language not in SHELL_LANGUAGES:
        if block.language not in _PLAIN or not _looks_like_commands(lines):
            return ()
    elif prompt is None and block.language in _PROMPTED_LANGUAGES and not _looks_like_commands(lines):
        return ()
    found: list[ShellLine] = []
    going_on = False
    for number, raw in enumerate(lines, block.lines.first):
        line = raw.rstrip()
        if not line.strip():
            going_on = False
            continue
        match = prompt.match(line) if prompt else None
        if going_on or match or prompt is None:
            text = line[match.end() :] if match else line.strip()
            if not going_on and _COMMENT.match(text):
                continue
            continues = text.endswith(("\\", "`", "^")) if len(text) > 1 else text == "\\"
            text = _TRAILING_COMMENT.sub("", text).rstrip()
            broken = going_on or continues or not text.isprintable() or _SCRIPT.search(text) is not None
            going_on = continues
            if text:
                found.append(ShellLine("command", text, number, broken=broken))
        else:
            found.append(ShellLine("output", line.expandtabs(4), number))
    return tuple(found)


def _prompt_of(language: str, lines: list[str]) -> re.Pattern[str] | None:
    patterns = [_PROMPT, _WINDOWS_PROMPT]
    if language in SHELL_LANGUAGES:
        patterns.append(_ANGLE_PROMPT)
    if language not in SHELL_LANGUAGES and language not in _PLAIN:
        return None
    first = next((line for line in lines if line.strip() and not _COMMENT.match(line)), "")
    return next((pattern for pattern in patterns if pattern.match(first)), None)


_PROGRAM = re.compile(
    r"^\s*(?:sudo\s+)?(?:(?:python3?|py) -m )?(?:pip3?|pipx|uvx?|npm|npx|yarn|pnpm|bunx?|cargo|go|gem|brew|docker"
    r"|podman|apt|apt-get|dnf|pacman|apk|git|curl|wget|make|cmake|cd|conda|mamba|composer|dotnet|mix|cabal|opam|luarocks|deno"
    r"|helm|kubectl|scoop|choco|winget|nix\S*|poetry|bundle|stack|snap|dart|flutter|mkdir|export|\./\S+)(?:\s|$)"
)


def _looks_like_commands(lines: list[str]) -> bool:
    """Whether every line of an unmarked block begins with a well-known program."""
    told = [line for line in lines if line.strip() and not _COMMENT.match(line)]
    return bool(told) and all(_PROGRAM.match(line) for line in told)


@dataclass(frozen=True)
class Exchange:
    """A command and what the README shows as its answer."""

    command: ShellLine
    answer: tuple[ShellLine, ...]

    @property
    def lines(self) -> tuple[ShellLine, ...]:
        """Command first."""
        return (self.command, *self.answer)


def exchanges(block: CodeBlock) -> tuple[Exchange, ...]:
    """A shell block as commands with their answers; commands over several lines are left out."""
    found: list[Exchange] = []
    command: ShellLine | None = None
    answer: list[ShellLine] = []
    for line in shell_lines(block):
        if line.role == "output":
            if command is not None:
                answer.append(line)
            continue
        if command is not None:
            found.append(Exchange(command, tuple(answer)))
        command, answer = (None if line.broken else line), []
    if command is not None:
        found.append(Exchange(command, tuple(answer)))
    return tuple(found)


def session(block: CodeBlock, *, most_lines: int, width: int) -> tuple[ShellLine, ...]:
    """The first exchanges that fit into so many lines of so many cells; only a first answer is cut short."""
    chosen: list[ShellLine] = []
    for exchange in exchanges(block):
        lines = exchange.lines
        if cells(exchange.command.text) > width:
            if chosen:
                break
            continue
        narrow = 1 + next((i for i, line in enumerate(lines[1:]) if cells(line.text) > width), len(lines) - 1)
        if len(chosen) + len(lines) > most_lines or narrow < len(lines):
            if not chosen:
                chosen.extend(lines[: min(narrow, most_lines)])
            break
        chosen.extend(lines)
    return tuple(chosen)
