"""A leaderboard as text, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.policies.policy import PRODUCT
from evaluation.report.text import text_table
from ml.bundle.leaderboard import Leaderboard, Standing


def table(leaderboard: Leaderboard) -> str:
    """Each policy's figures, marked ! where the product is behind by more than chance."""
    lines = [table_of(leaderboard.standings)]
    if any(one.loses for one in leaderboard.standings):
        lines.append(f"! {PRODUCT} is behind by more than chance")
    when = "before the cut" if leaderboard.until else "judged by a fold that was held out"
    lines.append(f"{verdict(leaderboard)} ({leaderboard.visits:,} visits {when})")
    return "\n".join(lines)


def table_of(standings: Sequence[Standing]) -> str:
    """A row per policy, a column per metric."""
    metrics = list(dict.fromkeys(one.metric for one in standings))
    cells = {(one.policy, one.metric): _cell(one) for one in standings}
    policies = dict.fromkeys(one.policy for one in standings)
    rows = [[name, *(cells[name, metric] for metric in metrics)] for name in policies]
    return text_table(["", *metrics], rows)


def verdict(leaderboard: Leaderboard) -> str:
    """Whether the product may serve by itself."""
    if leaderboard.is_biased:
        return (
            f"nothing is decided by {leaderboard.decided_by}: people could only engage with what "
            f"an older feed had shown them"
        )
    lost = leaderboard.lost_to
    behind = f"behind {', '.join(lost)} by more than chance" if lost else "behind no simple policy"
    return f"by {leaderboard.decided_by}, the product is {behind}"


def _cell(one: Standing) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "–"
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]{'!' if one.loses else ' '}"
