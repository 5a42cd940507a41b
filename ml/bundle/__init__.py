"""What leaves training, and how does serving know that it is the same thing?"""

from ml.bundle.bundle import Bundle
from ml.bundle.manifest import HeadCard, Manifest
from ml.bundle.store import (
    current,
    load,
    load_state,
    promote,
    publish,
    publish_state,
    state_fingerprint,
    state_source,
    versions,
)

__all__ = [
    "Bundle",
    "HeadCard",
    "Manifest",
    "current",
    "load",
    "load_state",
    "promote",
    "publish",
    "publish_state",
    "state_fingerprint",
    "state_source",
    "versions",
]
