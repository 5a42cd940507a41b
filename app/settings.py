"""All settings, each with its bounds and a sentence: `FORYOU_<NAME>`."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.setting_values import (
    ClockSetting,
    Factor,
    HeadWeights,
    Hours,
    Limit,
    Networks,
    RootPath,
    RulePrices,
    Share,
    Steps,
)

PREFIX: Final = "FORYOU_"


class InvalidSettingError(Exception):
    """A setting is not what it should be."""


class Settings(BaseSettings):
    """Read from the environment; frozen from the start on."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        env_ignore_empty=True,
    )

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """The port to listen on; 0 takes any that is free."""
    api_key: SecretStr | None = None
    """What a request must send as `X-API-Key` to write. Without one, only a direct request from
    this machine can write: to localhost, through no proxy, from no web page of another site."""
    read_key: SecretStr | None = None
    """What a server in front must send as `X-API-Key`, or as a bearer token, to read for anybody.
    Where this or a key for tokens is set, nobody reads without."""
    token_secret: SecretStr | None = None
    """What verifies bearer tokens, each of which reads only for its `sub`: a secret of 32 bytes or
    more (HS256), or the public key of Ed25519 in PEM (EdDSA)."""
    token_jwks: Path | None = None
    """A file of keys (JWKS) in place of `FORYOU_TOKEN_SECRET`, read again for a key it lacked."""
    token_issuer: str | None = None
    """Who must have issued a bearer token (`iss`)."""
    token_audience: str | None = None
    """For whom a bearer token must be (`aud`)."""
    root_path: RootPath = ""
    """The path under which a reverse proxy serves this, such as `/feed`, removed by it or not."""
    trusted_proxies: Networks = ()
    """The addresses or networks of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto`
    are believed, such as `10.0.0.0/8,192.168.1.7`."""
    cors_origins: tuple[str, ...] = ()
    """Web pages that may call the service from a browser, such as `["https://example.org"]`."""
    log_format: Literal["auto", "json", "pretty"] = "auto"
    """How the log is written; `auto` is pretty on a terminal, JSON elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is worth a line in the log; a request is, at `info`."""
    artifacts: Path = Path("artifacts")
    """Where training left the models and the state."""
    kernels: Path | None = None
    """Where compiled code is kept, so that a start need not compile; by default `kernels` beside
    the models. Where it cannot be written, a temporary folder takes its place."""
    bundle: str | None = None
    """The version of the models to serve, whatever is made current; by default what is current."""
    data_dir: Path | None = None
    """The tables that training must have seen as they are now; by default those it did see, if
    they are still there. Where nothing was trained they are served directly."""
    log: Path | None = None
    """The event log's file; by default `events.db` beside the models."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes answer; they share the event log."""
    max_queued_entries: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """How many entries may wait to be written; further requests are asked to retry."""
    max_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 4_194_304
    """How large the body of a request may be."""
    max_timelines: Annotated[int, Field(ge=1, le=10_000)] = 8
    """How many timelines, scores and recommendations one process computes at once, before 503."""
    max_connections: Annotated[int, Field(ge=8, le=1_000_000)] = 10_000
    """How many connections one process keeps open, where the system allows it as many files. The
    one that has waited longest for its client makes room for another."""
    header_seconds: Annotated[float, Field(gt=0, le=3_600)] = 10
    """How long a client may take to send the header of a request."""
    idle_seconds: Annotated[float, Field(gt=0, le=86_400)] = 75
    """How long a connection may stay open with nothing sent or read on it."""
    impressions: Literal["served", "client"] = "served"
    """Whether what was served counts as seen, or only what a client says was seen."""
    replay_hours: Annotated[float, Field(ge=0, le=10_000)] = 0.5
    """How long an answer is kept whole, by default as long as a cursor leads on; 0 keeps none."""
    replay_megabytes: Annotated[int, Field(ge=1, le=1_000_000)] = 512
    """How much room answers for replay take on disk, at most; the oldest go first."""
    served_hours: Annotated[float, Field(ge=0, le=10_000)] = 24
    """How long what was served is not served again, seen or not."""
    retention_hours: Annotated[float, Field(ge=1, le=1_000_000)] = 8_760
    """How long anything stays in memory, who was abusive included; it stays on disk."""
    retention_every: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000
    """After how many records of the event log memory is looked through for what is too old."""
    seen_false_positives: Annotated[float, Field(ge=0.0001, le=0.1)] = 0.005
    """Of what was never seen, the share taken for seen long ago."""
    snapshot_minutes: Annotated[float, Field(gt=0, le=100_000)] = 10
    """How often the state is written down, so that a restart has only the rest to read."""
    clock: ClockSetting = "auto"
    """`wall`; an instant, at which time stands still; or `auto`, the wall clock unless the newest
    event is older than the freshness window, from which event time then goes on."""

    preset: str = "balanced"
    """What each action is worth: `balanced`, `seed`, `twitter-2023` or `x-2026`."""
    weights: HeadWeights = {}
    """Weights of single heads in place of the preset's, per predicted probability, such as
    `{"reply": 5}`."""
    max_age_hours: Hours = 168
    """The freshness window: older tweets are not shown. Unless it is set, training derives it from
    the ages at which people engage; the default is that of a service without a model."""
    fresh_at_least: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Where fewer tweets are inside the window, the newest so many are."""

    in_network_limit: Limit = 200
    """Candidates by people the viewer follows, at most."""
    following_limit: Limit = 1_000
    """Candidates in the product `following`, which has no other source, at most."""
    graph_limit: Limit = 100
    """Candidates that the viewer's followees engaged with, at most."""
    out_of_network_limit: Limit = 100
    """Candidates near the viewer's taste, at most."""
    latest_share: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """The share of out-of-network candidates that is near the latest engagements alone."""
    latest_engagements: Annotated[int, Field(ge=1, le=64)] = 3
    """How many engagements `FORYOU_LATEST_SHARE` counts as the latest."""
    latest_hours: Hours = 48
    """How long an engagement counts as one of the latest; unless it is set, four times
    `FORYOU_SOURCE_HALF_LIFE_HOURS` of a trained model."""
    item_item_limit: Limit = 50
    """Candidates that go with what the viewer engaged with, at most."""
    communities_limit: Limit = 50
    """Candidates from the viewer's communities, at most."""
    popular_limit: Limit = 50
    """Candidates that everybody engages with, at most."""
    evidence_limit: Limit = 300
    """Candidates of ItemItem, and of MostPopular, at most, where a listwise stage ranks."""
    popular_max_following: Annotated[int, Field(ge=0, le=10_000)] = 10
    """Viewers who follow at most this many people are also offered popular tweets."""
    newcomer_limit: Annotated[int, Field(ge=1, le=5_000)] = 300
    """Popular candidates for viewers with no history, at most."""
    min_social_proof: Annotated[int, Field(ge=1, le=100)] = 1
    """How many followees must have engaged with a candidate of Graph."""
    proof_hours: Hours = 168
    """How long a followee's engagement counts for a candidate of Graph; unless it is set, the
    freshness window of a trained model."""
    source_half_life_hours: Hours = 12
    """How fast tweets fade while candidates are gathered. Unless it is set, training takes the
    median age at which people engage; the default is that of a service without a model."""

    follow_recs_limit: Limit = 50
    """Candidates by people whom the viewer might want to follow, at most."""
    follow_recs_people: Annotated[int, Field(ge=1, le=100)] = 10
    """How many people to follow are recommended as authors of candidates, at most."""
    friends_weight: Share = 0.25
    """The weight of followees who follow a person, when recommending whom to follow."""
    follows_you_weight: Share = 0.10
    """The weight of a person following the viewer, when recommending whom to follow."""
    taste_weight: Share = 0.20
    """The weight of nearness to the viewer's taste, when recommending whom to follow."""
    newly_joined_weight: Share = 0.20
    """The weight of having joined lately, when recommending whom to follow."""
    popular_weight: Share = 0.25
    """The weight of having many followers, when recommending whom to follow."""
    newly_joined_half_life_hours: Hours = 720
    """The half-life of having joined lately, when recommending whom to follow."""
    newcomer_exploration: Share = 0.5
    """The share of tweets, but for the best three, that wait by chance until others were shown, so
    that not all newcomers see the same; less with all that they do."""
    explore_limit: Limit = 10
    """Candidates on a topic that the viewer may have come to like, at most."""

    nsfw_steps: Steps = ((0.8, 0.1), (0.2, 0.7))
    """Above a probability of NSFW scores are multiplied by a factor; the highest step counts."""
    toxicity_steps: Steps = ((0.7, 0.1), (0.2, 0.8))
    """Above a probability of toxicity scores are multiplied by a factor; the highest counts."""
    recency_half_life_hours: Hours = 720
    """The time in which a score halves. Unless it is set, a trained model's scores do not fade,
    because the ranker knows the age; the default is that of a service without a model."""
    recency_floor: Share = 0.25
    """What a tweet keeps of its score however old it is."""
    out_of_network_factor: Factor = 0.85
    """What the score of a tweet by somebody the viewer does not follow is multiplied by."""
    see_fewer_hours: Hours = 336
    """How long no tweet is shown by an author of whom the viewer wants to see less."""
    fatigue_hours: Hours = 3_360
    """How long tweets of such an author are worth less after that time, in four steps."""
    fatigue_lowest: Factor = 0.2
    """The factor of the first step of `FORYOU_FATIGUE_HOURS`."""
    hide_orphaned_replies: bool = True
    """Whether a reply is hidden where what it answers is deleted, or by somebody whom a block in
    either direction or the viewer's mute keeps away."""
    unsafe_nsfw: Factor = 0.3
    """From this probability on hidden as NSFW, unless allowed; unset, a model's own counts."""
    unsafe_toxicity: Factor = 0.3
    """From this probability on hidden as toxic; unset, a trained model's own threshold counts."""
    unsafe_though_denied: Factor = 0.95
    """Tweets declared to be neither NSFW nor toxic are hidden from this probability on."""

    rules: Literal["best", "balanced", "varied"] = "balanced"
    """How far the order of the value gives way to rules: `best` is not at all."""
    budget: Share | None = None
    """What ten places may lose of their value to rules, in place of that of `FORYOU_RULES`."""
    prices: RulePrices = {}
    """What single rules pay at most, of the value of ten places, such as `{"topic": 0.01}`."""
    in_network_share: Share = 0.50
    """The share of places for people the viewer follows, where `share` has a price."""
    graph_share: Share = 0.15
    """The share of places for what the viewer's followees engaged with."""
    out_of_network_share: Share = 0.35
    """The share of places for strangers near the viewer's taste."""
    item_item_share: Share = 0.1
    """The share of places for what goes with what the viewer engaged with."""
    follow_recs_share: Share = 0.05
    """The share of places for people whom the viewer might want to follow."""
    explore_share: Share = 0.10
    """The share of places kept, at their price, for what the viewer may have come to like."""

    @property
    def log_file(self) -> Path:
        """Where the event log is."""
        return self.log or self.artifacts / "events.db"

    @property
    def kernels_folder(self) -> Path:
        """Where compiled code is kept; `ml.kernel_folder` reads the same from the environment."""
        return self.kernels or self.artifacts / "kernels"

    @cached_property
    def fingerprint(self) -> str:
        """A hash that is equal for equal settings, whatever the secrets."""
        values = self.model_dump_json(exclude={"api_key", "read_key", "token_secret"})
        return blake2b(values.encode(), digest_size=6).hexdigest()
