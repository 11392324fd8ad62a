"""Cutting README text where it may be cut: every result is a contiguous quote that can stand alone."""

# ruff: noqa: RUF001 # typographic punctuation of many scripts is what is matched

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.claims.normal import SHORTCODE
from readme2video.claims.vocabulary import word_set
from readme2video.timeline import reading_time_s

LINE_CELLS = 42
"""Character cells of one line of large type on a wide screen; a CJK character takes two."""

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SENTENCE_END = re.compile(r"(?<=[.!?…؟])[\"'”’)]*\s+|(?<=[。！？])[”」』）]*\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|etc|cf|approx|incl|Mr|Mrs|Dr|St|No|Fig|z\.B|bzw|ca|p\. ?ej)|\b[A-Z])\.$"
)
_DANGLING_END = word_set(
    "a an the of to in on at by for from with without into onto over under as than that which who whose "
    "and or but nor so if is are was were be been being can could will would shall should may might must "
    "do does not no your our my their its his her this these those such when where while because since "
    "until via per about between e.g i.e it's you're we're they're i'm isn't aren't let lets"
)
_STRANDED = re.compile(
    r"(?:ask|wait|look|pay|care|search|rely|rel(?:y|ies)|depend|count|work|live|deal|start|play|build|listen|log|sign|talk|think)"
    r"(?:s|ed|ing)?\s(?:for|on|with|at|to|of|about|in|from|by)[.!?]?$",
    re.IGNORECASE,
)
_BAD_START = word_set(
    "and but or nor so then because which that it its it's they them their these those this such he she "
    "here there also however therefore thus hence otherwise instead example"
)
_ANAPHORA = re.compile(r"\b(?:these|those|above|below|following|aforementioned|the latter|the former)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|<%|\$\{|^\W+$")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|can|could|will|would|does|do|should|may|must|gets?|makes?|lets?)\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\S)", re.IGNORECASE)
_POINTING_START = re.compile(
    r"^(?:das|dies|diese[rs]?|es|er|sie|il|elle|ils|elles|c['’]est|cela|ces|esto|eso|ello|isso|isto|ele|ela|он|она|оно"
    r"|они|это|qui|que|dont|où|welche[rs]?|который|которая|которые)\s",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?:that|which|who)\s")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_CJK_LOOSE = re.compile(
    r"^(?:但|而且|并且|因此|所以|它|这|那|其|しかし|また|そして|これ|それ|그러나|그리고|이것)|(?:的|和|与|在|を|が|に|は|で|と|の)$"
)
_CJK_FRONTED = re.compile(r"(?:把|将|让|为了|对于|当|如果|通过|只要|无论|虽然|因为|由于|用|在)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")

# A cut after these is clean in every language; a colon or comma inside "std::vec" or "10,000" is none.
_STRONG = re.compile(r"\s*[—–，；：؛،]\s*|\s+--?\s+|[;:,]\s+|\s+\(")
# A cut before these leaves an English clause whole unless the word before them needs what follows.
_WEAK = re.compile(
    r"\s+(?=(?:that|which|who|with|without|for|as if|as though|since|so that|because|when|whenever|while|where"
    r"|instead of|rather than|using|written in|based on|built (?:on|with|for)|powered by|even)\s)"
)
_NEEDS_MORE = {
    "that": word_set(
        "so such everything anything something nothing those one ones all now know knows says ensures sure "
        "see means mean shows show is"
    ),
    "for": word_set(
        "search searches look looks wait waits ask asks watch watches care made built designed ready good "
        "need support used account accounts stands allow allows useful looking waiting up available intended "
        "responsible"
    ),
    "with": word_set(
        "work works working deal deals dealing come comes built play plays integrate integrates compatible "
        "start starts started written made interact interacts along together done cope copes used up it you"
    ),
    "without": frozenset(["with", "or"]),
    "using": word_set("by when start before after stop keep are is"),
    "when": frozenset(["even", "only", "especially", "and", "tells", "know", "knows"]),
    "where": frozenset(["know", "knows", "see", "shows", "exactly"]),
}
_AND_CLAUSE = re.compile(r"\s+(?=and\s+(?:it|you|we|they|[a-z]+s)\s)")


@dataclass(frozen=True)
class Passage:
    """Plain text of the README or of a fact, and the source a quote of it carries."""

    text: str
    source: str


@dataclass(frozen=True)
class Cut:
    """The opening of a sentence, what follows it, and whether punctuation separated the two."""

    text: str
    rest: str
    strong: bool


def clean(text: str) -> str:
    """Drop emoji shortcodes and invisible characters, fold white space."""
    return " ".join(_INVISIBLE.sub("", SHORTCODE.sub("", text.replace("\n", " ").replace("\t", " "))).split())


def without_emoji(text: str) -> str:
    """Take pictographs off both ends; what is left may be empty."""
    text = clean(text)
    start, end = 0, len(text)
    while start < end and _decorative(text[start]):
        start += 1
    while end > start and _decorative(text[end - 1]):
        end -= 1
    return text[start:end]


def _decorative(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("So", "Sk", "Mn", "Me", "Cf", "Cn")


def cells(text: str) -> int:
    """Width in character cells; wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def word_count(text: str) -> int:
    """Words; scripts without blanks count a word for three characters, as fast read as one."""
    ideographs = len(_CJK.findall(text))
    return len(re.findall(r"\S*\w\S*", _CJK.sub(" ", text))) + round(ideographs / 3)


def bare(text: str) -> str:
    """Take off the punctuation that ends or joins sentences, and quotes around the whole."""
    text = text.strip().strip("*_").strip()
    text = re.sub(r"[\s.,;:!。，；：！、—–…،؛-]+$", "", text)
    text = re.sub(r"^[\s,;:。，；：、—–…،؛-]+(?=\S)", "", text) if not text.startswith("--") else text
    for left, right in ('""', "“”", "''", "‘’", "«»", "「」"):
        if len(text) > 2 and text[0] == left and text[-1] == right and left not in text[1:-1]:
            return text[1:-1].strip()
    return text


def capitalised(text: str, *names: str) -> str:
    """Upper case first letter, unless the first word is spelt in its own way: ``iOS``, or one of ``names``."""
    first = text.split(" ", 1)[0]
    if folded(first) and any(folded(first) == folded(name) for name in names):
        return text
    if not text or not text[0].islower() or not re.fullmatch(r"[a-zà-öø-ÿа-я][\w'’-]*[,;:]?", first):
        return text
    if any(c.isupper() or c.isdigit() or c == "_" for c in first):
        return text
    return text[0].upper() + text[1:]


def sentences(text: str) -> list[str]:
    """Split plain text into sentences, punctuation kept."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[start : match.start()]
        if _ABBREVIATION.search(piece) or not piece.strip():
            continue
        found.append(piece.strip())
        start = match.end()
    if text[start:].strip():
        found.append(text[start:].strip())
    return found


def openings(sentence: str, *, relative: bool = True, english: bool = True) -> Iterator[Cut]:
    """The sentence's openings that end at a clause boundary, longest first, the whole excluded.

    Args:
        sentence: Plain text.
        relative: Whether to cut before " that " and " which ": right after a noun phrase that stands for the whole,
            wrong within a sentence whose verb comes later.
        english: Whether words may be looked at; other languages are cut at punctuation only.
    """
    cuts: dict[int, tuple[int, bool]] = {}
    in_list = False
    for match in _STRONG.finditer(sentence):
        if any(comma in match[0] for comma in ",，،"):
            listed = _lists(sentence[match.end() :])
            # "No server, no import step, no schema" may lose its end; "a loader, a schema and a script" may not.
            loose = english and in_list and _repeats(sentence[: match.start()])
            in_list = in_list or listed
            if in_list and not loose:
                continue
        cuts.setdefault(match.start(), (match.end(), True))
    if english:
        for match in _WEAK.finditer(sentence):
            if not relative and re.match(r"(?:that|which|who|where)\s", sentence[match.end() :]):
                continue
            if _completes(sentence, match.start(), match.end()):
                cuts.setdefault(match.start(), (match.end(), False))
        for match in _AND_CLAUSE.finditer(sentence):
            if sentence[: match.start()].count(" ") >= 4:
                cuts.setdefault(match.start(), (match.end(), False))
    if _CJK_FRONTED.match(sentence):
        cuts = {}  # what opens with 把 or 如果 needs what follows
    for at in sorted(cuts, reverse=True):
        end, strong = cuts[at]
        text = sentence[:at].strip()
        if not strong and (text.endswith((",", ";", ":")) or len(re.split(r",\s+", text)[-1].split()) < 2):
            continue  # punctuation cuts better here; "…, safe | for humans" would leave a lone word behind its comma
        yield Cut(text, sentence[end:].strip(), strong)


def _repeats(text: str) -> bool:
    """Whether all items of a list begin with the same word."""
    items = [item.split() for item in re.split(r"[,，،]\s*", text)]
    return len(items) >= 2 and all(item and item[0].lower() == items[0][0].lower() for item in items)


def _lists(rest: str) -> bool:
    """Whether the text after a comma goes on with an enumeration of things; one of deeds may be cut."""
    if re.match(r"(?:and\s+)?[a-z]{2,}[^s\W]s\s+(?!and\b|or\b)", rest):
        return False
    item = re.match(r"(?:and |or )?([^,،;:.()—–]{1,40}?)(?:[,،]\s|\s(?:and|or|und|y|et|e|ou|oder)\s(?!not\b))", rest)
    if item is not None and len(item[1].split()) <= 6 and not item[1].endswith("or not"):
        return True
    last = re.match(r"(?:and|or)\s+([^,;:.()—–]+)", rest)
    return last is not None and len(last[1].split()) <= 3


def _completes(sentence: str, before: int, after: int) -> bool:
    word = re.match(r"\w+", sentence[after:])
    previous = re.search(r"([\w'’-]+)[^\w]*$", sentence[:before])
    if word is None or previous is None:
        return False
    return previous[1].lower() not in _NEEDS_MORE.get(word[0].lower(), frozenset())


def predicate(sentence: str) -> str | None:
    """What stands after "that" or "which" if it can stand alone, as in ``Keeps working on the train``."""
    match = re.search(r"\s(?:that|which)\s+(\w+)\s", sentence)
    if match is None:
        return None
    verb = match[1].lower()
    if (
        not verb.endswith("s")
        or verb.endswith("ss")
        or verb in ("is", "was", "has", "does", "this", "its", "lets", "as")
    ):
        return None
    return sentence[match.start(1) :]


_IS = (
    r"\s+is\s+(?:an?|the)\s+|\s+ist\s+(?:ein|eine|das|der|die)\s+|\s+est\s+(?:une?|le|la)\s+|\s+es\s+(?:una?|el|la)\s+"
    r"|\s+é\s+(?:uma?|o|a)\s+|\s+[—–-]\s+(?:это\s+)?|\s*は、?\s*|\s*是(?:一[个款种])?\s*|\s*(?:은|는)\s+"
)


def without_subject(sentence: str, name: str) -> str:
    """``Quarry is a reader for files`` becomes ``reader for files``, ``It bundles …`` ``bundles …``; others stay."""
    if not name:
        return sentence
    subject = rf"(?:{re.escape(name)}|it|this(?: (?:project|repository|repo|library|package|tool|crate|module|app))?)"
    match = re.match(rf"(?:the\s+)?{subject}(?:{_IS})(?=\S)", sentence, re.IGNORECASE)
    if match is None:
        verb = re.match(
            rf"{subject}\s+(?=(?!is\b|was\b|has\b|does\b|as\b)[a-z]{{2,}}[^s\W]s\s)", sentence, re.IGNORECASE
        )
        match = verb
    return sentence[match.end() :] if match else sentence


def without_article(text: str) -> str:
    """Cut a leading article off a noun phrase; sentences with a verb keep theirs."""
    head = re.split(r"\s(?:that|which|who)\s", text, maxsplit=1)[0]
    return text if _AUXILIARY.search(head) else _ARTICLE.sub("", text)


def stands_alone(text: str, *, english: bool = True) -> bool:  # noqa: PLR0911 # one rule a line
    """Whether a quote reads as a whole: no loose ends, no pointing elsewhere, brackets and quotes closed."""
    if not text or _TEMPLATE.search(text) or not any(c.isalnum() for c in text):
        return False
    if 2 * sum(c.isalpha() for c in text) < sum(not c.isspace() for c in text):
        return False  # a progress bar or a row of numbers is no sentence
    if re.search(r"https?://|www\.|\]\(|</?\w+>", text):
        return False
    if any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}", "“”", "「」", "（）", "«»")):
        return False
    if text.count('"') % 2:
        return False
    if _CJK_LOOSE.search(text) or (not english and _POINTING_START.match(text)):
        return False
    if not english or not _LATIN_LETTER.search(text):
        return True
    words = re.findall(r"[\w'’.&+#-]+", text.lower())
    if not words:
        return True
    loose = words[-1].rstrip(".") in _DANGLING_END and not _STRANDED.search(text)
    return not loose and words[0] not in _BAD_START and not _ANAPHORA.search(text)


def fits(text: str, language: str, *, width: int, read_s: float) -> bool:
    """Whether a text is short enough, in cells and in seconds of reading."""
    return cells(text) <= width and reading_time_s(text, language) <= read_s


def shortened(
    text: str, language: str, *, width: int, read_s: float, least: int = 2, relative: bool = False
) -> str | None:
    """The longest opening of the first sentence that fits and stands alone, the whole if possible.

    Args:
        text: Plain text.
        language: For reading times; clause words are known for English only.
        width: Most character cells.
        read_s: Most seconds of reading.
        least: Fewest words of a cut text; the whole may be shorter.
        relative: As for ``openings``.
    """
    for sentence in sentences(clean(text))[:1]:
        english = language == "en"
        whole = bare(sentence)
        if fits(whole, language, width=width, read_s=read_s) and stands_alone(whole, english=english):
            return whole
        for cut in openings(sentence, relative=relative, english=english):
            part = bare(cut.text)
            if _RELATIVE.match(cut.rest) and cells(part) < 20:
                continue  # "the board", of which the rest tells everything
            told = word_count(part) >= least or (cells(part) >= 12 and _CJK.search(part) is not None)
            if told and fits(part, language, width=width, read_s=read_s) and stands_alone(part, english=english):
                return part
    return None


def folded(text: str) -> str:
    """Letters and digits only, lower case, for comparing names and texts."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
