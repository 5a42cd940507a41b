"""What the page on transparency says, from the settings that serve."""

from __future__ import annotations

from typing import Final

from app.schemas.transparency import Explained, KeptView, ProductChoice
from app.settings import Settings

CHANGE: Final = [
    Explained(
        what="Say it in a sentence",
        how="POST /steering/{user_id}, such as 'less politics for 3 days, no spoilers': it holds "
        "until it expires or is revoked, and every explanation names its factor.",
    ),
    Explained(
        what="Follow, mute or block somebody, or mute a word",
        how="POST /events: a block or a mute holds everywhere; whom you follow is proposed first.",
    ),
    Explained(
        what="Say that a tweet does not interest you",
        how="POST /events with not_interested: its author is not shown for a while, then lower.",
    ),
    Explained(
        what="Choose another feed",
        how="PUT /transparency/{user_id}: it answers from then on, until you choose again.",
    ),
    Explained(
        what="Ask why, and try other settings",
        how="GET /timeline/{user_id}/why/{tweet_id} and POST /timeline/{user_id}/preview: nothing "
        "is kept of either.",
    ),
]
PRODUCTS: Final = [
    ProductChoice(
        name="for_you",
        about="The tweets that you most likely want to see, by what you did before.",
        profiling=True,
    ),
    ProductChoice(
        name="following",
        about="Everything by the people you follow, newest first.",
        profiling=False,
    ),
    ProductChoice(
        name="without_profiling",
        about="What the people you follow wrote and what many read, newest first. Everybody with "
        "the same follows, blocks and seen tweets gets the same feed.",
        profiling=False,
    ),
]
RIGHTS: Final = [
    Explained(
        what="Take your data with you",
        how="GET /users/{user_id}/data: all that is kept of you, as JSON.",
    ),
    Explained(
        what="Be erased",
        how="DELETE /users/{user_id}: profile, tweets, actions, preferences and answers are "
        "removed, from memory at once, from the files with the next snapshot.",
    ),
    Explained(
        what="See an answer again",
        how="GET /replay/{request_id}: a timeline as you were served it, while it is kept.",
    ),
]


def kept(settings: Settings) -> list[KeptView]:
    """What is kept of a person, and for how long under these settings."""
    memory = f"in memory for {_long(settings.retention_hours)}; in the log until you are erased"
    replay = settings.replay_hours
    return [
        KeptView(what="Your profile and your tweets", how_long="until you change or erase them"),
        KeptView(what="What you did: likes, replies, follows, mutes, blocks", how_long=memory),
        KeptView(
            what="What you were shown",
            how_long=f"not shown again for {_long(settings.served_hours)}; {memory}",
        ),
        KeptView(
            what="Whole answers",
            how_long=_long(replay) if replay else "not kept",
        ),
        KeptView(
            what="What you asked of your feed",
            how_long="until it expires, is revoked, or you are erased",
        ),
        KeptView(
            what="Your tastes, as numbers",
            how_long="computed anew from the above; never stored by themselves",
        ),
    ]


def _long(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:g} minutes"
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"
