"""Requests as the Claude storyboarder sends them, and what a test asks of a quote."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from readme2video.model.scene import Scene
from readme2video.readme import cited_text

FIXTURES = Path(__file__).parent.parent / "fixtures"
MARKER = "5f2c9e0123456789"
MODEL = "claude-sonnet-5-5"
SYSTEM = "You write storyboards for short films about software. " * 40


def block(name: str, lines: dict[int, str] | list[str], marker: str = MARKER) -> str:
    """A text between its markers, numbered."""
    numbered = lines if isinstance(lines, dict) else dict(enumerate(lines, 1))
    told = "\n".join(f"{number}| {line}" for number, line in numbered.items())
    return f"=== BEGIN {name} {marker} ===\n{told}\n=== END {name} {marker} ==="


def prompt(readme: Path, *facts: str) -> str:
    """The user's words about a README."""
    text = cited_text(readme.read_bytes(), readme.name)
    told = [block(readme.name, list(text.lines))]
    if facts:
        told.append(f"=== BEGIN facts {MARKER} ===\n" + "\n".join(facts) + f"\n=== END facts {MARKER} ===")
    return "\n\n".join(["Here is the README.", *told])


def message(*turns: str, **other: Any) -> dict[str, Any]:
    """A request's body: the user's words, and for a repair the reply and what is wrong with it."""
    roles = ["user" if place % 2 == 0 else "assistant" for place in range(len(turns))]
    body: dict[str, Any] = {
        "model": MODEL,
        "max_tokens": 16_000,
        "system": [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": role, "content": [{"type": "text", "text": text}]} for role, text in zip(roles, turns, strict=True)
        ],
        "output_config": {"effort": "medium"},
    }
    return {name: value for name, value in (body | other).items() if value is not None}


def said(node: Any) -> list[dict[str, Any]]:
    """Every string with a source inside a reply."""
    if isinstance(node, dict):
        here = [node] if set(node) == {"text", "source"} else []
        return here + [found for value in node.values() for found in said(value)]
    return [found for value in node for found in said(value)] if isinstance(node, list) else []


def bare(text: str) -> str:
    """Words without markup and with single blanks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>", lambda match: match[1] or " ", text)
    return " ".join(re.sub(r"[*_`\\|#$]", "", text).split())


def stands_there(quote: dict[str, Any], lines: list[str]) -> bool:
    """Whether a quote is found in the lines it cites; code and commands as they are."""
    first, _, last = quote["source"].partition(":")[2].partition("-")
    span = lines[int(first) - 1 : int(last or first)]
    if "\n" in quote["text"]:
        return [line.strip() for line in quote["text"].split("\n")] == [line.strip() for line in span]
    return quote["text"] in " ".join(span) or bare(quote["text"]) in bare(" ".join(span))


def words_of(scene: Scene) -> str:
    """All of a scene as text."""
    return json.dumps(scene.model_dump(mode="json"), ensure_ascii=False)
