"""What does training publish, and how does serving check that it computes the same?"""

from ml.bundle.bundle import Bundle
from ml.bundle.disk import current
from ml.bundle.manifest import HeadCard, Manifest
from ml.bundle.states import (
    forget_states,
    load_state,
    publish_state,
    state_fingerprint,
    state_map,
    state_source,
    states,
    write_state,
)
from ml.bundle.store import (
    check_there,
    load,
    pointers,
    promote,
    publish,
    restore,
    rollback,
    versions,
)

__all__ = [
    "Bundle",
    "HeadCard",
    "Manifest",
    "check_there",
    "current",
    "forget_states",
    "load",
    "load_state",
    "pointers",
    "promote",
    "publish",
    "publish_state",
    "restore",
    "rollback",
    "state_fingerprint",
    "state_map",
    "state_source",
    "states",
    "versions",
    "write_state",
]
