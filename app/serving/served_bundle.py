"""The bundle to serve; once one was served with a log, that log is not served without one."""

from __future__ import annotations

from pathlib import Path

from app.settings import Settings
from ml.bundle import Bundle, current, load
from ml.bundle.disk import CURRENT, point
from ml.errors import BundleError


def load_bundle(settings: Settings) -> Bundle | None:
    """The bundle that the settings or `current` name; None in a fresh installation only.

    Raises:
        BundleError: none is named though there are some, or one was served with this log before;
            or it is not fit to serve.
    """
    bundle = load(settings.artifacts, settings.bundle)
    if bundle is None and (version := current(*_mark(settings))) is not None:
        raise BundleError(
            f"bundle {version} was served with the event log {settings.log_file}, and "
            f"{settings.artifacts / CURRENT} names none now; restore it, train again, or begin a "
            f"new log"
        )
    return bundle


def remember_bundle(settings: Settings, bundle: Bundle | None) -> None:
    """Write beside the log which bundle is served with it.

    Raises:
        BundleError: that cannot be written.
    """
    folder, name = _mark(settings)
    try:
        if bundle is not None and current(folder, name) != bundle.version:
            point(folder, bundle.version, name)
    except OSError as error:
        raise BundleError(
            f"{folder / name} cannot be written ({error.strerror}); it keeps an unsafe feed from "
            f"taking the place of bundle {bundle.version if bundle else ''}"
        ) from error


def _mark(settings: Settings) -> tuple[Path, str]:
    return settings.log_file.parent, f"{settings.log_file.name}.bundle"
