"""The plan of a film's orders, and what is said about a payment in doubt."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from readme2video.model.order import Attempt, Order, PlannedOrder
from readme2video.orders import (
    PLAN_COLUMNS,
    balance_evidence,
    cost,
    doubt,
    file_names,
    in_doubt,
    plan_lines,
    plan_orders,
    plan_rows,
    plan_summary,
    standing,
    usd,
    values_of,
    ways_to_settle,
)


def line(scene: str, state: str = "to buy", credits: float = 30.0) -> PlannedOrder:  # noqa: A002
    return PlannedOrder(
        scene=scene, model="sora-2-image-to-video", needed_s=4.25, bought_s=10, credits=credits, state=state
    )


def plan(*lines: PlannedOrder, **more):
    return plan_orders(lines, model="sora-2-image-to-video", price_date="2026-10-01", **more)


def attempt(state: str = "unknown", **more) -> Attempt:
    body = {
        "model": "sora-2-image-to-video",
        "input": {"image_urls": ["https://files.example.com/u/r2v-demo-title-0123456789ab-77aa.png?x=1"]},
    }
    order = Order(
        project="demo",
        scenes=("title",),
        input_hash="h",
        model="sora-2-image-to-video",
        body=body,
        seconds=10,
        credits=30,
    )
    return Attempt(id="0123456789ab", order=order, state=state, sent_at="2026-11-23T12:03:11+00:00", **more)


def test_a_plan_adds_up_what_is_still_to_be_bought():
    made = plan(line("title"), line("code"), line("done", "bought", 28.0), balance_credits=500)
    assert (made.credits, made.usd) == (60, 0.30)
    assert made.warnings == ()
    rows = plan_rows(made)
    assert {len(row) for row in rows} == {len(PLAN_COLUMNS)}
    assert rows[0] == ("title", "sora-2-image-to-video", "4.2 s", "10 s", "30", "$0.15", "to buy")
    assert rows[-1] == ("to buy", "", "8.5 s", "20 s", "60", "$0.30", "2 of 3 scenes")
    said = " ".join(plan_summary(made))
    assert "60 credits ($0.30), price of 2026-10-01" in said
    assert "Already bought: done (28 credits ($0.14))" in said
    assert "Worst case for the whole film: 88 credits ($0.44)" in said
    assert "Balance: 500 credits ($2.50), 440 credits afterwards" in said


def test_a_cap_of_two_clips_buys_the_first_two_of_eight_and_names_the_rest():
    made = plan(*(line(f"scene-{number}") for number in range(8)), max_cost_usd=0.30)
    assert [one.state for one in made.lines] == ["to buy"] * 2 + ["local"] * 6
    assert made.credits == 60
    assert made.lines[7].note == "over --max-cost $0.30"
    assert "scene-2, scene-3" in made.warnings[0]
    assert plan_rows(made)[7] == ("scene-7", "-", "4.2 s", "-", "-", "-", "local, over --max-cost $0.30")


def test_what_is_bought_running_or_in_doubt_uses_up_the_cap():
    standing_lines = line("a", "bought"), line("b", "running"), line("c", "in doubt")
    assert [one.state for one in plan(*standing_lines, line("d"), max_cost_usd=0.60).lines][-1] == "to buy"
    assert [one.state for one in plan(*standing_lines, line("d"), max_cost_usd=0.59).lines][-1] == "local"
    made = plan(*standing_lines, line("d"), max_cost_usd=0.60, lost_credits=10)
    assert [one.state for one in made.lines][-1] == "local"
    assert made.warnings[0].startswith("10 credits ($0.05) of other orders")
    assert plan(line("d"), lost_credits=10).warnings == ()  # without a cap it counts for nothing
    said = " ".join(plan_summary(made))
    assert "Ordered, on its way: b (30 credits ($0.15))." in said
    assert "In doubt: c (30 credits ($0.15); counted as spent, nothing is sent again)." in said
    assert "Nothing to buy." in said
    assert "Worst case" not in said


def test_a_cheaper_scene_later_still_fits_under_the_cap():
    made = plan(line("a", credits=30), line("b", credits=100), line("c", credits=30), max_cost_usd=0.30)
    assert [one.state for one in made.lines] == ["to buy", "local", "to buy"]


def test_a_clip_shared_by_two_scenes_is_paid_once():
    shared = line("b", credits=0).model_copy(update={"note": "from the clip of a"})
    made = plan(line("a"), shared, max_cost_usd=0.15)
    assert [one.state for one in made.lines] == ["to buy", "to buy"]
    assert made.credits == 30


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"balance_credits": 29.0}, "does not pay for"),
        ({"today": date(2027, 1, 10)}, "101 days ago"),
        ({"price_date": ""}, "not known when"),
    ],
)
def test_a_plan_warns(more: dict, words: str):
    given = {"price_date": "2026-10-01", "balance_credits": 30.0, "today": date(2026, 10, 2)}
    assert plan_orders([line("a")], model="m", **given).warnings == ()
    (warning,) = plan_orders([line("a")], model="m", **{**given, **more}).warnings
    assert words in warning
    assert plan_orders([line("a", "bought")], model="m", **{**given, **more}).warnings == ()


def test_a_price_date_that_is_no_date_is_not_fatal():
    assert plan_orders([line("a")], model="m", price_date="last week", today=date(2026, 10, 2)).warnings == ()


def test_lines_for_a_log_are_aligned_and_complete():
    lines = plan_lines(plan(line("a"), line("a-longer-name", credits=150)))
    head, first, second = lines[:3]
    assert head.startswith("Scene")
    assert head.index("Credits") + len("Credits") == first.index("$0.15") - 2 == second.index("$0.75") - 2
    assert lines[4] == ""
    assert lines[-1] == "The balance could not be asked."


@pytest.mark.parametrize(
    ("state", "decision", "expected"),
    [
        ("prepared", "", "to buy"),
        ("sending", "", "in doubt"),
        ("unknown", "", "in doubt"),
        ("created", "", "running"),
        ("done", "", "bought"),
        ("refused", "", "to buy"),
        ("failed", "", "to buy"),
        ("waived", "pay again", "to buy"),
        ("waived", "skip", "local"),
    ],
)
def test_how_an_input_stands(state: str, decision: str, expected: str):
    assert standing(attempt(state, decision=decision)) == expected
    assert standing(None) == "to buy"


def test_the_cost_keeps_apart_what_is_spent_and_what_is_in_doubt():
    added = cost(
        [
            attempt("prepared"),
            attempt("sending"),
            attempt("unknown"),
            attempt("waived", decision="pay again"),
            attempt("waived", task_id="t", decision="pay again"),
            attempt("created"),
            attempt("done", credits_consumed=28),
            attempt("failed"),
            attempt("failed", credits_consumed=5),
            attempt("refused"),
        ]
    )
    assert (added.in_doubt_credits, added.spent_credits) == (90, 30 + 30 + 28 + 5)
    assert added.spent_usd == pytest.approx(0.465)


def test_a_payment_in_doubt_is_told_with_every_way_out():
    error = in_doubt(attempt(reason="the connection was reset."), Path("my films"))
    assert error.scene == "title"
    assert error.message == (
        "Scene title: a paid request was sent at 2026-11-23 12:03:11 UTC and no usable answer arrived "
        "(the connection was reset). It may or may not have been charged (about $0.15). Nothing was sent again."
    )
    look, adopt, again, skip = ways_to_settle(attempt(), Path("my films"))
    assert error.hint == f"{look} {adopt} {again} {skip}"
    assert "https://kie.ai/logs for `r2v-demo-title-0123456789ab-77aa.png`" in look
    assert "`readme2video adopt --out 'my films' --scene title --task TASK`" in adopt
    assert "about $0.15 may be paid twice: `readme2video adopt --out 'my films' --scene title --pay-again`" in again
    assert "--scene title --skip`" in skip


def test_a_doubt_without_a_picture_or_a_time_is_told_too():
    bare = attempt().model_copy(update={"sent_at": "", "order": attempt().order.model_copy(update={"body": {}})})
    assert "was sent and no usable answer arrived." in doubt(bare)
    assert "a task of sora-2-image-to-video" in ways_to_settle(bare)[0]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (100, 70, "probably charged"),
        (100, 100, "probably not charged"),
        (100, 40, "something else"),
        (None, 40, "not known"),
    ],
)
def test_the_balance_is_evidence_only(before: float | None, after: float | None, words: str):
    said = balance_evidence(before, after, 30)
    assert words in said
    assert before is None or "Other use of the account" in said


def test_requests_are_searched_at_any_depth_and_inside_json_text():
    inner = {"prompt": "slow push in", "first_frame_url": "https://files.example.com/r2v-a%20b.png?sig=x#f"}
    for said in ({"input": inner}, {"input": json.dumps(inner)}, {"input": [json.dumps({"again": json.dumps(inner)})]}):
        assert list(values_of("prompt", said)) == ["slow push in"]
        assert list(file_names(said)) == ["r2v-a b.png"]


def test_odd_requests_break_nothing():
    assert list(file_names({"a": "{broken", "b": "https://[::1", "c": None, "d": "https://x.example", "e": 3})) == [""]
    assert list(values_of("prompt", "[" * 100_000)) == []


@pytest.mark.parametrize(("credits", "text"), [(30, "$0.15"), (1, "$0.005"), (0, "$0.00"), (2500.5, "$12.502")])
def test_dollars(credits: float, text: str):  # noqa: A002
    assert usd(credits) == text
