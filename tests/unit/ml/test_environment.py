"""Every command looks where the service does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.read_settings import read_settings
from evaluation.__main__ import main as evaluation
from ml import bundle, environment
from ml.__main__ import main


@pytest.mark.parametrize("value", [None, "", "elsewhere"])
def test_the_default_is_that_of_the_setting(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORYOU_ARTIFACTS", raising=False)
    if value is not None:
        monkeypatch.setenv("FORYOU_ARTIFACTS", value)
    assert environment.artifacts() == read_settings().artifacts


def test_no_command_needs_another_option(
    tiny_artifacts: Path,
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = shutil.copytree(tiny_artifacts, tmp_path / "there")
    monkeypatch.setenv("FORYOU_ARTIFACTS", str(there))
    monkeypatch.chdir(tmp_path)
    version = bundle.current(there)
    assert version is not None
    assert main(["bundles"]) == 0
    assert f"* {version}" in capsys.readouterr().out
    assert main(["promote", version]) == 0
    assert main(["train", "--data", str(tiny_data), "--if-needed"]) == 0
    assert f"the bundle in {there} is up to date" in capsys.readouterr().out
    monkeypatch.setenv("FORYOU_ARTIFACTS", str(tmp_path / "nowhere"))
    assert evaluation(["--data", str(tiny_data)]) == 2
    assert f"{tmp_path / 'nowhere'} holds no bundle" in capsys.readouterr().err
