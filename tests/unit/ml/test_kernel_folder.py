"""Compiled kernels are kept where they can be found again, and never taken for newer ones."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from app.read_settings import read_settings
from ml import kernel_folder


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that nobody prepared anything for, in a folder of its own."""
    for name in (kernel_folder.KERNELS, "FORYOU_ARTIFACTS", kernel_folder.CACHE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose one kernel holds a constant of another module, which has one of a third."""
    folder = tmp_path / "sources" / "ml"
    folder.mkdir(parents=True)
    (folder / "sums.py").write_text("from ml.limits import LIMIT\n\n@kernel\ndef total(): ...\n")
    (folder / "limits.py").write_text("from ml import units\n\nLIMIT = 7 * units.HOUR\n")
    (folder / "units.py").write_text("HOUR = 3600\n")
    (folder / "other.py").write_text("NAME = 'x'\n")
    monkeypatch.setattr(kernel_folder, "ROOT", folder.parent)
    return folder


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"FORYOU_ARTIFACTS": "elsewhere"},
        {"FORYOU_KERNELS": "here", "FORYOU_ARTIFACTS": "elsewhere"},
        {"foryou_kernels": "here"},
        {"FORYOU_KERNELS": ""},
    ],
)
def test_the_folder_is_the_one_that_the_settings_name(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert kernel_folder.root() == read_settings().kernels_folder.resolve()


def test_it_is_among_the_artifacts_once_there_are_some() -> None:
    Path("artifacts").mkdir()
    folder = kernel_folder.prepare()
    assert folder is not None
    assert folder.parent == Path("artifacts/kernels").resolve()


def test_where_nothing_was_trained_nothing_is_left_behind() -> None:
    folder = kernel_folder.prepare()
    assert folder is not None
    assert folder.is_relative_to(tempfile.gettempdir())
    assert list(Path.cwd().iterdir()) == []


def test_what_training_compiled_is_found_by_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kernel_folder.prepare()
    assert folder is not None
    (folder / "sum.nbc").write_text("machine code")
    kernel_folder.keep(folder, Path("trained"))
    monkeypatch.setenv("FORYOU_ARTIFACTS", "trained")
    found = kernel_folder.prepare()
    assert found is not None
    assert (found / "sum.nbc").read_text() == "machine code"


def test_a_folder_that_cannot_be_written_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORYOU_KERNELS", "image")
    image = kernel_folder.prepare()
    assert image is not None
    (image / "sum.nbc").write_text("machine code")
    _read_only(image.parent, monkeypatch)
    copied = kernel_folder.prepare()
    assert copied is not None
    assert copied.is_relative_to(tempfile.gettempdir())
    assert (copied / "sum.nbc").read_text() == "machine code"


def test_where_nothing_can_be_written_there_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    _read_only(Path("/"), monkeypatch)
    assert kernel_folder.prepare() is None


def test_a_child_uses_the_folder_of_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = tmp_path / "of-the-parent" / kernel_folder.fingerprint()
    monkeypatch.setenv(kernel_folder.CACHE, str(prepared))
    assert kernel_folder.prepare() == prepared


def test_kernels_of_other_projects_stay_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kernel_folder.CACHE, str(tmp_path / "of-another-project"))
    folder = kernel_folder.prepare()
    assert folder is not None
    assert not folder.is_relative_to(tmp_path)


@pytest.mark.parametrize("name", ["sums.py", "limits.py", "units.py"])
def test_a_change_of_what_a_kernel_is_made_from_has_a_folder_of_its_own(
    name: str, sources: Path
) -> None:
    before = kernel_folder.fingerprint()
    (sources / name).write_text((sources / name).read_text() + "# changed\n")
    assert kernel_folder.fingerprint() != before


def test_other_changes_compile_nothing_anew(sources: Path) -> None:
    before = kernel_folder.fingerprint()
    (sources / "other.py").write_text("NAME = 'y'\n")
    assert kernel_folder.fingerprint() == before


def test_checked_and_unchecked_kernels_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kernel_folder.fingerprint()
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1" if "NUMBA_BOUNDSCHECK" not in os.environ else "0")
    assert kernel_folder.fingerprint() != before


def test_of_folders_that_nobody_uses_the_last_used_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORYOU_KERNELS", "kernels")
    for age, name in enumerate(["a", "b", "c"]):
        older = Path("kernels", name)
        older.mkdir(parents=True)
        (older / kernel_folder.IN_USE).touch()
        os.utime(older, (1e9 - age, 1e9 - age))
    newest = kernel_folder.prepare()
    assert newest is not None
    assert {path.name for path in Path("kernels").iterdir()} == {newest.name, "a"}
    os.utime(newest, (0, 0))
    kernel_folder.prepare()
    assert newest.stat().st_mtime > 1e9, "when it was last used, not when it was made"


def test_no_version_removes_the_folder_of_another_that_runs(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORYOU_KERNELS", "kernels")
    in_use = set()
    for version in range(4):
        (sources / "units.py").write_text(f"HOUR = {version}\n")
        in_use.add(kernel_folder.prepare())
    assert set(Path("kernels").resolve().iterdir()) == in_use


def _read_only(above: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be made below a folder, as on a file system that is mounted read-only."""
    made, above = tempfile.TemporaryFile, above.resolve()

    def refuse(dir: Path) -> object:
        if Path(dir).resolve().is_relative_to(above):
            raise OSError(30, "Read-only file system", str(dir))
        return made(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
