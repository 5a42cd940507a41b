"""Whatever runs in the background of a service runs in a supervised loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SERVING = Path(__file__).parents[2] / "app" / "serving"
HOME = "supervised_loop.py"
STARTS = {"create_task", "ensure_future", "Thread", "Timer", "run_coroutine_threadsafe"}


def test_no_loop_of_a_service_runs_without_supervision() -> None:
    found = [
        f"{path.name}:{line}: {what}"
        for path in sorted(SERVING.rglob("*.py"))
        if path.name != HOME
        for line, what in unsupervised(ast.parse(path.read_text()))
    ]
    assert not found, "\n".join(found)


def test_the_law_sees_what_it_forbids() -> None:
    code = """
async def follow(self):
    while self.open:
        await step()

def poll():
    while True:
        look()

def first(queue):
    while queue:
        queue.pop()

asyncio.create_task(follow())
asyncio.create_task(loop.run(count))
threading.Thread(target=poll)
"""
    assert [line for line, _ in unsupervised(ast.parse(code))] == [3, 7, 14, 16]


def unsupervised(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Loops of coroutines, loops without an end, and tasks that are no supervised loop."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            loops = [one for one in ast.walk(node) if isinstance(one, ast.While)]
            found |= {one.lineno: "a loop in a coroutine" for one in loops}
        elif isinstance(node, ast.While) and isinstance(node.test, ast.Constant):
            found[node.lineno] = "a loop without an end"
        elif isinstance(node, ast.Call) and name_of(node.func) in STARTS:
            started = node.args[0] if node.args else node
            if not (isinstance(started, ast.Call) and name_of(started.func) == "run"):
                found[node.lineno] = "a task that is no supervised loop"
    yield from sorted(found.items())


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
