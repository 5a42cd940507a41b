"""An engine to be shared by processes that are forked from this one.

Another process makes it and sends it here. Libraries that make it, polars first of all, start
threads that no fork would have; this process has never called them, so its children can.
"""

from __future__ import annotations

import multiprocessing
import pickle
import time
from contextlib import closing
from multiprocessing.connection import Connection
from typing import Final

from app.serving.clock import Clock
from app.serving.engine import Engine, assemble, build_engine
from app.serving.reload import restored
from app.serving.served_bundle import remember_bundle
from app.serving.service import Service
from app.serving.shared_artifacts import fetch
from app.serving.warm_up import warm_up
from app.settings import InvalidSettingError, Settings
from ml import kernels
from ml.errors import FeedError
from ml.event_log.open_log import open_log
from ml.event_log.port import EventLog
from ml.features import FEATURES
from ml.features.row_writer import row_writer
from ml.state.updates.apply_records import apply_records

FAR_BEHIND: Final = 100_000  # records; a snapshot is read faster
BATCH_RECORDS: Final = 10_000


def shared_engine(settings: Settings) -> Engine:
    """The engine that `Service.open` would have, made by another process.

    Raises:
        FeedError: the artifacts or the log are damaged, or do not agree with this code; or the
            other process was ended.
        InvalidSettingError: a setting names something that does not exist.
    """
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    maker = fork.Process(target=_send, args=(settings, sending))
    maker.start()
    sending.close()
    with open(receiving.fileno(), "rb", closefd=False) as parts, receiving:
        try:
            made = pickle.load(parts)  # by our own child
        except EOFError:
            raise FeedError("the process that reads the artifacts was ended") from None
        finally:
            maker.join()
    if isinstance(made, Exception):
        raise made
    bundle, state, encoder, ready = made
    row_writer(FEATURES)  # the one kernel that is not there before it is asked for
    kernels.make_ready(ready)
    clock = Clock.of(settings.clock, state, time.time)
    return assemble(settings, state, bundle, clock, encoder=encoder)


def service_of(engine: Engine) -> Service:
    """A service of a forked process, with a log of its own and all that was logged meanwhile."""
    log = open_log(engine.settings.log_location)
    try:
        return Service(_up_to_date(engine, log), log)
    except BaseException:
        log.close()
        raise


def _up_to_date(engine: Engine, log: EventLog) -> Engine:
    if log.end - engine.state.offset > FAR_BEHIND:
        return restored(engine, log)
    while records := log.read(engine.state.offset, BATCH_RECORDS):
        engine.encoder.extend(engine.state, apply_records(engine.state, records))
    return engine


def _send(settings: Settings, sending: Connection) -> None:
    with open(sending.fileno(), "wb", closefd=False) as parts:
        try:
            fetch(settings)
            with closing(open_log(settings.log_location)) as log:
                engine = build_engine(settings, log=log, writes=True)
            remember_bundle(settings, engine.bundle)
            warm_up(settings, engine.bundle)
            made = engine.bundle, engine.state, engine.encoder, kernels.ready()
        except (FeedError, InvalidSettingError) as error:
            pickle.dump(error, parts)
        else:
            pickle.dump(made, parts, protocol=pickle.HIGHEST_PROTOCOL)
