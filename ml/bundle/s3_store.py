"""Objects in S3, or in what speaks its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError
from obstore.store import S3Store as Client

from ml.bundle.object_store import Stored
from ml.errors import BundleError

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import RetryConfig

PATIENCE: Final = timedelta(seconds=20)  # of all attempts at one request


class S3Store:
    """An ObjectStore at `s3://bucket/prefix`; keys, region and endpoint are in `AWS_*`."""

    def __init__(self, url: str) -> None:
        self._url = url
        with self._naming_errors():
            retries: RetryConfig = {"max_retries": 3, "retry_timeout": PATIENCE}
            self._client = Client.from_url(url, retry_config=retries)

    def read(self, name: str) -> Stored | None:
        with self._naming_errors():
            try:
                found = obstore.get(self._client, name)
                return Stored(bytes(found.bytes()), str(found.meta["e_tag"]))
            except (NotFoundError, FileNotFoundError):
                return None

    def write(self, name: str, data: bytes) -> None:
        with self._naming_errors():
            obstore.put(self._client, name, data)

    def swap(self, name: str, data: bytes, tag: str | None) -> bool:
        with self._naming_errors():
            try:
                mode: PutMode = "create" if tag is None else {"e_tag": tag}
                obstore.put(self._client, name, data, mode=mode)
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

    def names(self, prefix: str) -> list[str]:
        """Only those of whole folders: `a/` and not `a/b`."""
        with self._naming_errors():
            pages = obstore.list(self._client, prefix.rstrip("/") or None)
            return sorted(one["path"] for page in pages for one in page)

    def delete(self, name: str) -> None:
        with self._naming_errors():
            obstore.delete(self._client, name)

    @contextmanager
    def _naming_errors(self) -> Iterator[None]:
        try:
            yield
        except BaseError as error:
            text = " ".join(str(error).split())[:300]
            raise BundleError(f"the store {self._url}: {text}") from error
