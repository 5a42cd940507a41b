"""A state on disk: what people wrote as tables, everything else as arrays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import polars as pl

from ml.errors import BundleError
from ml.state.feature_state import FeatureState
from ml.state.storage import array_file, sha256
from ml.state.structures.growable import GrowableColumns, whole
from ml.state.structures.lww_register import LwwRegister
from ml.state.structures.pair_index import PairIndex
from ml.state.structures.ragged import Ragged
from ml.state.tables.engagements import Engagements
from ml.state.tables.mutes import Mute
from ml.state.tables.pending_events import Waiting
from ml.state.tables.preferences import Wanted
from ml.state.tables.threads import Reply
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

SCHEMA = 10  # raise it when the meaning of a stored array changes
ABOUT = "state.json"
SPARE = 8  # a state is read with room for one more row in so many
OF_THE_PROCESS = ("_version", "_rewritten", "_acted")  # nothing that another process should know
VERSIONS = ("version", "renumbered", "reordered")  # of a table, of this process as well
DERIVED = ("_kind_of", "_turns_on")  # a register makes them anew from its kinds
LISTED_ANEW = ("engagers",)  # from the register of engagements


class About(TypedDict):
    """What is known of a state before it is read."""

    schema: int
    fingerprint: str
    source: str | None  # the folder of its tables; None on another machine
    newest: int
    offset: int
    chain: str  # hexadecimal: the digest of the log at the offset
    files: dict[str, str]  # the sha256 of each of the others
    checksum: str  # the sha256 of all this
    column_map: NotRequired[str]  # the TOML with which the tables were read


def save(
    state: FeatureState,
    directory: Path,
    source: Path | None,
    fingerprint: str,
    chain: bytes = b"",
    column_map: str | None = None,
) -> None:
    """Write a state into an existing, empty directory; it began with the tables in `source`, if
    they are on this machine, and `chain` is the digest of the log at its offset."""
    users, tweets = state.users, state.tweets
    _texts(users.ids.all_ids(), name=users.name).write_parquet(
        directory / "users.parquet", compression="lz4"
    )
    _texts(tweets.ids.all_ids(), text=tweets.text, topic=tweets.topic).write_parquet(
        directory / "tweets.parquet", compression="lz4"
    )
    array_file.save(directory / "state.safetensors", _flatten(state))
    waiting = {
        "tombstones": sorted(tweets.tombstones),
        "threads": tweets.threads.waiting,
        "pending": list(state.pending_events),
        "mutes": list(state.mutes),
        "preferences": list(state.preferences),
        "offers": state.offers,
    }
    (directory / "waiting.json").write_text(json.dumps(waiting) + "\n")
    about_it: About = {
        "schema": SCHEMA,
        "fingerprint": fingerprint,
        "source": str(source.resolve()) if source is not None else None,
        "newest": state.newest,
        "offset": state.offset,
        "chain": chain.hex(),
        "files": {path.name: sha256.of_file(path) for path in sorted(directory.iterdir())},
        "checksum": "",
    }
    if column_map is not None:
        about_it["column_map"] = column_map
    (directory / ABOUT).write_text(_text(about_it))


def for_others(directory: Path) -> str:
    """What is known of a state, as another machine may read it: the folder of the tables is of no
    use there. It is checked, and raises, as `about` does."""
    return _text({**about(directory), "source": None})


def load(directory: Path) -> FeatureState:
    """Read a state back.

    Raises:
        BundleError: it is missing, damaged, or of another version.
    """
    check(directory)
    try:
        state = _catalog(directory)
        _restore(state, array_file.load(directory / "state.safetensors", SPARE))
        waiting = json.loads((directory / "waiting.json").read_text())
        state.tweets.tombstones = set(waiting["tombstones"])
        state.tweets.threads.waiting = {
            id_: [Reply(*reply) for reply in replies] for id_, replies in waiting["threads"].items()
        }
        state.mark_offered((key, tweet, at) for key, tweet, at in waiting["offers"])
        state.wait_for((id_, Waiting(*one)) for id_, one in waiting["pending"])
        for user, action, name, mute in waiting["mutes"]:
            state.mutes.put(user, action, name, Mute(*mute))
        for user, kind, name, wanted in waiting.get("preferences", ()):  # older states had none
            state.preferences.put(user, kind, name, Wanted(*wanted))
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise BundleError(f"{directory} is not a readable state ({error}); train again") from error
    return state


def check(directory: Path) -> None:
    """Compare the files of a state with what they were when it was written.

    Raises:
        BundleError: one is missing, damaged, or of another version.
    """
    sha256.check(directory, about(directory)["files"], "written", "train again")


def source(directory: Path) -> Path | None:
    """The folder of tables that a state was made of; None where that was on another machine."""
    found = about(directory)["source"]
    return None if found is None else Path(found)


def about(directory: Path) -> About:
    """Read the facts about a state that can be known before it is read.

    Raises:
        BundleError: it is missing, damaged, or of another version.
    """
    try:
        about_it: About = json.loads((directory / ABOUT).read_text())
        if about_it["schema"] != SCHEMA:
            raise BundleError(
                f"{directory} holds a state of schema {about_it['schema']}, this code reads "
                f"{SCHEMA}; train again"
            )
        if about_it["checksum"] != _checksum(about_it):
            raise BundleError(
                f"{directory / ABOUT} does not match its own checksum, so it has changed on disk; "
                f"restore it, or train again"
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{directory} is not a readable state ({error}); train again") from error
    return about_it


def _text(about_it: About) -> str:
    return json.dumps({**about_it, "checksum": _checksum(about_it)}, indent=1) + "\n"


def _checksum(about_it: About) -> str:
    text = json.dumps({**about_it, "checksum": ""}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _texts(ids: pl.Series, **texts: list[str | None]) -> pl.DataFrame:
    schema = {"id": pl.String, **dict.fromkeys(texts, pl.String)}
    return pl.DataFrame({"id": ids, **texts}, schema=schema)


def _catalog(directory: Path) -> FeatureState:
    people = pl.read_parquet(directory / "users.parquet")
    texts = pl.read_parquet(directory / "tweets.parquet")
    users, tweets = Users(people["id"]), Tweets(texts["id"])
    users.name, tweets.text = people["name"].to_list(), texts["text"].to_list()
    topics = {topic: topic for topic in texts["topic"].unique()}  # many tweets share one
    tweets.topic = [topics[topic] for topic in texts["topic"]]
    return FeatureState(users, tweets)


def _parts(owner: object) -> dict[str, object]:
    hidden: tuple[str, ...] = ()
    if isinstance(owner, FeatureState):
        hidden = OF_THE_PROCESS
    elif isinstance(owner, LwwRegister):
        hidden = DERIVED
    elif isinstance(owner, Engagements):
        hidden = LISTED_ANEW
    return {
        name: part
        for name, part in vars(owner).items()
        if name not in (*hidden, *VERSIONS) and not name.startswith("_room_of")
    }


def _flatten(
    owner: object, prefix: str = "", used: int | None = None
) -> dict[str, array_file.Array]:
    """All arrays and numbers in an object by their paths, without the rows that are not in use."""
    flat: dict[str, array_file.Array] = {}
    used = getattr(owner, "used", used)
    room = () if used is None else getattr(owner, "ROOM", ())
    for name, part in _parts(owner).items():
        if isinstance(part, np.ndarray | np.generic | int | float):
            array = np.asarray(part)
            flat[prefix + name] = array[:used] if name in room else array
        elif isinstance(part, PairIndex):  # the hash table is made anew from its pairs
            flat |= {f"{prefix}{name}/left": part.left, f"{prefix}{name}/right": part.right}
        elif isinstance(part, Ragged):
            flat |= _flatten(part.packed(), f"{prefix}{name}/")
        elif hasattr(part, "__dict__"):
            flat |= _flatten(part, f"{prefix}{name}/", used)
    return flat


def _restore(
    owner: object, arrays: dict[str, array_file.Array], prefix: str = "", used: int | None = None
) -> None:
    """Let an object hold the arrays and numbers of its paths, with room where rows are counted."""
    used = getattr(owner, "used", used)
    room: Mapping[str, float] = {} if used is None else getattr(owner, "ROOM", {})
    for name, part in _parts(owner).items():
        if isinstance(part, np.ndarray):
            stored = arrays.pop(prefix + name)
            if stored.dtype != part.dtype:  # older states had wider ones
                stored = stored.astype(part.dtype)
            if isinstance(owner, GrowableColumns) and name in owner.FILL:
                owner.show(name, stored)
            else:
                setattr(owner, name, whole(stored, room[name]) if name in room else stored)
        elif isinstance(part, PairIndex):
            left, right = arrays[f"{prefix}{name}/left"], arrays[f"{prefix}{name}/right"]
            setattr(owner, name, PairIndex(left, right))
        elif isinstance(part, np.generic):
            setattr(owner, name, arrays[prefix + name][()])
        elif isinstance(part, int | float):
            setattr(owner, name, arrays[prefix + name].item())
        elif hasattr(part, "__dict__"):
            _restore(part, arrays, f"{prefix}{name}/", used)
    if isinstance(owner, Engagements):
        owner.list_engagers()
