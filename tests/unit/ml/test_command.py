"""An option that there is not is answered with the one that was meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from app.__main__ import main as app
from app.cli.serve_command import main as serve
from evaluation.__main__ import main as evaluation
from ml.__main__ import main as ml

Main = Callable[[Sequence[str]], int]


@pytest.mark.parametrize(
    ("main", "arguments", "expected"),
    [
        (serve, ["--prot", "8001"], "no such option --prot; is it --port?"),
        (serve, ["--workres=2"], "no such option --workres; is it --workers?"),
        (serve, ["8001"], "nothing is expected at '8001'"),
        (app, ["timeline", "42", "--limt", "3"], "no such option --limt; is it --limit?"),
        (app, ["timeline", "42", "--limit", "101"], "expected a number in 1-100, not '101'"),
        (ml, ["check", "data", "--mpa", "map.toml"], "no such option --mpa; is it --map?"),
        (ml, ["train", "--dta", "x"], "no such option --dta; is it --data?"),
        (ml, ["check", "data", "--seed", "3"], "no such option --seed; see --help"),
        (ml, ["bundles", "--zzzzzz"], "no such option --zzzzzz; see --help"),
        (evaluation, ["--no-albation"], "no such option --no-albation; is it --no-ablation?"),
    ],
)
def test_a_misspelt_option_is_named(
    capsys: pytest.CaptureFixture[str], main: Main, arguments: list[str], expected: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(expected)


def test_serve_lists_no_commands_of_another(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        serve(["--help"])
    printed = capsys.readouterr().out
    assert "--port" in printed
    assert "snapshot" not in printed
