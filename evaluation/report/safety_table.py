"""The report on a safety model, as text and as data."""

from __future__ import annotations

from evaluation.metrics.resample import Figures
from evaluation.report.numbers import Json, plain
from evaluation.report.text import text_table
from evaluation.safety.measure import Findings

COLUMNS = ("auc", "fall", "tfidf_auc", "ahead", "clean_hidden", "harmful_hidden")
HEADINGS = ("AUC", "falls by", "TF-IDF", "ahead by", "clean hidden", "harmful hidden")
LEXICON = "held-out lexicon"


def table(found: Findings) -> str:
    """One line per way of judging, each figure with its 95 % interval."""
    rows = {**found.disguised, LEXICON: found.lexicon, **found.others}
    card = found.trained
    cells = [
        [name, *(str(figures[one]) if one in figures else "" for one in COLUMNS)]
        for name, figures in rows.items()
    ]
    lines = [
        f"trained on {card['harmful'].value:,.0f} harmful and {card['clean'].value:,.0f} clean "
        f"texts; hides from probability {card['hidden_from'].value:.3f} on",
        f"{found.texts_per_second:,.0f} texts per second of one core",
        "",
        text_table(["texts", *HEADINGS], cells),
    ]
    return "\n".join(lines)


def document(found: Findings) -> Json:
    """All of it, for programs."""

    def figures(some: Figures) -> Json:
        return {name: plain(figure) for name, figure in some.items()}

    return {
        "trained": {name: figure.value for name, figure in found.trained.items()},
        "texts_per_second": found.texts_per_second,
        "disguised": {name: figures(some) for name, some in found.disguised.items()},
        "lexicon": figures(found.lexicon),
        "others": {name: figures(some) for name, some in found.others.items()},
    }
