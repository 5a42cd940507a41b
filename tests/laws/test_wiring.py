"""What is declared is used: a component that no product lists is a promise nobody keeps."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.api
from app.filters.see_fewer import SeeFewer
from app.pipeline.product import ProductPipeline
from app.serving.engine import Engine, assemble
from app.side_effects.remember_served import RememberServed

VERBS = {
    "gates": "admits",
    "sources": "fetch",
    "filters": "keep",
    "rankers": "score",
    "rescorers": "factor",
    "selectors": "select",
    "side_effects": "run",
}


@pytest.mark.parametrize("kind", VERBS)
def test_every_declared_component_is_wired(
    kind: str, tiny_engine: Engine, chosen_engine: Engine
) -> None:
    untrained = assemble(tiny_engine.settings, tiny_engine.state, None, tiny_engine.clock)
    wired = {
        type(part)
        for engine in (tiny_engine, chosen_engine, untrained)
        for product in products(engine)
        for part in components(product)
    }
    assert declared(kind) <= wired


def declared(kind: str) -> set[type]:
    """The classes of a room that have its verb."""
    folder = importlib.import_module(f"app.{kind}")
    return {
        member
        for file in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}.")
        for _, member in inspect.getmembers(importlib.import_module(file.name), inspect.isclass)
        if member.__module__ == file.name and hasattr(member, VERBS[kind])
    }


def products(engine: Engine) -> Iterator[ProductPipeline]:
    """Everybody who may answer anything."""
    for product in engine.products.values():
        yield from answering(product)


def answering(product: ProductPipeline) -> Iterator[ProductPipeline]:
    """A product and everybody who may answer in its place."""
    yield product
    for other in (product.otherwise, product.fallback):
        if other is not None:
            yield from answering(other)


def components(product: ProductPipeline) -> Iterator[object]:
    mixer = product.mixer
    yield from product.gates
    for pipeline in mixer.candidates:
        yield from (pipeline.source, *pipeline.gates)
    yield from (*mixer.eligibility, *mixer.visibility, *mixer.slate, mixer.selector)
    yield from mixer.side_effects
    yield from (mixer.scoring.ranker, *mixer.scoring.rescorers)


def test_every_product_keeps_out_the_same_tweets(tiny_engine: Engine) -> None:
    """But for whom somebody wants to see less of, which would make a profile of them."""
    first, *others = products(tiny_engine)
    for other in others:
        profiled = [one for one in first.mixer.eligibility if not isinstance(one, SeeFewer)]
        expected = first.mixer.eligibility if other.name != "without_profiling" else profiled
        assert other.mixer.eligibility == expected
        assert other.mixer.visibility == first.mixer.visibility


def test_every_product_that_serves_remembers_what_it_served(tiny_engine: Engine) -> None:
    for product in products(tiny_engine):
        remembering = [type(effect) for effect in product.mixer.side_effects]
        assert remembering == [RememberServed], product.name


def test_no_endpoint_runs_a_product() -> None:
    """`app.serving` does, with everything that belongs to it; an endpoint translates."""
    verbs = {"run", "score", "next_page", "run_side_effects"}
    calls = [
        f"{path.name}:{node.lineno} calls .{node.func.attr}()"
        for path in (Path(app.api.__file__).parent).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in verbs
    ]
    assert not calls, "\n".join(calls)


def test_places_are_reserved_for_what_is_explored_and_nothing_else(tiny_engine: Engine) -> None:
    candidates = tiny_engine.products["for_you"].mixer.candidates
    assert [type(one.source).__name__ for one in candidates if one.reserved] == ["Explore"]
