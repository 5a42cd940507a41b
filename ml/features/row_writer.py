"""Completes `ml.features.loop` for a list of features, and compiles it.

The list is made into the text of the functions that the loop calls, a line for each feature, so a
new feature is one function and its name in a list.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, get_type_hints

from ml.features import loop
from ml.features.logarithm import OF_THIS
from ml.features.numbers import Author, Moment, Pair, Topic, Tweet, Viewer
from ml.kernels import inline_kernel, kernel

Feature = Callable[[Any], float]  # of one of the types below

ONCE: Final = {Moment: "moment", Viewer: "viewer"}
EVERY_ROW: Final = {Author: "author", Tweet: "tweet", Topic: "topic", Pair: "pair"}


@cache
def row_writer(features: tuple[Feature, ...]) -> Callable[..., None]:
    """`ml.features.loop.write` for these features.

    The text goes on where that of the loop ends. Numba keeps what it compiles by the file, the
    name and the line of a function, so the name says which features it writes.
    """
    text = "\n".join(_functions(features))
    codes = repr([(feature.__code__.co_code, feature.__code__.co_consts) for feature in features])
    name = hashlib.sha256(f"{text}{codes}".encode()).hexdigest()[:12]
    text = f"""{inspect.getsource(loop)}
{text}
write.__qualname__ = "write_{name}"
"""
    names: dict[str, Any] = {"__name__": loop.__name__, "inline_kernel": inline_kernel}
    exec(compile(text, str(loop.__file__), "exec"), names)
    write: Callable[..., None] = kernel(names["write"])
    return write


def _functions(features: tuple[Feature, ...]) -> Iterator[str]:
    arguments = [_argument(feature) for feature in features]
    once = [column for column, argument in enumerate(arguments) if argument in ONCE]
    for column, feature in enumerate(features):
        yield f"from {feature.__module__} import {feature.__name__} as feature_{column}"
    yield from _function("write_once(out, i, moment, viewer)", ONCE, arguments)
    yield from _function("write_row(out, i, author, tweet, topic, pair)", EVERY_ROW, arguments)
    yield "@inline_kernel\ndef repeat_once(out, i):"
    yield from (f"    out[i, {column}] = out[i - 1, {column}]" for column in once)
    yield "    return"
    yield f"IS_LOG = np.array({[_is_logarithm(feature) for feature in features]})"


def _function(head: str, names: Mapping[type, str], arguments: list[type]) -> Iterator[str]:
    """A function that writes the features of arguments of some types."""
    yield f"@inline_kernel\ndef {head}:"
    for column, argument in enumerate(arguments):
        if argument in names:
            yield f"    out[i, {column}] = feature_{column}({names[argument]})"
    yield "    return"


def _argument(feature: Feature) -> type:
    hints = get_type_hints(feature)
    hints.pop("return")
    argument: type
    (argument,) = hints.values()
    return argument


def _is_logarithm(feature: Feature) -> bool:
    returned = get_type_hints(feature, include_extras=True)["return"]
    return OF_THIS in getattr(returned, "__metadata__", ())
