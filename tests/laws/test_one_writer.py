"""A state is changed through the verbs of FeatureState only; all others read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATE = ROOT / "ml" / "state"
OWNERS = [STATE / "tables", STATE / "structures", STATE / "storage", STATE / "feature_state.py"]
BUILTIN = {"add", "append", "extend", "insert", "pop", "clear", "discard", "setdefault", "fill"}
NAMES = {"state", "_state"}
Chain = list[str]


def test_nobody_else_changes_a_state() -> None:
    mutating = mutating_methods()
    assert {"bury", "forget", "keep", "put", "renumber"} <= mutating
    broken = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for room in ("app", "ml", "evaluation")
        for path in sorted((ROOT / room).rglob("*.py"))
        if not any(path.is_relative_to(owner) for owner in OWNERS)
        for line, what in violations(ast.parse(path.read_text()), mutating)
    ]
    assert not broken, "\n".join(broken)


def test_the_law_sees_what_it_forbids() -> None:
    code = """
def change(self, state):
    state.offset = 3
    self._state.newest += 1
    engine.state.served.add(1, 2, 3)
    for met in (state.seen, state.served):
        met.at[0] = 1
    engaged = state.engaged
    engaged.keep(1, 2)
    state._users
    del state.tweets.text[0]
    state.apply(1); app.state.service = 2; self.state = state; row = state.posts.of(3)
"""
    found = {line for line, _ in violations(ast.parse(code), {"keep", "add"})}
    assert found == {3, 4, 5, 7, 9, 10, 11}


def mutating_methods() -> set[str]:
    """The methods of tables and structures that change what they belong to."""
    methods = [
        method
        for folder in ("tables", "structures")
        for path in (STATE / folder).glob("*.py")
        for method in ast.walk(ast.parse(path.read_text()))
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("__")
    ]
    found = set(BUILTIN)
    while True:
        more = {
            method.name
            for method in methods
            if any(chain[:1] == ["self"] for chain, _ in changed(method, found))
        }
        if more <= found:
            return found
        found |= more


def violations(tree: ast.Module, mutating: set[str]) -> Iterator[tuple[int, str]]:
    functions = [node for node in tree.body if not isinstance(node, ast.ClassDef)]
    functions += [
        part for node in tree.body if isinstance(node, ast.ClassDef) for part in node.body
    ]
    for function in functions:
        parts = {name for node in ast.walk(function) for name in named_parts(node)}
        for chain, line in changed(function, mutating):
            if beyond(chain) or chain[0] in parts:
                yield line, ".".join(chain)
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
                rest = beyond(chain_of(node))
                if rest and rest[0] == node.attr and not node.attr.startswith("__"):
                    yield node.lineno, ".".join(chain_of(node))


def changed(tree: ast.AST, mutating: set[str]) -> Iterator[tuple[Chain, int]]:
    """What is assigned to or deleted, and on what a mutating method is called."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = chain_of(node.func.value)
            if node.func.attr in mutating and owner and owner[-1] not in NAMES:
                yield owner, node.lineno
        while targets:
            target = targets.pop()
            if isinstance(target, ast.Tuple | ast.List):
                targets += target.elts
            elif isinstance(target, ast.Attribute | ast.Subscript) and chain_of(target):
                yield chain_of(target), target.lineno


def named_parts(node: ast.AST) -> Iterator[str]:
    """Names given to parts of a state, as they are."""
    if isinstance(node, ast.Assign | ast.For):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        value = node.value if isinstance(node, ast.Assign) else node.iter
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        pairs = [(target, one) for one in values]
        if isinstance(node, ast.Assign) and isinstance(target, ast.Tuple):
            pairs = list(zip(target.elts, values, strict=False))
        for name, one in pairs:
            is_part = isinstance(one, ast.Attribute) and beyond(chain_of(one))
            if isinstance(name, ast.Name) and is_part:
                yield name.id


def beyond(chain: Chain) -> Chain:
    """What follows the state in a chain of attributes; `app.state` is FastAPI's own."""
    for place, name in enumerate(chain):
        if name in NAMES and chain[place - 1 : place] != ["app"]:
            return chain[place + 1 :]
    return []


def chain_of(node: ast.expr) -> Chain:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (rest := chain_of(node.value)):
        return [*rest, node.attr]
    return chain_of(node.value) if isinstance(node, ast.Subscript) else []
