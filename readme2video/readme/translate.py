"""AsciiDoc, Org and plain text as Markdown, line for line, so that line numbers stay those of the file."""

from __future__ import annotations

import re

_LINK_TEXT = r"\[([^\[\]]{0,500})\]"

_ADOC_HEADING = re.compile(r"^(={1,6})\s+(\S.*)$")
_ADOC_ATTRIBUTE = re.compile(r"^:!?[\w-]+!?:")
_ADOC_IMAGE = re.compile(r"image::?([^\s\[\]]{1,1000})\[([^\[\]]{0,500})\]")
_ADOC_LINK = re.compile(rf"(?:link:|xref:)([^\s\[\]]{{1,1000}}){_LINK_TEXT}")
_ADOC_URL = re.compile(rf"(?<![(\w])(https?://[^\s\[\]<>]{{1,1000}}){_LINK_TEXT}")
_ADOC_STRONG = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*(?![\w*])")
_ADOC_BULLET = re.compile(r"^\s*([*]{1,5}|[.]{1,5}|-)\s+(\S.*)$")
_ADOC_SOURCE = re.compile(r"^\[(?:source|listing)(?:%\w+)?\s*,?\s*([\w+#-]*)")
_ADOC_ALERT = re.compile(r"^(NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+(\S.*)$")
_ADOC_DROPPED = re.compile(r"^(?://|\[|include::|ifdef::|ifndef::|endif::|ifeval::|toc::|'''|<<<|\+$|\.[A-Za-z])")
_ADOC_FENCES = ("----", "....", "```")

_ORG_HEADING = re.compile(r"^(\*{1,8})\s+(?:(?:TODO|DONE)\s+)?(\S.*?)(?:\s+:[\w:@]+:)?\s*$")
_ORG_KEYWORD = re.compile(r"^\s*#\+([A-Za-z_]+):?\s*(.*)$")
_ORG_LINK = re.compile(r"\[\[(?:file:)?([^\[\]]{1,1000})\](?:\[([^\[\]]{0,500})\])?\]")
_ORG_STRONG = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*(?![\w*])")
_ORG_CODE = re.compile(r"(?<!\w)[=~](?=\S)([^=~\n]{1,300}?)(?<=\S)[=~](?!\w)")
_ORG_TERM = re.compile(r"^(\s*[-+]\s+)(\S.{0,80}?)\s+::\s+")
_ORG_RULE = re.compile(r"^\s*\|[-+|]+\|?\s*$")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp)$", re.IGNORECASE)

_PLAIN_MARKUP = re.compile(r"([\\<>&\[\]!_#`~|]|(?<=\S)\*|\*(?=\S))")
_UNDERLINE = re.compile(r"^[=~*^#-]{3,}\s*$")
_TITLE_CHARACTERS = 60


def asciidoc_to_markdown(lines: list[str]) -> list[str]:
    """AsciiDoc's headings, lists, code, images, links and tables; the rest is text or dropped."""
    result: list[str] = []
    fence, language, comment = "", "", False
    in_table, row = False, 0
    for line in lines:
        bare = line.rstrip()
        if comment or bare == "////":
            comment = bare != "////" or not comment
            result.append("")
        elif fence:
            closing = bare == fence
            result.append("~~~~" if closing else line)
            fence = "" if closing else fence
        elif bare.startswith(_ADOC_FENCES) and not bare.strip("-.`"):
            fence = bare
            result.append(f"~~~~{language}")
            language = ""
        elif bare.startswith("|==="):
            in_table, row = not in_table, 0
            result.append("")
        elif in_table:
            result.append(_asciidoc_row(bare, row, result[-1].count(" |")))
            row += 1 if bare or row else 0
        elif source := _ADOC_SOURCE.match(bare):
            language = source[1]
            result.append("")
        else:
            result.append(_asciidoc_line(bare))
    return result


def _asciidoc_row(line: str, row: int, columns: int) -> str:
    if not line:
        # AsciiDoc separates the header with a blank line: exactly where Markdown wants its delimiter row.
        return "|" + " --- |" * (columns - 1) if row == 1 and columns > 1 else ""
    return " " + re.sub(r"(?:^|\s)[a-z]?\|", " |", line).strip() + " |" if "|" in line else ""


def _asciidoc_line(line: str) -> str:
    if heading := _ADOC_HEADING.match(line):
        return f"{'#' * len(heading[1])} {_asciidoc_inline(heading[2])}"
    if alert := _ADOC_ALERT.match(line):
        return f"> **{alert[1].title()}:** {_asciidoc_inline(alert[2])}"
    if bullet := _ADOC_BULLET.match(line):
        mark = "1." if bullet[1][0] == "." else "-"
        return f"{'   ' * (len(bullet[1]) - 1)}{mark} {_asciidoc_inline(bullet[2])}"
    if _ADOC_ATTRIBUTE.match(line) or _ADOC_DROPPED.match(line):
        return ""
    return _asciidoc_inline(line.removesuffix(" +"))


def _asciidoc_inline(text: str) -> str:
    text = _ADOC_IMAGE.sub(lambda match: f"![{match[2].split(',')[0].strip()}]({match[1]})", text)
    text = _ADOC_LINK.sub(lambda match: f"[{match[2] or match[1]}]({match[1]})", text)
    text = _ADOC_URL.sub(lambda match: f"[{match[2].rstrip('^') or match[1]}]({match[1]})", text)
    return _ADOC_STRONG.sub(r"**\1**", text)


def org_to_markdown(lines: list[str]) -> list[str]:
    """Org's headings, lists, source blocks, links and tables; drawers and keywords are dropped."""
    result: list[str] = []
    code = drawer = titled = False
    for line in lines:
        keyword = _ORG_KEYWORD.match(line)
        name = keyword[1].upper() if keyword else ""
        if code:
            code = not name.startswith("END")
            result.append(line if code else "~~~~")
        elif name in ("BEGIN_SRC", "BEGIN_EXAMPLE"):
            code = True
            result.append(f"~~~~{keyword[2] if keyword and name == 'BEGIN_SRC' else ''}")
        elif drawer or line.strip().upper() in (":PROPERTIES:", ":LOGBOOK:"):
            drawer = line.strip().upper() != ":END:"
            result.append("")
        elif name == "TITLE" and keyword:
            titled = True
            result.append(f"# {_org_inline(keyword[2])}")
        elif keyword or line.startswith("# "):
            result.append("")
        elif heading := _ORG_HEADING.match(line):
            result.append(f"{'#' * min(len(heading[1]) + int(titled), 6)} {_org_inline(heading[2])}")
        elif _ORG_RULE.match(line):
            result.append("|" + " --- |" * line.replace("+", "|").strip("| \n").count("|") + " --- |")
        else:
            result.append(_org_inline(_ORG_TERM.sub(r"\1\2: ", line)))
    return result


def _org_inline(text: str) -> str:
    def link(match: re.Match[str]) -> str:
        if _PICTURE.search(match[1]) and not match[2]:
            return f"![]({match[1]})"
        return f"[{match[2] or match[1]}]({match[1]})"

    text = _ORG_LINK.sub(link, text)
    return _ORG_STRONG.sub(r"**\1**", _ORG_CODE.sub(r"`\1`", text))


def plain_to_markdown(lines: list[str]) -> list[str]:
    """Plain text: underlined headings, lists, indented code and paragraphs; nothing else is markup."""
    result: list[str] = []
    for index, line in enumerate(lines):
        bare = line.strip()
        above = result[-1].strip() if result else ""
        if _UNDERLINE.match(bare) and above and not above.startswith("#"):
            result.append(("=" if bare[0] in "=*#" else "-") * 3)
        elif _UNDERLINE.match(bare):
            result.append("")
        else:
            escaped = line if line.startswith(("    ", "\t")) else _PLAIN_MARKUP.sub(r"\\\1", line)
            result.append(_title_or_line(escaped, lines, index))
    return result


def _title_or_line(line: str, lines: list[str], index: int) -> str:
    """The first line is the title if it stands alone and is short."""
    if any(before.strip() for before in lines[:index]):
        return line
    following = lines[index + 1].strip() if index + 1 < len(lines) else ""
    bare = line.strip()
    if bare and len(bare) <= _TITLE_CHARACTERS and not following and not bare.endswith((".", "!", "?", "。")):
        return f"# {bare}"
    return line
