"""Every recorded answer, and many that were never seen, mean what the reference says they mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readme2video.errors import CredentialsError
from readme2video.kie.answers import (
    Created,
    Refused,
    Unavailable,
    Unknown,
    read_create,
    read_models,
    read_upload,
    retry_after_s,
    sanitised,
)
from readme2video.kie.tasks import read_data, read_task
from readme2video.kie.wire import Answer

FIXTURES = Path(__file__).parents[1] / "fixtures" / "kie"
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
ID = "9f0c2a5e7b1d4c3f8a6e5d4c3b2a1908"
SORA = "task_sora-2-image-to-video_1790000000123"
CLIP = "https://tempfile.example.com/"


def fixture(name: str, status: int = 200) -> Answer:
    file = next(FIXTURES.glob(f"{name}.*"))
    return Answer(status, file.read_bytes())


def says(body: object, status: int = 200, retry_after: str = "") -> Answer:
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), retry_after)


CREATES = {
    "create-ok": ID,
    "create-ok-message": SORA,
    "create-ok-without-id": None,
    "create-401": "key",
    "create-402": "credits",
    "create-500-credits": "credits",
    "create-422-model": "model",
    "create-500-paused": "model",
    "create-500-required": "validation",
    "create-500-range": "validation",
    "create-422-validation": "validation",
    "create-429": "rate",
    "create-433": "quota",
    "create-455": "maintenance",
    "create-505": "disabled",
    "create-500-ambiguous": None,
}


@pytest.mark.parametrize(("name", "meaning"), CREATES.items())
def test_create(name: str, meaning: str | None):
    outcome = read_create(fixture(name), NOW)
    if meaning is None:
        assert isinstance(outcome, Unknown)
    elif name.startswith("create-ok"):
        assert outcome == Created(task_id=meaning)
    else:
        assert isinstance(outcome, Refused)
        assert outcome.kind == meaning
        assert outcome.code == int(name.split("-")[1])
        assert outcome.message


def test_create_refusals_with_a_matching_http_status():
    assert read_create(fixture("create-401", 401), NOW).kind == "key"
    assert read_create(fixture("create-429", 429), NOW).kind == "rate"


def test_create_gateway_page():
    outcome = read_create(fixture("gateway-502", 502), NOW)
    assert isinstance(outcome, Unknown)
    assert "502" in outcome.reason
    assert "<" not in outcome.reason


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (says(b"", 401), "key"),
        (says(b"", 402), "credits"),
        (says(b"", 429), "rate"),
        (says(b"<html>slow down</html>", 429), "rate"),
        (says(b"error code: 1010", 403), "edge"),
        (says({"type": "about:blank", "title": "Error 1010: Access denied", "error_code": 1010}, 403), "edge"),
        (says({"code": "422", "message": "no"}), "validation"),
        (says({"code": 404, "msg": "The model name you specified is not supported."}), "model"),
        (says({"code": 422, "msg": "Input image file type is not supported"}), "validation"),
        (says({"code": 500, "msg": "Input image exceeds the maximum file size of 20 MB."}), "validation"),
        (says({"code": 451, "msg": "image"}), "validation"),
        (says({"code": 455}, 502), "maintenance"),
    ],
)
def test_refusals(answer: Answer, kind: str):
    outcome = read_create(answer, NOW)
    assert isinstance(outcome, Refused)
    assert outcome.kind == kind


@pytest.mark.parametrize(
    "answer",
    [
        *(says({"code": 200, "msg": "success", "data": {"taskId": ID}}, status) for status in (302, 307, 500, 504)),
        *(says(b"", status) for status in (200, 204, 301, 403, 405, 408, 409, 418, 500, 501, 505, 524)),
        *(says({"code": code, "msg": "?"}) for code in (0, 201, 403, 405, 408, 409, 500, 501, 502, 531)),
        *(says(b"<!doctype html><p>hello", status) for status in (200, 401, 402, 404, 422, 500)),
        says({"code": 422, "msg": "prompt is required", "data": {"taskId": ID}}),  # refuses and names a task
        says({"code": 501, "msg": "This interface is temporarily paused"}),
        says({"code": 500, "msg": "The queue is temporarily full"}),
        says([1, 2]),
        says("text"),
        says(b'{"code": 200, "data": {"taskId": "9f'),
        says(b"[" * 100_000),
        says(b'{"code": 1e999}'),
    ],
)
def test_doubt(answer: Answer):
    assert isinstance(read_create(answer, NOW), Unknown)


@pytest.mark.parametrize("value", [None, "", "  ", "..", "a/b", "a b", "a\nb", "x" * 10_240, True, 1.5, [ID], {}, -3])
def test_a_task_id_must_be_usable(value: object):
    assert isinstance(read_create(says({"code": 200, "data": {"taskId": value}}), NOW), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        {"code": "200", "data": {"taskId": 12345}},
        {"data": {"task_id": "12345"}},
        {"code": 200, "data": {"recordId": "12345", "taskId": None}},
        {"code": 200, "data": json.dumps({"taskId": "12345"})},
        {"code": 200, "data": None, "taskId": "12345"},
    ],
)
def test_a_task_id_in_other_spellings(body: object):
    assert read_create(says(body), NOW) == Created(task_id="12345")


RECORDS = {
    "record-waiting": ("running", {"credits": 80.0, "model": "wan/2-7-image-to-video"}),
    "record-queuing": ("running", {"message": ""}),
    "record-generating-progress": ("running", {"progress": 0.45}),
    "record-unknown-state": ("running", {"message": "unknown state postprocessing"}),
    "record-success": ("success", {"urls": (f"{CLIP}k/1790000154000-ab12cd.mp4",), "credits": 70.0}),
    "record-success-watermark": ("success", {"urls": (f"{CLIP}s/clean.mp4",)}),
    "record-success-object": ("success", {"urls": (f"{CLIP}o.mp4",)}),
    "record-success-empty": ("unreadable", {}),
    "record-success-broken-json": ("unreadable", {}),
    "record-fail-moderation": ("failed", {"code": "500", "credits": 0.0}),
    "record-fail-faces": ("failed", {"code": "500"}),
    "record-fail-empty-text": ("failed", {"code": "500", "message": ""}),
    "record-fail-envelope-501": ("failed", {"code": "GENERATION_FAILED", "message": "Internal server error"}),
    "record-422-null": ("missing", {"code": "422"}),
    "record-404": ("missing", {"code": "404"}),
    "record-408": ("failed", {"code": "408"}),
    "record-400": ("unreadable", {}),
    "veo-running": ("running", {}),
    "veo-success": ("success", {"urls": (f"{CLIP}veo.mp4",)}),
    "veo-fail": ("failed", {"code": "400"}),
    "aleph-fail": ("failed", {"code": "500", "message": "internal error, please try again later."}),
    "runway-success": ("success", {"urls": (f"{CLIP}r.mp4",)}),
    "callback-success-seed": ("success", {"credits": 30.0}),
    "callback-success-new": ("success", {"credits": 35.0}),
    "callback-fail-seed": ("failed", {"code": "500", "credits": 0.0}),
    "callback-fail-new": ("failed", {"message": "Inappropriate content, please try another prompt."}),
    "callback-progress-assumed": ("running", {"progress": 0.6}),
}


@pytest.mark.parametrize("name", RECORDS)
def test_record(name: str):
    kind, fields = RECORDS[name]
    answer = fixture(name)
    asked = SORA if name == "record-generating-progress" else ID
    state = read_task(asked, answer, NOW)
    assert (state.task_id, state.state) == (asked, kind)
    for field, value in fields.items():
        assert getattr(state, field) == value
    if kind == "unreadable":
        assert state.message
        assert state.raw == answer.body.decode()
    else:
        assert state.raw == ""
    if name.startswith("record-fail-") and "empty" not in name:
        assert state.message


def test_record_429_and_pages_are_no_news():
    for answer in (fixture("record-429"), fixture("gateway-502", 502), says({"code": 455}), says({"code": 500})):
        with pytest.raises(Unavailable):
            read_task(ID, answer, NOW)


def test_status_lines_do_not_end_a_task():
    for status in (301, 403, 408, 429, 500, 501, 505, 524):
        for body in (b"", b"{}", b"<html>"):
            with pytest.raises(Unavailable):
                read_task(ID, says(body, status), NOW)
    with pytest.raises(CredentialsError, match="key"):
        read_task(ID, fixture("create-401"), NOW)
    with pytest.raises(CredentialsError, match="limit"):
        read_task(ID, fixture("create-433"), NOW)


def test_the_order_as_the_provider_keeps_it():
    param = read_task(ID, fixture("record-waiting"), NOW).param
    assert param == {
        "model": "wan/2-7-image-to-video",
        "input": {"duration": 5, "first_frame_url": "https://files.example.com/a.png", "prompt": "slow push in"},
    }
    param = read_task(SORA, fixture("record-generating-progress"), NOW).param
    assert param is not None
    assert param["input"]["image_urls"] == ["https://files.example.com/a.png"]


@pytest.mark.parametrize(
    ("result", "urls"),
    [
        ('"{\\"resultUrls\\": [\\"https://a.example/1.mp4\\"]}"', ("https://a.example/1.mp4",)),
        ({"resultUrls": "https://a.example/1.mp4"}, ("https://a.example/1.mp4",)),
        ({"resultUrl": " https://a.example/1.mp4\n"}, ("https://a.example/1.mp4",)),
        ({"resultUrls": ["https://a.example/a b.mp4"]}, ()),
        ({"resultUrls": ["javascript:alert(1)", None, 3, {}]}, ()),
        ({"resultUrls": None}, ()),
        ({"resultWaterMarkUrls": ["https://a.example/w.mp4"]}, ("https://a.example/w.mp4",)),
        (
            {"resultUrls": [f"https://a.example/{n}.mp4" for n in range(3)]},
            tuple(f"https://a.example/{n}.mp4" for n in range(3)),
        ),
        (["https://a.example/1.mp4"], ("https://a.example/1.mp4",)),
    ],
)
def test_f48_result_addresses(result: object, urls: tuple[str, ...]):
    state = read_task(ID, says({"code": 200, "data": {"taskId": ID, "state": "success", "resultJson": result}}), NOW)
    assert state.urls == urls
    assert state.state == ("success" if urls else "unreadable")


def test_legacy_shapes_of_older_days():
    body = {
        "code": 200,
        "data": {"taskId": ID, "successFlag": "1", "info": {"resultUrls": '["https://a.example/v.mp4"]'}},
    }
    assert read_task(ID, says(body), NOW).urls == ("https://a.example/v.mp4",)
    body = {
        "code": 200,
        "data": {"successFlag": 1, "response": json.dumps({"resultVideoUrl": "https://a.example/a.mp4"})},
    }
    assert read_task(ID, says(body), NOW).urls == ("https://a.example/a.mp4",)
    assert read_task(ID, says({"code": 200, "data": {"state": "queueing"}}), NOW).state == "running"
    assert read_task(ID, says({"code": 200, "data": {"successFlag": 7}}), NOW).message == "unknown state flag 7"


def test_f53_another_task():
    state = read_task(ID, says({"code": 200, "data": {"taskId": SORA, "state": "success"}}), NOW)
    assert state.state == "unreadable"
    assert "another task" in state.message
    hyphens = "9f0c2a5e-7b1d-4c3f-8a6e-5d4c3b2a1908"
    assert read_task(ID, says({"code": 200, "data": {"taskId": hyphens, "state": "waiting"}}), NOW).state == "running"


UPLOADS = {
    "upload-ok": f"{CLIP}kieai/100001/images/demo/1790000000000-ab12cd.png",
    "upload-ok-quickstart": "https://files.example.com/d/file_demo_1",
    "upload-ok-seed": "https://files.example.com/a.png",
    "upload-400-path": "",
    "upload-400-base64": "",
    "upload-401": "",
    "upload-ok-without-url": "",
}


@pytest.mark.parametrize(("name", "url"), UPLOADS.items())
def test_upload(name: str, url: str):
    assert read_upload(fixture(name)) == url


def test_upload_in_other_shapes():
    assert read_upload(says({"success": True, "data": "https://a.example/x.png"})) == "https://a.example/x.png"
    assert read_upload(says({"success": False, "code": 200, "data": {"downloadUrl": "https://a.example/x"}})) == ""
    assert read_upload(says({"data": {"success": False, "downloadUrl": "https://a.example/x"}})) == ""
    assert read_upload(says({"data": {"downloadUrl": "/x", "url": "ftp://a.example/x"}})) == ""


def test_common_answers():
    assert read_data(fixture("credit-ok"), NOW)[0] == 5916.25
    assert read_data(fixture("download-url-ok"), NOW)[0] == f"{CLIP}v.mp4?sig=example&expires=1790001200"
    assert read_data(fixture("download-url-422"), NOW) == (None, 422, "url is wrong")
    assert read_data(fixture("models-404"), NOW)[1] == 404
    kling, seedance = read_models(read_data(fixture("models-list"), NOW)[0])
    assert (kling.id, kling.provider, kling.task_types) == (
        "kling-3.0/video",
        "Kling",
        ("image-to-video", "text-to-video"),
    )
    assert kling.pricing == "14 credits per second at 720p"
    assert seedance.pricing == ""


def test_a_list_of_models_that_is_not_whole_is_none():
    listed = json.loads(fixture("models-list").body)["data"]
    assert read_models({**listed, "total": 3}) == ()
    assert read_models({"models": "none"}) == ()
    assert read_models([]) == ()


def test_every_fixture_is_read_by_a_test():
    elsewhere = {"gateway-502", "record-429", "create-401", "credit-ok", "models-list", "models-404"}
    elsewhere |= {"download-url-ok", "download-url-422", "callback-reply", "price-feed-page", "registry-rows"}
    elsewhere |= {"callback-runway", "callback-veo", "callback-aleph"}  # what wakes the poller; state is asked for
    names = {file.stem for file in FIXTURES.iterdir()}
    assert names == {*CREATES, *RECORDS, *UPLOADS, *elsewhere}
    for name in ("callback-runway", "callback-veo", "callback-aleph", "callback-reply", "price-feed-page"):
        assert read_data(fixture(name), NOW)[1] == 200


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("12", 12),
        ("1.5", 1.5),
        ("86400", 86400),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60),
        ("Mon, 23 Nov 2020 12:01:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("9" * 400, None),
        ("Mon, 99 Nov 2026 99:01:00 GMT", None),
    ],
)
def test_f20_retry_after(header: str, seconds: float | None):
    assert retry_after_s(header, NOW) == seconds
    assert isinstance(read_create(says({"code": 429}, 429, header), NOW), Refused)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07 hi\x1b[31m", "]52;c;aGk= hi [31m"),
        ("<b>bad</b> <script>x()</script>picture", "bad picture"),
        ("&lt;img src=x onerror=y&gt; no", "no"),
        ("a\u202eb\u200bc\u2028d", "abc d"),
        ("see https://u:p@h.example/a?token=s3cret#x now", "see https://h.example/a now"),
        ("Bearer abcdef123456 refused", "Bearer … refused"),
        ("::error::boom", "error::boom"),
        ("x" * 300, "x" * 199 + "…"),
        ("lone \ud800 half", "lone half"),
        (b"\xff\xfe bytes", "\ufffd\ufffd bytes"),
        (None, ""),
        (500, "500"),
        ({"a": 1}, ""),
        ("1 < 2", "1 < 2"),
    ],
)
def test_sanitised(text: object, shown: str):
    assert sanitised(text) == shown


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.sampled_from(["success", "fail", ID]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["code", "msg", "data", "state", "resultJson", "param", "taskId", "input", "progress", "url"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(body=_JSON, status=st.sampled_from([200, 302, 401, 403, 429, 500]))
def test_no_answer_breaks_a_reader(body: object, status: int):
    answer = says(body, status)
    outcome = read_create(answer, NOW)
    assert isinstance(outcome, Created | Refused | Unknown)
    try:
        state = read_task(ID, answer, NOW)
    except (CredentialsError, Unavailable):
        pass
    else:
        assert state.model_validate_json(state.model_dump_json()) == state
    read_upload(answer)
    read_models(body)
