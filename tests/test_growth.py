"""The measure of growth: what takes the square of a text's length is told, what is proportional passes."""

from __future__ import annotations

import re

import pytest

from growth import TooCostlyError, assert_slow_growth


def backtracking(text: str) -> object:
    return re.search(r"a+b", text)  # from each of the letters to the end


def pairing(text: str) -> object:
    return sum(1 for at in range(len(text) // 16) for _ in range(at))


def test_the_square_of_the_length_is_told() -> None:
    for act in (backtracking, pairing):
        with pytest.raises(TooCostlyError, match=r"characters took"):
            assert_slow_growth(act, lambda size: "a" * size, 16_000)


def test_what_is_hidden_behind_a_limit_is_told_too() -> None:
    with pytest.raises(TooCostlyError):
        assert_slow_growth(lambda text: backtracking(text[:4_000]), lambda size: "a" * size, 16_000)


def test_what_is_proportional_or_flat_passes() -> None:
    assert_slow_growth(lambda text: [sign.upper() for sign in text], lambda size: "a" * size, 100_000)
    assert_slow_growth(lambda text: text[:10], lambda size: "a" * size, 100_000)
    assert_slow_growth(lambda text: sorted(text.split()), lambda size: "ab ba " * size, 16_000)
