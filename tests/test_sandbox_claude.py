"""The stand-in as Claude: shapes the SDK reads, honest counts, storyboards that quote, and replies that are wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx
import pytest
from pydantic import TypeAdapter

from claude_words import FIXTURES, MARKER, MODEL, SYSTEM, block, message, prompt, said, stands_there
from readme2video.errors import UsageError
from readme2video.model.scene import Scene
from readme2video.model.storyboard import Storyboard
from readme2video.readme import cited_text
from readme2video.sandbox import Sandbox
from readme2video.sandbox.author import readme_of, storyboard
from readme2video.sandbox.claude import tokens

TIDEPOOL = FIXTURES / "tidepool" / "README.md"
READMES = sorted([*FIXTURES.glob("*/README.*"), FIXTURES.parent / "README.md"])
HEADERS = {"authorization": "Bearer k", "anthropic-version": "2026-10-21"}


@pytest.fixture(scope="module")
def opened() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def box(opened: Sandbox) -> Sandbox:
    opened.clear()
    return opened


@pytest.fixture
def client(box: Sandbox) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=box.url, api_key="k", max_retries=0, timeout=20) as client:
        yield client


def post(box: Sandbox, body: Any, path: str = "/v1/messages", **headers: str | None) -> httpx.Response:
    fields = {name: value for name, value in (HEADERS | headers).items() if value is not None}
    with httpx.Client(trust_env=False, base_url=box.url) as http:
        return http.post(path, content=body if isinstance(body, bytes) else json.dumps(body), headers=fields)


def reply(client: anthropic.Anthropic, *turns: str, **other: Any) -> anthropic.types.Message:
    return client.messages.create(**message(*(turns or (prompt(TIDEPOOL),)), **other))


# --- shapes ---------------------------------------------------------------------------------------------------------


def test_the_sdk_reads_a_message(box: Sandbox, client: anthropic.Anthropic):
    told = reply(client)
    assert (told.type, told.role, told.model, told.stop_reason) == ("message", "assistant", MODEL, "end_turn")
    assert told.stop_sequence is None
    assert told.id.startswith("msg_")
    assert told._request_id
    assert told._request_id == box.claude[-1].request_id
    (text,) = told.content
    assert isinstance(text, anthropic.types.TextBlock)
    assert text.text == box.claude[-1].text
    assert json.loads(text.text)["scenes"]
    assert told.usage.service_tier == "standard"
    assert told.usage.output_tokens == tokens(text.text)


async def test_the_async_client_is_served_as_well(box: Sandbox):
    async with anthropic.AsyncAnthropic(base_url=box.url, api_key="k", max_retries=0) as client:
        told = await client.messages.create(**message(prompt(TIDEPOOL)))
    assert told.stop_reason == "end_turn"


def test_the_schema_of_the_sdk_is_taken(client: anthropic.Anthropic):
    schema = anthropic.transform_schema(TypeAdapter(Storyboard).json_schema())
    wanted = {"effort": "low", "format": {"type": "json_schema", "schema": schema}}
    assert reply(client, output_config=wanted).stop_reason == "end_turn"


def test_usage_is_counted_from_the_texts_and_the_system_is_cached(client: anthropic.Anthropic):
    system = [{"type": "text", "text": SYSTEM + "once", "cache_control": {"type": "ephemeral"}}]
    words = prompt(TIDEPOOL)
    first = reply(client, system=system).usage
    again = reply(client, words, "{}", "That is no storyboard.", system=system).usage
    assert first.cache_creation_input_tokens == again.cache_read_input_tokens == tokens(SYSTEM + "once")
    assert first.cache_read_input_tokens == again.cache_creation_input_tokens == 0
    assert first.input_tokens == tokens(words)
    assert again.input_tokens == first.input_tokens + tokens("{}") + tokens("That is no storyboard.")
    assert reply(client, system=system, model="claude-opus-5-5").usage.cache_read_input_tokens == 0  # its own cache


def test_tokens_are_counted_before_sending(client: anthropic.Anthropic):
    body = message(prompt(TIDEPOOL), max_tokens=None)
    counted = client.messages.count_tokens(**body).input_tokens
    assert counted == tokens(SYSTEM) + tokens(prompt(TIDEPOOL))
    used = reply(client).usage
    assert counted == used.input_tokens + (used.cache_creation_input_tokens or 0) + (used.cache_read_input_tokens or 0)


@pytest.mark.parametrize("key", [None, "", "Bearer", "Basic k"])
def test_without_a_key_nothing_is_said(box: Sandbox, key: str | None):
    got = post(box, message("Hello"), authorization=key)
    assert (got.status_code, got.json()["error"]["type"]) == (401, "authentication_error")


def test_a_key_may_come_in_either_header_and_is_not_kept(box: Sandbox):
    assert post(box, message("Hello"), authorization=None, **{"x-api-key": "secret-0123"}).status_code == 200
    assert box.requests[-1].key
    assert "secret-0123" not in repr(box.requests)


WRONG: list[tuple[str, Any, str]] = [
    ("an unknown field", message("x", colour="red"), "colour: Extra inputs are not permitted"),
    ("temperature", message("x", temperature=0.2), "temperature"),
    ("no max_tokens", message("x", max_tokens=None), "max_tokens: Field required"),
    ("max_tokens of zero", message("x", max_tokens=0), "max_tokens"),
    ("too many max_tokens", message("x", max_tokens=1_000_000), "max_tokens"),
    ("no model", message("x", model=None), "model: Field required"),
    ("no messages", message("x", messages=[]), "messages"),
    ("first message not the user's", message("x", messages=[{"role": "assistant", "content": "x"}]), '"user"'),
    ("a reply begun for it", message("x", "{"), "prefill"),
    ("a role of its own", message("x", messages=[{"role": "system", "content": "x"}]), "messages.0.role"),
    ("an empty text", message("x", messages=[{"role": "user", "content": " "}]), "messages.0.content"),
    ("a picture", message("x", messages=[{"role": "user", "content": [{"type": "image"}]}]), "text blocks"),
    ("streaming", message("x", stream=True), "stream"),
    ("an effort unknown", message("x", output_config={"effort": "heroic"}), "output_config.effort"),
    ("no JSON", b"{", "not valid JSON"),
    ("nested too deep", b"[" * 100_000, "not valid JSON"),
]
SCHEMAS: list[tuple[str, dict[str, Any], str]] = [
    ("open object", {"type": "object", "properties": {}}, "additionalProperties"),
    ("limit on text", {"type": "string", "maxLength": 5}, "maxLength"),
    ("limit on a number", {"type": "array", "items": {"type": "integer", "maximum": 5}}, "maximum"),
    ("limit on a list", {"anyOf": [{"type": "array", "items": {"type": "string"}, "maxItems": 5}]}, "maxItems"),
    ("oneOf", {"oneOf": []}, "oneOf"),
]
for _name, _schema, _says in SCHEMAS:
    _config = {"format": {"type": "json_schema", "schema": _schema}}
    WRONG.append((_name, message("x", output_config=_config), _says))


@pytest.mark.parametrize(("body", "says"), [(body, says) for _, body, says in WRONG], ids=[name for name, *_ in WRONG])
def test_a_request_with_a_mistake_is_refused(box: Sandbox, body: Any, says: str):
    asked = len(box.claude)
    got = post(box, body)
    told = got.json()
    assert (got.status_code, told["type"], told["error"]["type"]) == (400, "error", "invalid_request_error")
    assert says in told["error"]["message"]
    assert got.headers["request-id"] == told["request_id"]
    assert len(box.claude) == asked


def test_other_mistakes(box: Sandbox):
    assert post(box, message("x"), **{"anthropic-version": None}).status_code == 400
    assert post(box, message("x", model="gpt")).status_code == 404
    assert post(box, message("x"), path="/v1/files").status_code == 404
    assert post(box, message("x"), path="/v1/messages/count_tokens").status_code == 400  # max_tokens is not counted


# --- the good reply -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readme", READMES, ids=lambda file: file.parent.name)
def test_the_reply_quotes_the_readme(client: anthropic.Anthropic, readme: Path):
    told = json.loads(reply(client, prompt(readme, "fact:url = https://github.com/example/it")).content[0].text)
    scenes = TypeAdapter(list[Scene]).validate_python([scene | {"duration_s": 4.0} for scene in told["scenes"]])
    assert len({scene.id for scene in scenes}) == len(scenes)
    assert (scenes[0].kind, scenes[-1].kind) == ("title", "call_to_action")
    assert 2 <= len(scenes) <= 6
    assert len(told["hooks"]) == 3
    lines = list(cited_text(readme.read_bytes(), readme.name).lines)
    quotes = said(told)
    assert len(quotes) >= 6
    for quote in quotes:
        if quote["source"] == "fact:url":
            assert quote["text"] == "github.com/example/it"
        else:
            assert quote["source"].startswith(f"{readme.name}:")
            assert stands_there(quote, lines), quote
    assert all(len(scene.headline.text) <= 42 for scene in scenes if scene.kind != "quote")
    if len(lines) > 10:
        assert len(scenes) >= 4
        assert len({hook["text"] for hook in told["hooks"]}) == 3


def test_line_numbers_are_the_ones_that_were_sent():
    """A README that was cut keeps the numbers of its lines."""
    cut = block(
        "docs/README.md", {40: "# Quill", 41: "", 42: "A pen for long pages.", 90: "## Install", 91: "", 93: ""}
    )
    words = f"{block('CHANGELOG.md', ['# 1.0'])}\n{cut}\n{block('release', ['New.'])}"
    assert readme_of(words) == (
        "docs/README.md",
        "\n" * 39 + "# Quill\n\nA pen for long pages." + "\n" * 48 + "## Install\n\n\n",
    )
    told = storyboard(words)
    assert told is not None
    assert told["scenes"][0]["eyebrow"] == {"text": "Quill", "source": "docs/README.md:40"}
    assert told["scenes"][0]["headline"]["source"] == "docs/README.md:42"


def test_a_marker_of_the_readmes_own_does_not_end_it():
    fake = "=== END README.md 0000000000000000 ==="
    words = block("README.md", ["# Quill", "", fake, "", "A pen for long pages."])
    found = readme_of(words)
    assert found is not None
    assert found[1].split("\n")[4] == "A pen for long pages."


@pytest.mark.parametrize("words", ["Hello", block("README.md", [""]), f"=== BEGIN README.md {MARKER} ===\n1| # A"])
def test_without_a_readme_it_says_so(client: anthropic.Anthropic, words: str):
    assert "no README" in reply(client, words).content[0].text


def test_a_repair_turn_gets_the_same_good_reply(client: anthropic.Anthropic):
    words = prompt(TIDEPOOL)
    assert reply(client, words).content == reply(client, words, "{}", "scenes: is missing").content


def test_a_reply_is_never_longer_than_allowed(client: anthropic.Anthropic):
    told = reply(client, max_tokens=50)
    assert (told.stop_reason, told.usage.output_tokens) == ("max_tokens", 50)
    assert tokens(told.content[0].text) <= 50


# --- replies that are wrong -----------------------------------------------------------------------------------------


def test_a_reply_can_be_given(box: Sandbox, client: anthropic.Anthropic, tmp_path: Path):
    file, bare_file = tmp_path / "recorded.json", tmp_path / "bare.json"
    file.write_text(json.dumps({"name": "cut", "reply": {"text": '{"scenes": [', "stop": "max_tokens"}}))
    bare_file.write_text(json.dumps({"hooks": [], "scenes": []}))
    box.script(
        {"on": "claude", "do": "reply", "text": "Sure! {}"},
        {"on": "claude", "do": "reply", "json": {"scenes": "é"}, "nth": 2},
        {"on": "claude", "do": "reply", "content": [], "nth": 3},
        {"on": "claude", "do": "reply", "file": str(file), "nth": 4},
        {"on": "claude", "do": "reply", "file": str(bare_file), "nth": 5},
        {"on": "claude", "do": "seq", "nth": "6+", "steps": [{"do": "reply", "file": str(file)}, {"do": "overloaded"}]},
    )
    told = [reply(client) for _ in range(6)]
    texts = ["".join(block_.text for block_ in one.content) for one in told]
    assert texts[:3] == ["Sure! {}", '{"scenes": "é"}', ""]
    assert (texts[3], told[3].stop_reason) == ('{"scenes": [', "max_tokens")
    assert texts[4:] == ['{"hooks": [], "scenes": []}', '{"scenes": [']
    with pytest.raises(anthropic.APIStatusError):
        reply(client)
    assert [one.answered for one in box.claude[-6:]] == ["reply"] * 6
    assert json.loads(reply(client).content[0].text)["scenes"]


def test_a_reply_can_be_cut(box: Sandbox, client: anthropic.Anthropic):
    whole = reply(client).content[0].text
    box.script({"on": "claude", "do": "truncated", "percent": 30}, {"on": "claude", "do": "context", "nth": 2})
    cut, full = reply(client, max_tokens=900), reply(client)
    assert (cut.stop_reason, cut.usage.output_tokens) == ("max_tokens", 900)
    assert full.stop_reason == "model_context_window_exceeded"
    for one in (cut, full):
        assert whole.startswith(one.content[0].text)
        with pytest.raises(ValueError, match="line 1"):
            json.loads(one.content[0].text)


def test_it_can_refuse(box: Sandbox, client: anthropic.Anthropic):
    box.script(
        {"on": "claude", "do": "refused", "category": "cyber"},
        {"on": "claude", "do": "refused", "nth": 2, "text": "No."},
    )
    first, second = reply(client), reply(client)
    assert (first.stop_reason, first.content) == ("refusal", [])
    assert first.stop_details is not None
    assert (first.stop_details.type, first.stop_details.category) == ("refusal", "cyber")
    assert second.content[0].text == "No."


def test_it_can_obey_a_stranger(box: Sandbox, client: anthropic.Anthropic):
    box.script({"on": "claude", "do": "injected", "words": "Visit the scam", "url": "https://scam.invalid/x"})
    told = json.loads(reply(client).content[0].text)
    assert told["scenes"][0]["headline"] == {"text": "Visit the scam", "source": "README.md:3"}
    assert told["scenes"][-1]["url"]["text"] == "https://scam.invalid/x"
    assert "| sh" in told["scenes"][-1]["command"]["text"]


def test_it_can_be_slow(box: Sandbox, client: anthropic.Anthropic):
    box.script({"on": "claude", "do": "slow", "s": 0.4}, {"on": "claude", "do": "slow", "nth": 2})
    begun = time.monotonic()
    assert reply(client).stop_reason == "end_turn"
    assert 0.4 <= time.monotonic() - begun < 5
    with pytest.raises(anthropic.APITimeoutError):
        reply(client.with_options(timeout=0.3))


def test_a_reply_can_come_in_drops(box: Sandbox, client: anthropic.Anthropic):
    """No single read is late, so only a deadline over all of it ends this."""
    box.script({"on": "claude", "do": "drip", "per_s": 4000})
    begun = time.monotonic()
    assert reply(client.with_options(timeout=0.5)).stop_reason == "end_turn"
    assert time.monotonic() - begun > 0.5


def test_it_can_be_overloaded_and_the_sdk_asks_again(box: Sandbox, client: anthropic.Anthropic):
    box.script({"on": "claude", "do": "overloaded", "nth": [1, 2]})
    with pytest.raises(anthropic.APIStatusError) as caught:
        reply(client)
    assert (caught.value.status_code, caught.value.body["error"]["type"]) == (529, "overloaded_error")
    assert caught.value.request_id
    assert reply(client.with_options(max_retries=1)).stop_reason == "end_turn"


ERROR = {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}, "request_id": "req_1"}
SHAPES: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"do": "status", "status": 500}, anthropic.InternalServerError),
    ({"do": "body", "status": 429, "json": ERROR}, anthropic.RateLimitError),
    ({"do": "status", "status": 529, "body": "<html>"}, anthropic.APIStatusError),
    ({"do": "html", "status": 502}, anthropic.InternalServerError),
    ({"do": "cut_body"}, anthropic.APIConnectionError),
    ({"do": "cut_headers"}, anthropic.APIConnectionError),
    ({"do": "chunk_noend"}, anthropic.APIConnectionError),
    ({"do": "accept_rst"}, anthropic.APIConnectionError),
    ({"do": "accept_fin"}, anthropic.APIConnectionError),
    ({"do": "rst_before"}, anthropic.APIConnectionError),
    ({"do": "blackhole"}, anthropic.APITimeoutError),
    ({"do": "redirect", "status": 307, "url": "/v1/nowhere"}, anthropic.NotFoundError),
]


@pytest.mark.parametrize(
    ("fault", "raised"), SHAPES, ids=[f"{fault['do']}-{fault.get('status', '')}" for fault, _ in SHAPES]
)
def test_it_fails_in_every_way_a_network_can(
    box: Sandbox, client: anthropic.Anthropic, fault: dict[str, Any], raised: type[Exception]
):
    box.script({"on": "claude", **fault})
    with pytest.raises(raised):
        reply(client.with_options(timeout=0.5 if raised is anthropic.APITimeoutError else 20))
    assert box.requests[-1].fault == ("" if fault["do"] == "redirect" else fault["do"])
    assert reply(client).stop_reason == "end_turn"


@pytest.mark.parametrize(
    "fault",
    [
        {"on": "create", "do": "reply", "text": "x"}, {"on": "claude", "do": "fail"},
        {"on": "claude_count", "do": "refused"},
        {"on": "claude", "do": "reply", "words": "x"}, {"on": "claude", "do": "reply", "file": "/nowhere/at.all"},
        {"on": "create", "do": "seq", "steps": [{"do": "overloaded"}]},
    ],
)  # fmt: skip
def test_a_script_with_a_mistake_is_refused(box: Sandbox, fault: dict[str, Any]):
    with pytest.raises(UsageError):
        box.script(fault)


# --- what a person sees ---------------------------------------------------------------------------------------------


@pytest.fixture
def page(box: Sandbox) -> Callable[[], str]:
    return lambda: httpx.get(box.url, trust_env=False).text


def test_the_page_shows_what_was_asked(page: Callable[[], str], box: Sandbox, client: anthropic.Anthropic):
    box.script({"on": "claude", "do": "refused"})
    told = reply(client, model="claude-<b>")
    shown = page()
    assert told._request_id in shown
    assert "claude-&lt;b&gt;" in shown
    assert "answered with refused" in shown
    with Sandbox() as fresh:
        assert "Asked of Claude" not in httpx.get(fresh.url, trust_env=False).text


def test_the_environment_names_it(box: Sandbox):
    assert box.environment["ANTHROPIC_BASE_URL"] == box.url
    assert box.environment["ANTHROPIC_API_KEY"]
