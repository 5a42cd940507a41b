"""Who there is and what was said: the facts that no action changes."""

from __future__ import annotations

from ml.state.moment import UNKNOWN_TIME as UNKNOWN_TIME
from ml.state.tweets import TAGS as TAGS
from ml.state.tweets import WORDS as WORDS
from ml.state.tweets import Tweets as Tweets
from ml.state.users import INTERESTS as INTERESTS
from ml.state.users import Users as Users
