"""Bundles, their states and snapshots, fetched from a store that machines share."""

from __future__ import annotations

import logging
from typing import Final

from app.serving.snapshots import OLDER, Snapshots
from app.settings import InvalidSettingError, Settings
from ml.bundle import current
from ml.bundle.mirror import Mirror, open_store, pull_artifacts, push_artifacts
from ml.errors import BundleError

FETCH_SECONDS: Final = 10.0  # between two looks at the store

logger = logging.getLogger(__name__)


def fetch(settings: Settings) -> None:
    """Fetch what is current in the store, if there is one. While it is away, what was fetched
    before is served, with a warning.

    Raises:
        BundleError: it is away, and nothing was fetched before.
    """
    if settings.store is None:
        return
    try:
        pull_artifacts(open_store(settings.store), settings.artifacts)
        _snapshots(settings).pull()
    except BundleError as error:
        if current(settings.artifacts) is None:
            raise
        logger.warning("%s; serving what was fetched before", error)


def fetch_bundle(settings: Settings) -> None:
    """Fetch another bundle, once there is one.

    Raises:
        BundleError: the store is away.
    """
    if settings.store is not None:
        pull_artifacts(open_store(settings.store), settings.artifacts)


def share_snapshot(settings: Settings) -> None:
    """Copy the snapshot that was written to the store, if there is one.

    Raises:
        BundleError: the store is away, or what is known of the snapshot is damaged.
    """
    if settings.store is not None:
        _snapshots(settings).push(older=OLDER)


def push(settings: Settings) -> None:
    """Publish the current bundle of this machine for all.

    Raises:
        InvalidSettingError: no store is named.
        BundleError: it is away, somebody else published meanwhile, or what names the tables of
            this machine is damaged.
    """
    if settings.store is None:
        raise InvalidSettingError("FORYOU_STORE names no store, such as s3://bucket/prefix")
    version = push_artifacts(open_store(settings.store), settings.artifacts)
    print(f"bundle {version} is current in {settings.store}")


def _snapshots(settings: Settings) -> Mirror:
    assert settings.store is not None
    folder = Snapshots.of(settings.log_file).folder
    return Mirror(open_store(settings.store), folder, f"{folder.name}/")
