"""The options of training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """`holdout` is the last share of the interactions, kept from training for evaluation;
    `calibration` is the share before it on which probabilities are calibrated; the two towers
    are fitted on the first `towers`, so that the ranker never meets a row they were fitted on.
    `clean_hidden` is the share of clean tweets that a safety model may hide; `nsfw_rate` and
    `toxicity_rate` are the shares of harmful tweets where it serves, estimated where None.
    The ranker sees at most `ranker_rows` examples, those on which it is calibrated among them.
    `processes` share the work; what is trained does not depend on how many they are."""

    holdout: float = 0.2
    calibration: float = 0.1
    towers: float = 0.3
    seed: int = 7
    clean_hidden: float = 0.02
    nsfw_rate: float | None = None
    toxicity_rate: float | None = None
    ranker_rows: int = 1_000_000
    processes: int = 1
