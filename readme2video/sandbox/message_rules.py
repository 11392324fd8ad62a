"""What the Messages endpoint takes: checks made before anything is answered, each naming the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

EFFORTS = ("low", "medium", "high", "xhigh", "max")
_COUNTED = frozenset({
    "cache_control", "messages", "model", "output_config", "system", "thinking", "tool_choice", "tools",
})  # fmt: skip
_KNOWN = _COUNTED | {
    "container", "inference_geo", "max_tokens", "metadata", "service_tier", "speed", "stop_sequences", "stream",
}  # fmt: skip
_NOT_PLAYED = ("container", "stop_sequences", "stream", "thinking", "tool_choice", "tools")
_MOST_TOKENS = 128_000
_LIMITS = {
    "string": ("maxLength", "minLength"),
    "integer": ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"),
    "number": ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"),
    "array": ("maxItems", "uniqueItems"),
    "object": ("maxProperties", "minProperties", "patternProperties"),
}
"""Limits that structured output does not know; the SDK's ``transform_schema`` moves them into the description."""


def problem(body: Any, *, counting: bool = False) -> tuple[str, str] | None:
    """The first thing wrong with a request: the error's type and message; None when it is fine.

    Args:
        counting: It is a count of tokens, which knows fewer fields and needs no ``max_tokens``.
    """
    if not isinstance(body, dict):
        return "invalid_request_error", "The request body is not valid JSON"
    model = body.get("model")
    if isinstance(model, str) and model and not model.startswith("claude-"):
        return "not_found_error", f"model: {model}"
    for told in _complaints(body, _COUNTED if counting else _KNOWN, counting=counting):
        return "invalid_request_error", told
    return None


def _complaints(body: Mapping[str, Any], known: frozenset[str], *, counting: bool) -> Iterator[str]:
    for name in ("model", "messages", *([] if counting else ["max_tokens"])):
        if body.get(name) is None:
            yield f"{name}: Field required"
    yield from (f"{name}: Extra inputs are not permitted" for name in body if name not in known)
    if not isinstance(body["model"], str) or not body["model"]:
        yield "model: Input should be a valid string"
    limit = body.get("max_tokens", 1)
    if type(limit) is not int or limit < 1:
        yield "max_tokens: Input should be greater than or equal to 1"
    elif limit > _MOST_TOKENS:
        yield f"max_tokens: {limit} > {_MOST_TOKENS}, which is the maximum allowed number of output tokens"
    yield from (f"{name}: the stand-in does not play this" for name in _NOT_PLAYED if body.get(name))
    yield from _of_texts(body.get("system", ""), "system", empty=True)
    yield from _of_messages(body["messages"])
    yield from _of_output(body.get("output_config"))


def _of_messages(messages: Any) -> Iterator[str]:
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    for index, message in enumerate(messages):
        place = f"messages.{index}"
        if not isinstance(message, dict):
            yield f"{place}: Input should be an object"
            return
        yield from (
            f"{place}.{name}: Extra inputs are not permitted" for name in message if name not in ("role", "content")
        )
        if message.get("role") not in ("user", "assistant"):
            yield f"{place}.role: Input should be 'user' or 'assistant'"
        yield from _of_texts(message.get("content"), f"{place}.content")
    if messages[0]["role"] != "user":
        yield 'messages: first message must use the "user" role'
    if messages[-1]["role"] != "user":
        yield ("This model does not support assistant message prefill. The conversation must end with a user message.")


def _of_texts(content: Any, place: str, *, empty: bool = False) -> Iterator[str]:
    if isinstance(content, str):
        if not content.strip() and not empty:
            yield f"{place}: text content blocks must be non-empty"
        return
    if not isinstance(content, list) or not content:
        yield f"{place}: Input should be a string or a list of content blocks"
        return
    for index, block in enumerate(content):
        at = f"{place}.{index}"
        if not isinstance(block, dict) or block.get("type") != "text" or not isinstance(block.get("text"), str):
            yield f"{at}: the stand-in reads text blocks only"
            return
        yield from (
            f"{at}.{name}: Extra inputs are not permitted"
            for name in block
            if name not in ("type", "text", "cache_control", "citations")
        )
        if not block["text"].strip():
            yield f"{at}: text content blocks must be non-empty"
        control = block.get("cache_control")
        if control is not None and (not isinstance(control, dict) or control.get("type") != "ephemeral"):
            yield f"{at}.cache_control: Input should be {{type: ephemeral}}"


def _of_output(config: Any) -> Iterator[str]:
    if config is None:
        return
    if not isinstance(config, dict):
        yield "output_config: Input should be an object"
        return
    yield from (
        f"output_config.{name}: Extra inputs are not permitted" for name in config if name not in ("effort", "format")
    )
    effort, wanted = config.get("effort"), config.get("format")
    if effort is not None and effort not in EFFORTS:
        yield f"output_config.effort: Input should be one of {', '.join(EFFORTS)}"
    if wanted is None:
        return
    if (
        not isinstance(wanted, dict)
        or wanted.get("type") != "json_schema"
        or not isinstance(wanted.get("schema"), dict)
    ):
        yield "output_config.format: Input should be {type: json_schema, schema: {…}}"
        return
    yield from _of_schema(wanted["schema"])


def _of_schema(schema: Any, depth: int = 0) -> Iterator[str]:
    """What structured output cannot keep; see the SDK's ``transform_schema``."""
    place = "output_config.format.schema"
    if not isinstance(schema, dict) or depth > 60:
        yield f"{place}: Invalid schema"
        return
    kind = schema.get("type")
    if kind == "object" and schema.get("additionalProperties") is not False:
        yield f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false"
    if isinstance(kind, str):
        yield from (
            f"{place}: For '{kind}' type, property '{name}' is not supported"
            for name in _LIMITS.get(kind, ())
            if name in schema
        )
    if "oneOf" in schema:
        yield f"{place}: Schema type 'oneOf' is not supported"
    for name in ("properties", "$defs"):
        for inner in (schema.get(name) or {}).values():
            yield from _of_schema(inner, depth + 1)
    for inner in [
        *(schema.get("anyOf") or []),
        *(schema.get("allOf") or []),
        *([schema["items"]] if "items" in schema else []),
    ]:
        yield from _of_schema(inner, depth + 1)
