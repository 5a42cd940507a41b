"""What the feed does less well for each optional column that is missing."""

from __future__ import annotations

from typing import Final

COSTS: Final = {  # what costs nothing is left out
    "users.name": "people are shown by their ids",
    "users.created_at": "how new an account is plays no part",
    "users.interests": "newcomers begin with what is popular",
    "users.sensitive_ok": "nobody is taken to want sensitive tweets",
    "tweets.created_at": "a tweet's age plays no part, and none is too old",
    "tweets.text": "what a tweet says plays no part",
    "tweets.topic": "topics play no part",
    "tweets.has_media": "pictures play no part",
    "tweets.hashtags": "hashtags play no part",
    "tweets.in_reply_to_id": "replies are taken for tweets of their own",
    "tweets.conversation_id": "a thread is known by its replies alone",
    "tweets.visibility": "every tweet is taken to be public",
    "tweets.nsfw": "no model of sensitive tweets; none is filtered",
    "tweets.toxic": "no model of toxic tweets; none is filtered",
    "follows": "nothing is in network until somebody follows",
    "follows.created_at": "follows count as older than everything with a time",
    "interactions.tweet_id": "nothing is learned about tweets",
    "interactions.target_user_id": "follows, mutes and blocks need the tweet they came from",
    "interactions.created_at": "nothing can be replayed or tested in the order of time",
    "interactions.event_id": "an interaction given twice counts twice",
    "impressions": "what was shown and left alone is guessed",
    "impressions.created_at": "impressions count as older than everything with a time",
    "impressions.position": "a tweet's place on the page plays no part in training",
}
