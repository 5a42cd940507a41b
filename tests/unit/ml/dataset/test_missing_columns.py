"""Whatever may be missing has its cost named, or is known to cost nothing."""

from __future__ import annotations

from ml.dataset.missing_columns import COSTS
from ml.schema import TABLES

FREE = {
    "tweets.mentions",
    "interactions.text",
    "interactions.expires_at",
    "interactions.value",
    "interactions.split",
    "impressions.propensity",
    "impressions.request_id",
    "impressions.split",
}


def test_every_optional_table_and_column_has_a_cost() -> None:
    optional = {table.name for table in TABLES if not table.required} | {
        f"{table.name}.{field.name}"
        for table in TABLES
        for field in table.fields
        if not field.required
    }
    assert COSTS.keys() | FREE == optional
    assert not COSTS.keys() & FREE
