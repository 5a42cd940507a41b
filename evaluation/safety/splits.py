"""Which texts are set aside together: at random, or all that share a word of a lexicon.

People collect harmful texts by lexicon. A model that only knows its words looks good until it meets
texts that were collected by other words; holding out whole groups shows how it does then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from evaluation.safety.labelled_texts import LabelledTexts

WORD: Final = re.compile(r"[^\W\d_]{3,}")
AT_LEAST: Final = 20  # harmful texts that a word of the lexicon is in
TELLING: Final = 4.0  # times as often in harmful texts as in clean ones
MOST: Final = 100  # words of the lexicon

Fold = NDArray[np.intp]  # (texts,)


def at_random(given: LabelledTexts, folds: int, seed: int) -> Fold:
    """Folds with the same share of harmful texts."""
    fold = np.empty(len(given), np.intp)
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for k, (_, rows) in enumerate(split.split(fold, given.harmful)):
        fold[rows] = k
    return fold


def by_lexicon(given: LabelledTexts, folds: int, seed: int) -> Fold:
    """Folds that share no word of the lexicon: a text goes with the commonest of its words; texts
    that have none are spread at random."""
    words = [set(WORD.findall(text.lower())) for text in given.text]
    lexicon = lexicon_of(words, given.harmful)
    group = np.array(
        [next((g for g, word in enumerate(lexicon) if word in found), -1) for found in words]
    )
    fold = np.random.default_rng(seed).integers(folds, size=len(given))
    filled = np.zeros(folds, np.intp)
    sizes = np.bincount(group[group >= 0], minlength=len(lexicon))
    for g in np.argsort(-sizes, kind="stable"):
        emptiest = int(filled.argmin())
        filled[emptiest] += sizes[g]
        fold[group == g] = emptiest
    return fold


def lexicon_of(words: Sequence[set[str]], harmful: NDArray[np.bool_]) -> list[str]:
    """The words that tell harmful texts most surely, the commonest first.

    By the z-score of their log-odds (Monroe, Colaresi and Quinn, 2008), among those that are
    `TELLING` times as common in harmful texts.
    """
    texts = {kind: max(int((harmful == kind).sum()), 1) for kind in (True, False)}
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for found, kind in zip(words, harmful.tolist(), strict=True):
        counts[kind].update(found)
    surest: list[tuple[float, str]] = []
    for word, often in counts[True].items():
        if often < AT_LEAST:
            continue
        seldom = counts[False][word]
        ratio = np.log((often + 0.5) / texts[True]) - np.log((seldom + 0.5) / texts[False])
        if ratio >= np.log(TELLING):
            surest.append((-ratio / np.sqrt(1 / (often + 0.5) + 1 / (seldom + 0.5)), word))
    kept = [word for _, word in sorted(surest)[:MOST]]
    return sorted(kept, key=lambda word: (-counts[True][word], word))
