"""Checks of the artifacts, the event log, the port, and what the settings make of them."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from typing import Final

from app.cli.finding import Finding
from app.cli.serve import listen
from app.main import verifier
from app.schemas.health import Alive
from app.serving.engine import build_engine
from app.serving.snapshots import Snapshots
from app.serving.warm_up import warm_up
from app.settings import InvalidSettingError, Settings
from ml import bundle, kernels
from ml.bundle import state_fingerprint, state_map, state_source
from ml.dataset.tables import fingerprint
from ml.errors import FeedError
from ml.event_log.open_log import is_url, open_log
from ml.state.storage import snapshot

LEAST_FREE_BYTES: Final = 500 * 2**20
PATIENCE_SECONDS: Final = 2.0  # for whatever has the port
ANSWER_BYTES: Final = 1_000  # of it, at most


def check_folder(settings: Settings) -> Finding:
    """The artifacts folder is there, can be written, and has room."""
    folder = settings.artifacts
    if not folder.is_dir():
        text = f"there is no folder {folder}; run foryou train --data DIR --out {folder}"
        return Finding("artifacts", False, text)
    if not os.access(folder, os.W_OK):
        text = f"{folder} cannot be written; let this user write it, or set FORYOU_ARTIFACTS"
        return Finding("artifacts", False, text)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        text = f"{free / 2**20:.0f} MB are free in {folder}; make room on the disk"
        return Finding("artifacts", False, text)
    return Finding("artifacts", True, f"{folder.resolve()}, {free / 2**30:.1f} GB free")


def check_bundle(settings: Settings) -> Finding:
    """A bundle is there, whole, and computes here what it did in training."""
    try:
        loaded = bundle.load(settings.artifacts, settings.bundle)
    except FeedError as error:
        return Finding("bundle", False, str(error))
    if loaded is None:
        train = f"foryou train --data DIR --out {settings.artifacts}"
        return Finding("bundle", False, f"{settings.artifacts} holds no bundle; run {train}")
    missing = [name for name in loaded.manifest.missing if ":" in name]
    without = f", without {', '.join(missing)}" if missing else ""
    return Finding("bundle", True, f"{loaded.version} passes its probe{without}")


def check_leaderboard(settings: Settings) -> Finding:
    """When it was trained, the product was at least as good as every simple policy."""
    try:
        loaded = bundle.load(settings.artifacts, settings.bundle)
    except FeedError:
        loaded = None  # as `check_bundle` reports
    if loaded is None or loaded.leaderboard is None:
        return Finding("leaderboard", True, "none; foryou train makes one")
    lost, by = loaded.leaderboard.lost_to, loaded.leaderboard.decided_by
    if lost:
        text = f"{loaded.version} loses to {', '.join(lost)} by {by}; train on more or newer data"
        return Finding("leaderboard", False, text)
    return Finding("leaderboard", True, f"{loaded.version} loses to no simple policy by {by}")


def check_state(settings: Settings) -> Finding:
    """The state is there, and is that of the tables as they are now."""
    try:
        named = state_fingerprint(settings.artifacts)
        if named is None:
            return Finding("state", False, f"{settings.artifacts} names no state; train again")
        data = settings.data_dir or state_source(settings.artifacts)
        column_map = state_map(settings.artifacts)
        if data is not None and data.is_dir() and fingerprint(data, column_map) != named:
            text = f"the tables in {data} have changed since the training; train again"
            return Finding("state", False, text)
        snapshot.check(settings.artifacts / "state" / named)
    except FeedError as error:
        return Finding("state", False, str(error))
    return Finding("state", True, f"of {data or 'tables of another machine'}")


def check_log(settings: Settings) -> Finding:
    """The event log is whole; one that is not there yet is begun by the first start."""
    path, named = settings.log_file, settings.log_location
    if not is_url(named) and not path.exists():
        return Finding("event log", True, f"{path} will be begun by the first start")
    try:
        with closing(open_log(named)) as log:
            log.verify()
            where = "in Postgres" if is_url(named) else path
            return Finding("event log", True, f"{where}, {log.end:,} records, all as written")
    except FeedError as error:
        return Finding("event log", False, str(error))


def check_snapshots(settings: Settings) -> Finding:
    """The snapshots of the state are as they were written; without any, a start takes longer."""
    folder = Snapshots.of(settings.log_file).folder
    try:
        names = bundle.states(folder) if folder.is_dir() else []
        for name in names:
            snapshot.check(folder / name)
    except FeedError as error:
        text = f"{error}, or delete {folder}: the next start reads the whole log instead"
        return Finding("snapshots", False, text)
    return Finding("snapshots", True, f"{folder}, {len(names)} as written")


def check_keys(settings: Settings) -> Finding:
    """The keys of bearer tokens can be used."""
    try:
        verifier(settings)
    except InvalidSettingError as error:
        return Finding("keys", False, str(error))
    writes = "a key writes" if settings.api_key else "only this machine writes"
    return Finding("keys", True, writes)


def _unheard(record: logging.LogRecord) -> bool:
    """Nothing: the findings above name what is not there."""
    return False


def check_service(settings: Settings) -> Finding:
    """What answers can be put together from all of this."""
    log = logging.getLogger("app.serving.engine")
    log.addFilter(_unheard)
    try:
        engine = build_engine(settings)
    except InvalidSettingError as error:
        return Finding("service", False, str(error))
    except FeedError:
        return Finding("service", False, "cannot be built before what stands above is mended")
    finally:
        log.removeFilter(_unheard)
    return Finding("service", True, f"{len(engine.products)} products, preset {settings.preset}")


def check_port(settings: Settings) -> Finding:
    """The address can be listened on, or the service listens there."""
    try:
        listen(settings.host, settings.port).close()
    except InvalidSettingError as error:
        if _serves(settings):
            return Finding("port", True, f"{settings.host}, port {settings.port}: served now")
        return Finding("port", False, str(error))
    return Finding("port", True, f"{settings.host}, port {settings.port} is free")


def _serves(settings: Settings) -> bool:
    """Whether it is the service that has the port."""
    asked = HTTPConnection(settings.host, settings.port, timeout=PATIENCE_SECONDS)
    with closing(asked), suppress(OSError, HTTPException):
        asked.request("GET", "/livez")
        return asked.getresponse().read(ANSWER_BYTES) == Alive().model_dump_json().encode()
    return False


def check_kernels(settings: Settings) -> Finding:
    """All that requests call is compiled, and kept for the next start."""
    if not kernels.IS_COMPILED:
        return Finding(
            "kernels", True, "NUMBA_DISABLE_JIT is set: nothing is compiled, all is slow"
        )
    try:
        loaded = bundle.load(settings.artifacts, settings.bundle)
    except FeedError:
        loaded = None  # as `check_bundle` reports
    try:
        warm = warm_up(settings, loaded)
    except InvalidSettingError:
        return Finding("kernels", True, "not looked at before the setting above is mended")
    if kernels.directory() is None:
        text = f"{settings.kernels_folder} cannot be written, so every start compiles; let this "
        return Finding("kernels", False, f"{text}user write it, or set FORYOU_KERNELS")
    done = f"compiled in {warm.seconds:.1f} s" if warm.compiled else "compiled before"
    return Finding("kernels", True, f"{kernels.directory()}, {warm.ready} {done}")


CHECKS: Final[tuple[Callable[[Settings], Finding], ...]] = (
    check_folder,
    check_bundle,
    check_leaderboard,
    check_state,
    check_log,
    check_snapshots,
    check_keys,
    check_service,
    check_port,
    check_kernels,
)
