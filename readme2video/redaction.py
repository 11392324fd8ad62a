"""Blacks out what looks like a key, a token or a password, wherever a stranger's text comes in."""

from __future__ import annotations

import re

REDACTED = "[redacted]"

_U = r"\\?_"  # Markdown writers escape the underscore
_TOKENS = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])",  # AWS access key id
    rf"gh[pousr]{_U}[A-Za-z0-9]{{36,255}}",  # GitHub
    rf"github{_U}pat{_U}(?:[A-Za-z0-9]|{_U}){{40,255}}",
    r"gl(?:pat|dt|rt|ptt|cbt|soat)-[A-Za-z0-9_.-]{20,255}",  # GitLab
    r"xox[abeoprs]-[A-Za-z0-9-]{20,255}",  # Slack
    r"xapp-\d-[A-Za-z0-9-]{20,255}",
    rf"(?:[sr]k|pk){_U}(?:live|test){_U}[A-Za-z0-9]{{16,255}}",  # Stripe
    rf"whsec{_U}[A-Za-z0-9+/=]{{24,255}}",
    r"sk-(?:proj-|svcacct-|admin-|ant-|or-)?[A-Za-z0-9_-]{20,255}",  # OpenAI, Anthropic, OpenRouter
    r"AIza[A-Za-z0-9_-]{35}",  # Google
    r"GOCSPX-[A-Za-z0-9_-]{24,64}",
    rf"npm{_U}[A-Za-z0-9]{{36}}",
    r"pypi-[A-Za-z0-9_-]{50,500}",
    rf"hf{_U}[A-Za-z0-9]{{30,64}}",  # Hugging Face
    r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}",  # SendGrid
    r"SK[0-9a-f]{32}",  # Twilio
    r"eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}",  # a JSON web token
    r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}",  # Discord
    r"\d{8,10}:AA[A-Za-z0-9_-]{32,34}",  # Telegram
    rf"dop{_U}v1{_U}[0-9a-f]{{64}}",  # DigitalOcean
    r"dckr_pat_[A-Za-z0-9_-]{20,64}",  # Docker Hub
)
_TOKEN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_TOKENS)})")
_WEBHOOK = re.compile(
    r"(?<=hooks\.slack\.com/services/)[A-Z0-9]{8,12}/[A-Z0-9]{8,12}/[A-Za-z0-9]{20,30}"
    r"|(?<=/api/webhooks/)\d{15,20}/[A-Za-z0-9_-]{50,90}"
)
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)([^-]{1,20000})(-----END)"
    r"|(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)((?:\s{0,40}[A-Za-z0-9+/=]{40,80}(?!\S)){1,400})"
)
_PASSWORD = re.compile(
    r"(?<![A-Za-z0-9])([a-z][a-z0-9+.-]{1,20}://[^\s:/@\[\]()<>]{0,80}:)([^\s@/:\[\]()<>]{6,128})(?=@)"
)
_AUTHORISATION = re.compile(
    r"(\bauthorization[\"'`]?\s{0,3}[:=]\s{0,3}[\"'`]?(?:bearer|basic|token)\s{1,3})([A-Za-z0-9._~+/=-]{16,2000})",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"((?:api[_-]?key|secret|token|passw(?:or)?d|access[_-]?key|private[_-]?key|credentials?|auth[_-]?key)"
    r"[A-Za-z0-9_-]{0,30}[\"'`]?\s{0,3}(?::=|=>|[=:])\s{0,3}[\"'`]?)([A-Za-z0-9+/_.=~-]{16,200})(?![A-Za-z0-9(\[])",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")
_DUMMY = re.compile(
    r"example|x{4}|\.{3}|placeholder|your[_-]|[_-]here\b|change[_-]?me|dummy|redacted|\*{3}", re.IGNORECASE
)
_DISTINCT = 12
"""A token with fewer different characters is a row of x or 0; real ones have twenty and more."""


def redact(text: str) -> tuple[str, int]:
    """Black out what looks like a secret; placeholders such as ``ghp_xxxx`` stay.

    Returns:
        The text, its line breaks where they were, and how many secrets it held.
    """
    count = 0

    def token(match: re.Match[str]) -> str:
        nonlocal count
        secret = match.group()
        if _is_dummy(secret) or (secret.startswith("sk-") and not any(c.isdigit() for c in secret)):
            return secret  # a CSS class may begin with sk- as well
        count += 1
        return REDACTED

    def named(match: re.Match[str]) -> str:
        nonlocal count
        if _is_dummy(match[2]):
            return match.group()
        count += 1
        return match[1] + REDACTED

    def assigned(match: re.Match[str]) -> str:
        return named(match) if _is_random(match[2]) else match.group()

    def password(match: re.Match[str]) -> str:
        nonlocal count
        if not _is_password(match[2]):
            return match.group()
        count += 1
        return match[1] + REDACTED

    def block(match: re.Match[str]) -> str:
        nonlocal count
        head, body, end = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], "")
        if len(set(re.sub(r"\W", "", body))) < 3 or REDACTED in body:  # dots, or a row of x
            return match.group()
        count += 1
        return head + _WORD.sub(REDACTED, body.replace("\\n", " ")) + end

    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(block, text)
    text = _WEBHOOK.sub(token, _TOKEN.sub(token, text))
    if "@" in text:
        text = _PASSWORD.sub(password, text)
    return _ASSIGNED.sub(assigned, _AUTHORISATION.sub(named, text)), count


def _is_dummy(secret: str) -> bool:
    return len(set(secret)) < _DISTINCT or _DUMMY.search(secret) is not None


def _is_random(value: str) -> bool:
    """Whether an assigned value was rolled and not written: a hex number, or letters and digits all mixed up."""
    digits = sum(c.isdigit() for c in value)
    if re.fullmatch(r"[0-9a-fA-F]{32,128}", value):
        return digits >= 6 and digits < len(value) - 2
    mixed = any(c.islower() for c in value) and any(c.isupper() for c in value) and digits >= 2
    return mixed and len(value) >= 20 and not value.startswith(("/", "./", "~")) and value.count(".") < 2


def _is_password(value: str) -> bool:
    """Whether it is more than one of the words that stand in examples."""
    if value.startswith(("$", "%", "{")) or _DUMMY.search(value) or len(set(value)) < 5:
        return False
    kinds = (any(c.islower() for c in value), any(c.isupper() for c in value), any(c.isdigit() for c in value))
    return sum(kinds) + any(not c.isalnum() and c not in "_-" for c in value) >= 2
