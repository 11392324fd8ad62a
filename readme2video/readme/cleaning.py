"""HTML of strangers made harmless and cheap to parse, with its line breaks kept countable."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3
    from selectolax.lexbor import LexborNode

_DEPTH = 50

_VOID = {"br", "hr", "img", "source", "wbr", "col"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_FORMATTING = {"b", "strong", "i", "em", "code", "small", "s", "u", "tt"}
BLOCKS = HEADINGS | {
    *(
        "p",
        "div",
        "center",
        "section",
        "header",
        "footer",
        "article",
        "main",
        "figure",
        "figcaption",
        "details",
        "summary",
    ),
    *(
        "blockquote",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "pre",
        "hr",
    ),
}
_INLINE = {
    "a",
    "img",
    "picture",
    "video",
    "source",
    "br",
    "wbr",
    "kbd",
    "sub",
    "sup",
    "samp",
    "var",
    "span",
    "del",
    "ins",
    "q",
    "abbr",
    "cite",
    "mark",
}
_ALLOWED = BLOCKS | _FORMATTING | _INLINE
# Elements whose content is no text of the page.
_UNSPOKEN = {
    *(
        "script",
        "style",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "noscript",
        "template",
        "title",
        "textarea",
        "select",
    ),
    *("noembed", "noframes", "xmp", "plaintext", "head", "audio", "canvas", "form"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "img": {"src", "alt", "align"},
    "source": {"srcset", "media", "src"},
    "video": {"src"},
    **{tag: {"align"} for tag in ("p", "div", "table", "td", "th", *HEADINGS)},
}

# Attribute lists are bounded so that a search for a tag never runs on to the end of the text again and again.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})((?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,400}?)>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]{0,2000}>", re.DOTALL)
_DATA_URL = re.compile(r"data:[^\s\"'<>]{100,}")
_LINE_BREAK_ENTITY = re.compile(r"&(?:#0{0,7}1[03](?!\d)|#[xX]0{0,7}[aAdD](?![0-9a-fA-F])|NewLine);?")


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=_ALLOWED - {"main"},  # kept for the wrapper below, so that no README can close it
        clean_content_tags={"script", "style", "svg", "math", "iframe", "object", "template", "textarea", "title"},
        attributes=_ATTRIBUTES,
        strip_comments=True,
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )


def _shallow(html: str) -> str:
    """Prepare HTML for the cleaner: no comments, no unknown or deeply nested tags, every line break outside of tags.

    Deep nesting and misnested formatting cost an HTML parser the square of their length. A tag's own line breaks are
    put behind it as text, so that counting line breaks in the text gives the source line.
    """
    html = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), html)
    html = _LINE_BREAK_ENTITY.sub(" ", _DATA_URL.sub("data:,", html))
    pieces: list[str] = []
    open_tags: dict[str, int] = {}
    depth = position = 0
    silent: str | None = None
    for match in _TAG.finditer(html):
        name, closing = match[2].lower(), bool(match[1])
        before, breaks = html[position : match.start()], "\n" * match.group().count("\n")
        position = match.end()
        if silent is not None:
            pieces.append("\n" * before.count("\n") + breaks)
            silent = None if closing and name == silent else silent
            continue
        pieces.append(before)
        if name in _UNSPOKEN:
            silent = None if closing or match[3].endswith("/") or name == "embed" else name
        elif name not in _ALLOWED:
            pass
        elif closing:
            if open_tags.get(name):
                open_tags[name] -= 1
                depth -= 1
                pieces.append(f"</{name}>")
        elif name in _VOID:
            pieces.append(match.group().replace("\n", " "))
        elif depth < _DEPTH:
            open_tags[name] = open_tags.get(name, 0) + 1
            depth += 1
            pieces.append(f"<{name}>" if name in _FORMATTING else match.group().replace("\n", " "))
            if name == "pre" and html.startswith("\n", position):
                # A parser drops the line break that follows <pre>; before it, it still counts.
                pieces.insert(-1, "\n")
                position += 1
        pieces.append(breaks)
    rest = html[position:]
    pieces.append(rest if silent is None else "\n" * rest.count("\n"))
    return "".join(pieces)


def clean_tree(html: str) -> LexborNode | None:
    """The tree of cleaned HTML: an element whose children are what was written."""
    from selectolax.lexbor import LexborHTMLParser

    clean = _cleaner().clean(_shallow(html))
    return LexborHTMLParser(f"<!doctype html><body><main>{clean}</main>").css_first("main")
