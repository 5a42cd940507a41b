"""Safety models are judged on texts that they did not see, beside a regression that anybody has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evaluation.__main__ import main
from evaluation.safety import labelled_texts, splits
from evaluation.safety.classifiers import SafetyModel
from evaluation.safety.disguises import DISGUISES
from evaluation.safety.labelled_texts import LabelledTexts
from ml.errors import DataError
from ml.training.options import TrainingOptions

RUDE = ("muppet", "donkey", "numpty", "wazzock")
KIND = ("garden", "kettle", "ladder", "window", "pencil", "bucket")
COMMON = ("the", "you", "are", "what", "look", "there", "again", "today")


def written(texts: int, seed: int) -> LabelledTexts:
    """Texts of which a rude word makes harm, mostly."""
    rng = np.random.default_rng(seed)
    harmful = rng.random(texts) < 0.3
    lines = [
        " ".join(
            [
                *rng.choice(COMMON, 4),
                rng.choice(RUDE if rude and rng.random() < 0.95 else KIND),
                *rng.choice(COMMON, 2),
            ]
        )
        for rude in harmful
    ]
    return LabelledTexts("written", lines, harmful)


def save(texts: LabelledTexts, path: Path) -> Path:
    pl.DataFrame({"text": texts.text, "is_toxic": texts.harmful}).write_csv(path)
    return path


def test_the_command_reports_each_way_of_judging(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, other = (save(written(400, seed), tmp_path / f"{seed}.csv") for seed in (1, 2))
    command = ["safety", "--data", str(data), "--on", str(other), "--folds", "2"]
    assert main([*command, "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    report = json.loads((tmp_path / "safety.json").read_text())
    assert list(report["disguised"]) == ["plain", *DISGUISES]
    assert len(DISGUISES) == 10
    for name in (*report["disguised"], "held-out lexicon", "2"):
        assert f"\n{name}" in printed
    assert report["disguised"]["plain"]["auc"]["value"] > 0.9
    assert report["disguised"]["full_width"]["fall"]["value"] < 0.05
    assert report["others"]["2"]["auc"]["value"] > 0.9
    assert report["trained"]["clean_hidden"] <= 0.02
    assert report["texts_per_second"] > 0


def test_a_text_scores_the_same_alone_and_always(tmp_path: Path) -> None:
    given, new = written(300, 1), written(20, 3).text
    first, again = (SafetyModel.fit(given, TrainingOptions()) for _ in range(2))
    np.testing.assert_array_equal(first.scores(new), again.scores(new))
    alone = np.concatenate([first.scores([text]) for text in new])
    np.testing.assert_allclose(alone, first.scores(new), rtol=1e-6)
    assert first.card == again.card


def test_folds_by_lexicon_share_no_word_of_it() -> None:
    given = written(2_000, 1)
    words = [set(text.split()) for text in given.text]
    lexicon = splits.lexicon_of(words, given.harmful)
    assert set(lexicon) == set(RUDE)
    fold = splits.by_lexicon(given, 3, seed=1)
    for word in lexicon:
        assert len({int(k) for k, found in zip(fold, words, strict=True) if word in found}) == 1
    assert set(fold.tolist()) == {0, 1, 2}


def test_folds_at_random_have_the_same_share_of_harm() -> None:
    given = written(1_000, 1)
    fold = splits.at_random(given, 5, seed=1)
    shares = [given.harmful[fold == k].mean() for k in range(5)]
    assert np.ptp(shares) < 0.011


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(["1", "0"], [True, False]), (["OFF", "NOT"], [True, False]), (["0.7", "0.2"], [True, False])],
)
def test_labels_are_read_as_people_write_them(
    labels: list[str], expected: list[bool], tmp_path: Path
) -> None:
    path = tmp_path / "some.tsv"
    pl.DataFrame({"tweet": ["a", "b"], "subtask_a": labels}).write_csv(path, separator="\t")
    assert labelled_texts.read(path, "tweet", "subtask_a").harmful.tolist() == expected


def test_a_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    path = save(written(10, 1), tmp_path / "some.csv")
    with pytest.raises(DataError, match="has no column 'tweet'; it has text, is_toxic"):
        labelled_texts.read(path, "tweet", "is_toxic")
    with pytest.raises(DataError, match="cannot be read"):
        labelled_texts.read(tmp_path / "none.csv", "text", "is_toxic")
    pl.DataFrame({"text": ["a"], "is_toxic": [0]}).write_csv(path)
    with pytest.raises(DataError, match="0 of 1 texts are harmful; both are needed"):
        labelled_texts.read(path, "text", "is_toxic")
    assert main(["safety", "--data", str(path)]) == 2
