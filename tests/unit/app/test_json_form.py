"""Forms are filled with what an encoder would have written."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.serving.json_form import A_NUMBER, A_VALUE, DIGITS, JsonForm

ONE_NUMBER = JsonForm({"number": A_NUMBER})


def as_encoded(numbers: np.ndarray) -> bytes:
    return orjson.dumps([{"number": one} for one in numbers.round(DIGITS).tolist()])


@given(st.lists(st.floats(-9e8, 9e8) | st.floats(-1e-4, 1e-4) | st.just(np.nan)))
def test_a_number_is_written_as_an_encoder_writes_it(given: list[float]) -> None:
    numbers = np.array(given, np.float64)
    assert orjson.dumps(ONE_NUMBER.filled(len(numbers), (), [numbers])) == as_encoded(numbers)


def test_all_small_numbers_are_written_as_an_encoder_writes_them() -> None:
    numbers = np.arange(-20_000, 20_000) / 1e6
    assert orjson.dumps(ONE_NUMBER.filled(len(numbers), (), [numbers])) == as_encoded(numbers)


@pytest.mark.parametrize("number", [1e9, -1e12, np.inf])
def test_a_number_that_is_too_large_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="too large"):
        ONE_NUMBER.filled(1, (), [np.array([number])])


def test_values_and_numbers_stand_where_their_slots_are() -> None:
    form = JsonForm({"a": A_VALUE, "b": {"c": A_NUMBER, "d": 7}, "e": A_VALUE, "f": A_NUMBER})
    values: tuple[object, ...] = (
        '"],\\',
        ["[", '"', [None, []]],
        datetime(2026, 3, 1, tzinfo=UTC),
        True,
    )
    array = orjson.dumps(form.filled(2, values, [np.array([0.5, 1.0], np.float32), None]))
    assert orjson.loads(array) == [
        {"a": values[0], "b": {"c": 0.5, "d": 7}, "e": values[1], "f": None},
        {"a": "2026-03-01T00:00:00Z", "b": {"c": 1.0, "d": 7}, "e": True, "f": None},
    ]


@given(st.lists(st.text() | st.none() | st.integers(-9, 9) | st.lists(st.text())))
def test_a_value_is_written_whole_whatever_it_holds(given: list[object]) -> None:
    form = JsonForm({"value": A_VALUE})
    array = orjson.loads(orjson.dumps(form.filled(len(given), given, [])))
    assert array == [{"value": one} for one in given]


def test_without_rows_the_array_is_empty() -> None:
    assert orjson.dumps(ONE_NUMBER.filled(0, (), [np.empty(0)])) == b"[]"
