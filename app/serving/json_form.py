"""A form of JSON that is filled for each row of a table: the text around its slots is the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from ml.kernels import inline_kernel, kernel

VALUE, NUMBER = 0, 1  # stand in a form for what differs: no JSON has these bytes
A_VALUE: Final = orjson.Fragment(bytes([VALUE]))
A_NUMBER: Final = orjson.Fragment(bytes([NUMBER]))
DIGITS: Final = 6  # of a number behind its point
MILLION: Final = 10**DIGITS
LARGEST: Final = 1e15  # millionths that a float can tell apart
LONGEST: Final = 20  # bytes of a number
BEGIN, COMMA, END, QUOTE, ESCAPE, MINUS, POINT, ZERO = b'[,]"\\-.0'
NULL: Final = np.frombuffer(b"null", np.uint8)
E_MINUS_6: Final = np.frombuffer(b"e-6", np.uint8)

Letters = NDArray[np.uint8]  # UTF-8
Numbers = NDArray[np.float64]
Columns = Sequence[NDArray[np.floating[Any]] | None]


class JsonForm:
    """The objects of an array, all of the same form."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """
        Args:
            fields: of each object, with `A_NUMBER` and `A_VALUE` for what differs.
        """
        self._object = np.frombuffer(orjson.dumps(fields), np.uint8)

    def filled(self, rows: int, values: Sequence[object], columns: Columns) -> orjson.Fragment:
        """The array.

        Args:
            values: of all slots for a value, object by object: no objects.
            columns: of each slot for a number; None where all are null, as NaN is. Others are
                rounded to `DIGITS` digits, and written as Python writes them.

        Raises:
            ValueError: a number is too large to be written.
        """
        absent = np.full(rows, np.nan)
        some = [absent if column is None else column for column in columns]
        numbers = np.concatenate(some, dtype=np.float64) if some else absent
        given = np.frombuffer(orjson.dumps(values, option=orjson.OPT_UTC_Z), np.uint8)
        room = rows * (len(self._object) + LONGEST * len(some) + 1) + len(given)
        array = np.empty(room + 2, np.uint8)
        count = _fill(self._object, rows, given, numbers, array)
        if count < 0:
            raise ValueError(f"{np.nanmax(np.abs(numbers))} is too large to be written")
        return orjson.Fragment(array[:count].tobytes())


@kernel
def _fill(form: Letters, rows: int, values: Letters, numbers: Numbers, array: Letters) -> int:
    """Write the objects; the number of bytes, -1 where a number is too large."""
    array[0], place, value = BEGIN, 1, 1
    for row in range(rows):
        number = row
        for letter in form:
            if letter == VALUE:
                begin, value = value, _behind(values, value)
                for at in range(begin, value):
                    array[place] = values[at]
                    place += 1
                value += 1
            elif letter == NUMBER:
                place = _write(numbers[number] * MILLION, array, place)
                if place < 0:
                    return -1
                number += rows
            else:
                array[place] = letter
                place += 1
        array[place] = COMMA
        place += 1
    place -= rows > 0
    array[place] = END
    return place + 1


@kernel
def _behind(values: Letters, begin: int) -> int:
    """Where a value ends that begins here, in an array of values that are no objects."""
    place, depth, is_quoted = begin, 0, False
    while True:
        letter = values[place]
        if letter == QUOTE:
            is_quoted = not is_quoted
        elif is_quoted:
            place += letter == ESCAPE
        elif depth == 0 and letter in (COMMA, END):
            return place
        else:
            depth += (letter == BEGIN) - (letter == END)
        place += 1


@kernel
def _write(millionths: float, array: Letters, place: int) -> int:
    """Write a number; the place behind it, -1 where the number is too large."""
    if math.isnan(millionths):
        return _copied(NULL, array, place)
    if abs(millionths) >= LARGEST:
        return -1
    rounded = np.rint(millionths)
    if math.copysign(1.0, rounded) < 0:
        array[place] = MINUS
        place += 1
    digits = np.int64(abs(rounded))
    if 0 < digits < 10:  # as Python writes them
        array[place] = ZERO + digits
        return _copied(E_MINUS_6, array, place + 1)
    whole, rest = digits // MILLION, digits % MILLION
    size, bound = 1, 10
    while bound <= whole:
        size, bound = size + 1, 10 * bound
    place = _digits(whole, size, array, place)
    array[place] = POINT
    size = DIGITS
    while rest % 10 == 0 and size > 1:
        rest, size = rest // 10, size - 1
    return _digits(rest, size, array, place + 1)


@inline_kernel
def _copied(letters: Letters, array: Letters, place: int) -> int:
    """Write some letters; the place behind them."""
    for letter in letters:
        array[place] = letter
        place += 1
    return place


@inline_kernel
def _digits(number: np.int64, size: int, array: Letters, place: int) -> int:
    """Write so many digits; the place behind them."""
    for last in range(place + size - 1, place - 1, -1):
        array[last] = ZERO + number % 10
        number = number // 10
    return place + size
