"""Who shares a log shares its time."""

from __future__ import annotations

from pathlib import Path

from app.serving.shared_clock import SharedClock


def test_the_first_offset_holds_until_the_last_has_left(tmp_path: Path) -> None:
    log = tmp_path / "events.db"
    first, second = SharedClock(log), SharedClock(log)
    assert first.agree(5.25) == 5.25
    assert second.agree(7.0) == 5.25
    first.close()
    third = SharedClock(log)
    assert third.agree(8.0) == 5.25
    second.close()
    third.close()
    later = SharedClock(log)
    assert later.agree(9.5) == 9.5
    later.close()
