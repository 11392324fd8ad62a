"""Secrets in a README: every known shape is blacked out wherever its text goes; placeholders stay.

No token stands here as a whole: they are put together from pieces, so that no scanner takes them for real ones.
"""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readme2video.model.brief import Brief
from readme2video.model.record import Finding
from readme2video.model.source import RepositoryFacts
from readme2video.readme import cited_text, parse_readme
from readme2video.redaction import REDACTED, redact
from readme2video.sandbox import Sandbox
from readme2video.sources.facts import facts_of_manifest, one_line
from readme2video.storyboarders import write_storyboard

_CHANCE = random.Random(7)  # noqa: S311 - repeatable, nothing secret


def rolled(length: int, letters: str = string.ascii_letters + string.digits) -> str:
    """Characters as a key has them: a good mixture, always the same."""
    return "".join(_CHANCE.choice(letters) for _ in range(length - 3)) + "aZ7"


HEX = "0123456789abcdef"


def hexed(length: int) -> str:
    return "".join(_CHANCE.choice(HEX) for _ in range(length - 6)) + "3f09c5"


def token() -> str:
    return ".".join(["ey" + "J" + rolled(20), "ey" + "J" + rolled(40), rolled(30)])


# name, what stands around it, the secret
SHAPES: dict[str, tuple[str, str]] = {
    "AWS access key id": (
        "{}",
        "AK" + "IA" + "".join(_CHANCE.choice(string.ascii_uppercase) for _ in range(14)) + "Q7",
    ),
    "AWS secret": ("aws_secret_access_key = {}", rolled(30) + "/" + rolled(9)),
    "GitHub classic": ("{}", "gh" + "p_" + rolled(36)),
    "GitHub OAuth": ("{}", "gh" + "o_" + rolled(36)),
    "GitHub fine-grained": ("{}", "github_" + "pat_" + rolled(22) + "_" + rolled(59)),
    "GitHub, escaped": ("{}", "gh" + "p\\_" + rolled(36)),
    "GitLab": ("{}", "gl" + "pat-" + rolled(20)),
    "Slack bot": ("{}", "xo" + "xb-" + "123456789012-" + rolled(24)),
    "Slack webhook": ("https://hooks.slack.com/services/{}", "T0" + "1AB2CD3E/" + "B04FG5HI6J/" + rolled(24)),
    "Stripe secret": ("{}", "sk" + "_live_" + rolled(24)),
    "Stripe restricted": ("{}", "rk" + "_live_" + rolled(24)),
    "OpenAI": ("{}", "s" + "k-" + rolled(48)),
    "OpenAI project": ("{}", "s" + "k-proj-" + rolled(60)),
    "Anthropic": ("{}", "s" + "k-ant-api03-" + rolled(90)),
    "Google": ("{}", "AI" + "za" + rolled(35)),
    "npm": ("{}", "np" + "m_" + rolled(36)),
    "PyPI": ("{}", "py" + "pi-AgEI" + rolled(80)),
    "Hugging Face": ("{}", "h" + "f_" + rolled(34)),
    "SendGrid": ("{}", "S" + "G." + rolled(22) + "." + rolled(43)),
    "Twilio": ("{}", "S" + "K" + hexed(32)),
    "JSON web token": ("{}", token()),
    "Discord bot": ("{}", "MT" + rolled(22) + "." + rolled(6) + "." + rolled(30)),
    "Telegram bot": ("{}", "123456789" + ":A" + "A" + rolled(33)),
    "Docker Hub": ("{}", "dckr" + "_pat_" + rolled(27)),
    "database address": ("postgres://app:{}@db.example.com:5432/app", rolled(14)),
    "basic authentication": ("https://ci:{}@git.example.com/it.git", "p4" + rolled(10) + "!"),
    "Authorization header": ('curl -H "Authorization: Bearer {}" https://api.example.com', rolled(40)),
    "Kie key": ("export KIE_API_KEY={}", hexed(32)),
    "key in YAML": ("api_key: {}", hexed(40)),
    "key in JSON": ('"clientSecret": "{}"', rolled(32)),
}
PLACEHOLDERS = [
    "gh" + "p_" + "x" * 36,
    "s" + "k-" + "your-api-key-goes-here-please",
    "s" + "k-ant-" + "..." + "x" * 20,
    "AK" + "IA" + "IOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    "KIE_API_KEY=" + "0" * 32,
    "KIE_API_KEY=<your-token>",
    "export API_KEY=your_api_key_here_1234ABCD",
    "Authorization: Bearer <token>",
    "Authorization: Bearer YOUR_TOKEN_HERE_PLEASE",
    "Authorization: Bearer $TOKEN",
    "postgres://user:password@localhost/db",
    "postgres://user:${DB_PASSWORD}@localhost/db",
    "https://user:pass@host.example.com",
    "token = tokenizer.from_pretrained(name)",
    "password: str = Field(min_length=12)",
    "API_KEY = os.environ['API_KEY']",
    "secret: /var/run/secrets/Kube2/token",
    "private_key: ./certs/Server2/private.pem",
    "commit " + "3f09c5aa" * 5,
    "sha256:" + "3f09c5aab1d2e4f6" * 4,
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "class sk-chasing-dots-and-more-dots",
    "https://example.com:8080/path@2x",
    "npm_config_registry_and_some_other_settings",
]


def _pieces(secret: str) -> list[str]:
    """The parts of a secret that must not be seen either."""
    return [
        piece for piece in secret.replace("\\", "").replace("/", ".").replace("_", ".").split(".") if len(piece) >= 12
    ]


def readme(line: str) -> str:
    return (
        f"# Quill\n\nA pen for long pages.\n\nLog in with {line} once.\n\n## Features\n\n- **Sharp**: {line}\n"
        f"- **Quick**: writes at once\n\n## Usage\n\n```bash\nquill start\n{line}\n```\n\n"
        f"| name | value |\n| --- | --- |\n| a | {line} |\n\n> {line}\n"
    )


@pytest.mark.parametrize("name", SHAPES)
def test_a_secret_is_seen_nowhere(name: str):
    around, secret = SHAPES[name]
    text = readme(around.format(secret))
    document = parse_readme(text, "README.md")
    cited = cited_text(text.encode(), "README.md")
    brief = Brief(
        document=document,
        texts=(cited,),
        facts=RepositoryFacts(name="quill", description=one_line(around.format(secret))),
    )
    seen = {
        "prompt": "\n".join(cited.lines),
        "document": document.model_dump_json(),
        "facts": brief.facts.model_dump_json(),
        "storyboard": write_storyboard(brief).model_dump_json(),
    }
    for where, told in seen.items():
        assert [piece for piece in [secret, *_pieces(secret)] if piece in told] == [], where
    assert len(cited.lines) == text.count("\n")
    assert REDACTED in seen["prompt"]
    (finding,) = [finding for finding in document.findings if finding.rule == "secret"]
    assert finding == Finding(level="warning", rule="secret", message=finding.message)
    assert secret not in finding.message


@pytest.mark.parametrize("name", SHAPES)
def test_a_secret_in_a_manifest_is_no_fact(name: str):
    around, secret = SHAPES[name]
    description = f"A pen. {around.format(secret)}"
    told = facts_of_manifest("package.json", json.dumps({"name": "quill", "description": description}).encode())
    assert not any(piece in str(told) for piece in [secret, *_pieces(secret)])


@pytest.mark.parametrize("line", PLACEHOLDERS)
def test_a_placeholder_stays(line: str):
    assert redact(line) == (line, 0)


@pytest.mark.parametrize("around", ["{}", "```\n{}\n```", '    key = """{}"""'])
@pytest.mark.parametrize("kind", ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])
def test_a_private_key_is_blacked_out_line_by_line(around: str, kind: str):
    body = [rolled(64) for _ in range(4)]
    for end in (f"-----END {kind}-----", ""):
        key = "\n".join([f"-----BEGIN {kind}-----", *body, end])
        text = f"# Quill\n\nA pen.\n\n{around.format(key)}\n\nMore words follow here.\n"
        told = cited_text(text.encode(), "README.md").lines
        assert not any(line in one for line in body for one in told)
        assert len(told) == text.count("\n")
        assert "More words follow here." in told


def test_what_markup_takes_apart_is_still_found():
    secret = "gh" + "p_" + rolled(36)
    split = secret[:3] + "&#95;" + secret[4:]
    assert secret not in parse_readme(f"# Quill\n\nUse {split} now.\n", "README.md").model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 500_000, "sk-" * 160_000, "eyJ" * 160_000, "token=" * 80_000, "a://b:" * 80_000, "token" + "a" * 400_000,
        "-----BEGIN PRIVATE KEY-----" * 18_000, "x@" * 200_000,
        ("-----BEGIN PRIVATE KEY-----\n" + "a" * 60 + "\n") * 5_000,
        "authorization: bearer " * 20_000, "gl" + "pat-" * 100_000, "1234567890:AA" * 30_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_hostile_text_costs_little(text: str):
    begun = time.perf_counter()
    redact(text)
    assert time.perf_counter() - begun < 3


def test_the_repository_itself_holds_none():
    """What we ship is clean by our own rules."""
    root = Path(__file__).parent.parent
    for file in [root / "README.md", root / "CHANGELOG.md", *root.glob("fixtures/*/README.*")]:
        assert redact(file.read_text("utf-8"))[1] == 0, file


def test_no_file_and_no_request_of_a_run_holds_one(tmp_path: Path):
    """The program as a user starts it, on a README full of secrets: prompt, storyboard, reports, what is said."""
    project = tmp_path / "quill"
    project.mkdir()
    lines = [around.format(secret) for around, secret in SHAPES.values()]
    rows = "\n".join(f"- **Way {number}**: {line}" for number, line in enumerate(lines))
    (project / "README.md").write_text(readme("`quill login`") + f"\n## Keys\n\n{rows}\n")
    (project / "package.json").write_text(json.dumps({"name": "quill", "description": f"A pen. {lines[2]}"}))
    with Sandbox() as box:
        keys = {name: box.environment[name] for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")}
        done = subprocess.run(
            [Path(sys.executable).with_name("readme2video"), "plan", project, "-o", tmp_path / "out", "--json",
             "--quality", "draft"],
            env={**os.environ, **keys}, capture_output=True, text=True, check=False, timeout=170,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (asked,) = box.claude
        told = {"request": asked.prompt, "stdout": done.stdout, "stderr": done.stderr}
    kinds = (".json", ".html", ".yaml", ".md", ".txt", ".sqlite3", ".db")
    files = [file for file in (tmp_path / "out").rglob("*") if file.suffix in kinds]
    assert {"storyboard.yaml", "report.html", "report.json"} <= {file.name for file in files}
    texts = {file.name: file.read_bytes().decode("utf-8", "replace") for file in files}
    original = (project / "README.md").read_text()
    told |= {name: text for name, text in texts.items() if text != original}  # the store keeps the file it read
    for where, text in told.items():
        for name, (_, secret) in SHAPES.items():
            assert not [piece for piece in [secret, *_pieces(secret)] if piece in text], (where, name)
