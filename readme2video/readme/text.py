"""Bytes to honest text: encodings told apart, invisible and dangerous characters taken out, lines never shifted."""

from __future__ import annotations

import codecs
import re

from readme2video.errors import SourceError
from readme2video.model.brief import SourceText
from readme2video.model.record import Finding
from readme2video.readme.instructions import without_instructions
from readme2video.readme.limits import split_lines
from readme2video.readme.unseen import seen
from readme2video.redaction import redact

SIZE_LIMIT_BYTES = 512 * 1024
"""What is read of a README; GitHub itself shows no more than about this."""

_DATA_URL_LIMIT = 64 * 1024
_MARKS_PER_CHARACTER = 4
_SHORTEST_SECRET = 16
_SIGNATURES = (b"\x89PNG", b"\x7fELF", b"\x1f\x8b", b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff", b"GIF8", b"BZh")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0C, 0x0D, 0x1B})

_ESCAPE_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]{0,60}[ -/]{0,9}[@-~]"  # CSI: colours, cursor
    "|(?:\x1b[\\]PX^_]|\x9d)[^\x07\x1b\x9c\n]{0,4000}(?:\x07|\x1b\\\\|\x9c)"  # OSC and kin: titles, clipboard
    "|\x1b[ -/]{0,9}[0-~]?"
)
_LINE_LOOKALIKE = re.compile("[\f\v\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\u00ad\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
# ZWJ and ZWNJ join emoji and shape Arabic and Indic letters; anywhere else they only hide.
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u07ff\u0900-\u0dff\u1000-\u109f\u2600-\u27bf\u2b50\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+"
)
_DIRECTION_MARK = re.compile("[\u200e\u200f\u061c]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_STACKED_MARKS = re.compile(f"({_MARK}{{{_MARKS_PER_CHARACTER}}}){_MARK}+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATA_URL = re.compile(rf"data:[^\s\"'()<>]{{{_DATA_URL_LIMIT},}}")


def decode(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Decode a README by its byte order mark, else as UTF-8 with replacement characters.

    Args:
        data: The bytes; what is beyond 512 KiB is not looked at.

    Raises:
        SourceError: It is not text.
    """
    findings = []
    if len(data) > SIZE_LIMIT_BYTES:
        data = data[:SIZE_LIMIT_BYTES]
        findings.append(_finding("readme-size", "The README is longer than 512 KiB; only the beginning is used."))
    encoding = "utf-8"
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    if encoding == "utf-8":
        _refuse_binary(data)
    # An incremental decoder keeps a character that was cut in two at the limit from being counted as damage.
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data)
    damaged = text.count("\ufffd") / max(len(text), 1)
    if damaged > 0.3:  # a third unreadable is no longer a text anybody could recognise
        raise SourceError("The README is not UTF-8 text.", hint="Save it as UTF-8 and run the command again.")
    if damaged > 0.01:
        findings.append(_finding("readme-encoding", f"{damaged:.0%} of the README is not valid {encoding.upper()}."))
    return text, tuple(findings)


def _refuse_binary(data: bytes) -> None:
    controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    if data.startswith(_SIGNATURES) or controls > max(len(data) * 0.05, 8):
        raise SourceError("The README is not text.", hint="Point at a Markdown, reStructuredText or plain text file.")


def normalise(text: str) -> tuple[str, list[Finding]]:
    r"""Clean a text of what must not reach a screen, a terminal or a model; lines stay where an editor shows them.

    ``\r\n`` and ``\r`` become ``\n``; separators that an editor does not count as lines become blanks.
    """
    findings: list[Finding] = []
    if len(text) > SIZE_LIMIT_BYTES:
        text = text[:SIZE_LIMIT_BYTES]
        findings.append(_finding("readme-size", "The README is longer than 512 KiB; only the beginning is used."))
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text, dropped = _DATA_URL.subn("data:,", text)
    if dropped:
        findings.append(_finding("data-url", f"{dropped} embedded images over 64 KiB were dropped."))
    text, hidden = _strip(text)
    if hidden:
        findings.append(
            _finding("hidden-characters", f"{hidden} invisible or direction-changing characters were removed.")
        )
    text, secrets = redact(text)
    if secrets:
        findings.append(
            _finding("secret", f"{secrets} strings that look like keys were blacked out; revoke them if they are real.")
        )
    text, addressed = without_instructions(text)
    return text, [*findings, *addressed]


def cited_text(data: bytes, name: str) -> SourceText:
    """A file's lines as strings on screen may cite them, numbered as an editor does.

    They are cleaned, secrets are blacked out, and what no reader of the page sees, or what is written for a language
    model, is left blank.

    Args:
        name: The file's path inside the repository.

    Raises:
        SourceError: It is not text.
    """
    text, _ = normalise(decode(data)[0])
    return SourceText(name=name, lines=tuple(seen(split_lines(text), name)))


def scrub(text: str) -> str:
    """The same rules for a string that came out of a parser, where markup may have hidden what they catch."""
    text = _strip(text)[0] if not text.isascii() or not text.isprintable() else text
    return redact(text)[0] if len(text) >= _SHORTEST_SECRET else text


def fold(text: str) -> str:
    """Fold all white space to single blanks."""
    return " ".join(text.split())


def _strip(text: str) -> tuple[str, int]:
    """Remove what is not meant to be seen; returns the text and how many hidden characters it had."""
    if "\x1b" in text or "\x9b" in text or "\x9d" in text:
        text = _ESCAPE_SEQUENCE.sub("", text)
    text = _LINE_LOOKALIKE.sub(" ", text.replace("\x00", "\ufffd"))
    text = _CONTROL.sub("", text)
    if text.isascii():
        return text, 0
    text, hidden = _BIDI.subn("", text)
    for pattern in (_INVISIBLE, _STRAY_JOINER):
        text, count = pattern.subn("", text)
        hidden += count
    if not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION_MARK.sub("", text)
    text = _SURROGATE.sub("\ufffd", text)
    return _STACKED_MARKS.sub(r"\1", text), hidden


def _finding(rule: str, message: str) -> Finding:
    return Finding(level="warning", rule=rule, message=message)
