"""Settings of a process, whatever feed it serves: `FORYOU_<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.setting_values import ClockSetting, LogLocation, Networks, RootPath, stand_in
from ml.environment import DEFAULT_ARTIFACTS

PREFIX: Final = "FORYOU_"


class ProcessSettings(BaseSettings):
    """Where it listens, whom it believes, what it keeps where, and how much of it."""

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
    otlp_endpoint: HttpUrl | None = None
    """The collector to which a trace of every request is sent over OTLP and HTTP, such as
    `http://127.0.0.1:4318`; by default none. It needs the extra `otlp`."""
    artifacts: Path = DEFAULT_ARTIFACTS
    """Where training left the models and the state."""
    store: str | None = None
    """Where machines without a common folder share bundles and snapshots, such as
    `s3://bucket/prefix`: `foryou push` publishes there, and each fetches what it serves."""
    kernels: Path | None = None
    """Where compiled code is kept, so that a start need not compile; by default `kernels` beside
    the models. Where it cannot be written, a temporary folder takes its place."""
    bundle: str | None = None
    """The version of the models to serve, whatever is made current; by default what is current."""
    data_dir: Path | None = None
    """The tables that training must have seen as they are now; by default those it did see, if
    they are still there. Where nothing was trained they are served directly."""
    log: LogLocation | None = None
    """The event log: a file, by default `events.db` beside the models, or a database in Postgres
    that any number of machines share, such as `postgresql://user@host/database`."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes answer; they share the event log."""
    max_queued_entries: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """How many entries may wait to be written; further requests are asked to retry."""
    max_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 4_194_304
    """How large the body of a request may be."""
    max_timelines: Annotated[int, Field(ge=1, le=10_000)] = 8
    """How many timelines, scores and recommendations one process has in hand, those that wait for
    their turn among them, before 503: a process that paused for 0.15 s at 50 requests a second has
    eight."""
    max_connections: Annotated[int, Field(ge=8, le=1_000_000)] = 10_000
    """How many connections one process keeps open, where the system allows it as many files. The
    one that has waited longest for its client makes room for another."""
    header_seconds: Annotated[float, Field(gt=0, le=3_600)] = 10
    """How long a client may take to send the header of a request."""
    idle_seconds: Annotated[float, Field(gt=0, le=86_400)] = 75
    """How long a connection may stay open with nothing sent or read on it."""
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 0
    """How long a process that is to end still answers while its `/readyz` says 503, so that a proxy
    which looks there sends it nothing any more when connections are refused."""
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

    @property
    def log_location(self) -> Path | str:
        """Where the event log is: a file, or the URL of a database."""
        return self.log or self.artifacts / "events.db"

    @property
    def log_file(self) -> Path:
        """What snapshots lie beside: the event log's file, or what stands for its database."""
        return stand_in(self.log_location, self.artifacts)

    @property
    def kernels_folder(self) -> Path:
        """Where compiled code is kept; `ml.kernel_folder` reads the same from the environment."""
        return self.kernels or self.artifacts / "kernels"
