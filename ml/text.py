"""Texts in the form in which they are compared: folded, as tokens, and the hosts that they link."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final
from urllib.parse import unquote

import numpy as np
import polars as pl
from numpy.typing import NDArray

# A token is a run of letters, marks, digits and underscores. Scripts that are written without
# spaces are cut into characters (Unicode UAX 29), and so are symbols, emoji among them.
TOKEN: Final = (
    r"[\p{L}\p{M}\p{N}_&&[^\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+|[^\s\p{Cc}]"
)
LINK: Final = r"[a-z][a-z0-9+.\-]*://\S+"
MAX_TOKENS: Final = 50  # of a muted phrase
FEW: Final = 64  # texts for which preparing a query costs more than answering it

# Characters that are not shown (Default_Ignorable_Code_Point): soft hyphens, joiners, selectors.
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_HOSTS: Final = re.compile(
    r"[a-z][a-z0-9+.\-]*:/{2}([^\s/?#\\<>\"']+)"  # of a link
    r"|(?<![\w.@/\-])((?:[\w\-]+\.)+[^\W\d_]{2,})(?![\w@\-])"  # written without https://
)
_HOST: Final = re.compile(r"[\w\-]+(?:\.[\w\-]+)*")
_ASCII_TOKEN: Final = re.compile(r"[a-z0-9_]+|[!-/:-@\[-^`{-~]")  # as TOKEN, of ASCII
_ASCII_LINK: Final = re.compile(r"[a-z][a-z0-9+.\-]*://[^\t-\r ]+")
_MAY_LINK: Final = re.compile(r"://|\.[^\W\d_]")  # what has neither has no host
_PORT: Final = re.compile(r":\d*$")


def fold(text: str) -> str:
    """A text without differences of case, of composition and of width (NFKC_Casefold)."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return unicodedata.normalize("NFKC", plain).replace("’", "'").replace("。", ".")


def phrase(text: str) -> str | None:
    """What to look for where a text is muted: its tokens, joined by spaces; None where it has
    no token, or more than `MAX_TOKENS`."""
    folded = fold(text)
    if folded.isascii():
        tokens = _ASCII_TOKEN.findall(folded)
    else:
        tokens = pl.Series([folded]).str.extract_all(TOKEN)[0].to_list()
    return " ".join(tokens) if 0 < len(tokens) <= MAX_TOKENS else None


def domain(text: str) -> str | None:
    """The host of `example.com`, `*.example.com`, `@example.com` or `https://example.com/path`;
    None where there is none."""
    name = fold(text).strip()
    if "://" in name:
        return host_of(name)
    return _host(re.split(r"[/?#]", name, maxsplit=1)[0].lstrip("@*."))


def host_of(name: str) -> str | None:
    """The host of `user@host` or of a URL, as an id may be; None where the id has none."""
    name = fold(name)
    if "://" in name:
        host = _host(re.split(r"[/?#]", name.split("://", 1)[1], maxsplit=1)[0])
    elif "@" in name.lstrip("@"):
        host = _host(name.rsplit("@", 1)[1])
    else:
        return None
    return host if host is not None and "." in host else None


def hosts(folded: str) -> list[str]:
    """The hosts of all links of a folded text, each once."""
    if not _MAY_LINK.search(folded):
        return []
    found = (_host(link or bare) for link, bare in _HOSTS.findall(folded))
    return list(dict.fromkeys(host for host in found if host))


def domains(host: str) -> list[str]:
    """A host and all domains that it lies in: `a.b.c`, `b.c`, `c`."""
    labels = host.split(".")
    return [".".join(labels[first:]) for first in range(len(labels))]


def hashed_tokens(folded: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The hashes of all tokens of folded texts, links left out; and how many each text has."""
    if len(folded) <= FEW and all(map(str.isascii, folded)):
        lists = [_ASCII_TOKEN.findall(_ASCII_LINK.sub(" ", one)) for one in folded]
        names = hashed(chain.from_iterable(lists))
        return np.array(names, np.uint32), np.array([len(some) for some in lists], np.int64)
    column = pl.Series(folded, dtype=pl.String)
    found = column.str.replace_all(LINK, " ").str.extract_all(TOKEN)
    token = found.explode().drop_nulls()
    unique = token.unique()
    value = token.replace_strict(unique, hashed(unique), return_dtype=pl.UInt32)
    return value.to_numpy(), found.list.len().cast(pl.Int64).to_numpy()


def hashed(names: Iterable[str]) -> list[int]:
    """Stable, never zero, 32-bit hashes of folded names (CRC-32).

    Two names that differ have one hash once in four billion pairs: what is compared by hashes may
    be hidden without need, and is never shown against a rule.
    """
    return [zlib.crc32(name.encode()) or 1 for name in names]


def _host(authority: str) -> str | None:
    """The host of `user@host:port`; labels in Punycode are decoded."""
    name = _PORT.sub("", unquote(authority).rsplit("@", 1)[-1]).strip(".")
    name = ".".join(_label(label) for label in fold(name).split("."))
    return name if _HOST.fullmatch(name) else None


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return fold(label[4:].encode("ascii").decode("punycode"))
    except UnicodeError:
        return label  # not Punycode, so compared as it is
