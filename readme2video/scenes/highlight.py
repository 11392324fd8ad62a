"""Code as coloured tokens: Pygments decides what a token is, the theme what colour it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from readme2video.colour import mix, readable
from readme2video.model.storyboard import Theme

if TYPE_CHECKING:
    from pygments.lexer import Lexer

CODE_CONTRAST = 4.8
"""Of 1; 4.5 is what it shall be when the film is encoded, which costs thin strokes a little."""


def code_colours(theme: Theme) -> dict[str, str]:
    """The colour of every token class, each legible on the theme's surface and on a line's ground."""
    first, second, ink = theme.accent, theme.accent_2, theme.ink
    wanted = {
        "keyword": first,
        "string": second,
        "name": mix(first, ink, 0.5),
        "number": mix(second, ink, 0.4),
        "type": mix(first, second, 0.5),
        "comment": mix(theme.muted, theme.surface, 0.18),
        "operator": mix(theme.muted, ink, 0.25),
        "prompt": first,
    }
    grounds = [theme.surface, *line_grounds(theme).values()]
    return {name: readable(colour, grounds, CODE_CONTRAST) for name, colour in wanted.items()}


def line_grounds(theme: Theme) -> dict[str, str]:
    """What can lie under a line of code: where the eye shall rest, what comes and what goes."""
    dark = theme.mode == "dark"
    return {
        "focus": mix(theme.surface, theme.accent, 0.2 if dark else 0.14),
        "added": mix(theme.surface, "#2fa45a", 0.3 if dark else 0.2),
        "removed": mix(theme.surface, "#d0473f", 0.3 if dark else 0.18),
    }


def tokens(code: str, language: str) -> list[list[tuple[str, str]]]:
    """Split code into lines of ``(class, text)``; the class is a key of ``code_colours`` or "".

    Joining all texts of a line gives the line exactly as it was written.
    """
    from pygments.token import Token

    lexer = _lexer(language)
    kinds: tuple[tuple[Any, str], ...] = (
        (Token.Comment, "comment"),
        (Token.Keyword.Type, "type"),
        (Token.Keyword.Constant, "number"),
        (Token.Keyword, "keyword"),
        (Token.Literal.String, "string"),
        (Token.Literal, "number"),
        (Token.Name.Function, "name"),
        (Token.Name.Class, "type"),
        (Token.Name.Tag, "keyword"),
        (Token.Name.Decorator, "name"),
        (Token.Name.Attribute, "name"),
        (Token.Name.Builtin, "name"),
        (Token.Operator.Word, "keyword"),
        (Token.Operator, "operator"),
        (Token.Punctuation, "operator"),
        (Token.Generic.Prompt, "prompt"),
    )
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, text in lexer.get_tokens(code):
        name = next((name for parent, name in kinds if kind in parent), "")
        for index, part in enumerate(text.split("\n")):
            if index:
                lines.append([])
            if part:
                lines[-1].append((name, part))
    wanted = code.split("\n")
    lines = lines[: len(wanted)]
    if ["".join(text for _, text in line) for line in lines] != wanted:
        return [[("", line)] if line else [] for line in wanted]  # a lexer that changes text is not believed
    return lines


def _lexer(language: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    options = {"stripnl": False, "ensurenl": True}
    try:
        return get_lexer_by_name(language, **options) if language else TextLexer(**options)
    except ClassNotFound:
        return TextLexer(**options)
