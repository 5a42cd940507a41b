"""The manifest of a bundle: its content, its training data, and what the data lacked."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

FORMAT: Final = 6  # raise it when older bundles can no longer be read


class HeadCard(BaseModel):
    """The metrics of one trained head."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean: float  # mean calibrated probability over the calibration rows
    positives: int  # among the training rows
    metrics: dict[str, float]  # on the calibration rows


class ListwiseCard(BaseModel):
    """How the listwise stage was fitted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visits: int  # after which somebody chose something that was proposed
    ridge: float
    loss: float  # nats per choice, of viewers that it was not fitted on


class SafetyCard(BaseModel):
    """One safety model, on labelled tweets that it was not fitted on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    harmful: int  # labelled tweets that it was fitted on, by label
    clean: int
    trained_rate: float  # the share of harmful tweets among them
    serving_rate: float  # the same among all, given or estimated; probabilities are at this share
    auc: float
    hidden_from: float  # the probability from which on tweets are hidden
    clean_hidden: float  # the share of clean tweets that is, with its 95 % interval
    clean_hidden_low: float
    clean_hidden_high: float
    harmful_hidden: float  # the share of harmful tweets that is


class TimeScales(BaseModel):
    """How fast the data ages; None where nothing has a time, so that nothing is ever too old."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_hours: float | None  # older tweets are hardly ever engaged with
    half_life_hours: float | None  # half of all engagements are with younger tweets


class Manifest(BaseModel):
    """The content of `manifest.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    as_of: int  # unix seconds: nothing from this instant on had any part in the bundle
    features: list[str]
    heads: dict[str, HeadCard]  # the trained ones only
    missing: list[str]  # tables, columns, heads and models that the data could not feed
    notes: list[str]
    parameters: dict[str, int]  # per model
    rows: dict[str, int]
    files: dict[str, str]  # sha256 of each
    listwise: ListwiseCard | None = None
    safety: dict[str, SafetyCard] = {}  # of the models that were trained, by label
    time_scales: TimeScales | None = None  # None where the bundle was trained before it had them
