"""What may go wrong in a pipeline that no other product can answer for."""

from __future__ import annotations


class BrokenContractError(Exception):
    """A component answered what its kind must not: our own mistake, never forgiven."""


class FailedClosedError(Exception):
    """A visibility filter failed: nothing may be shown, because nobody knows what is safe."""
