"""Bearer tokens (RFC 7519): whose they are, once a signature has been verified."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import jwt
from jwt.algorithms import OKPAlgorithm

from app.errors import InvalidTokenError
from app.settings import InvalidSettingError, Settings

ALGORITHMS: Final = frozenset(
    ("HS256", "HS384", "HS512", "EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512",
     "PS256", "PS384", "PS512")
)  # fmt: skip
LEEWAY_SECONDS: Final = 10  # between the clock of who signed and ours
MAX_CHARACTERS: Final = 8_192
MIN_SECRET_BYTES: Final = 32  # RFC 7518, 3.2
PEM: Final = "-----BEGIN"

logger = logging.getLogger(__name__)


class Keys(Protocol):
    """Where the key of a token comes from."""

    def find(self, token: str) -> jwt.PyJWK:
        """The key that must have signed a token.

        Raises:
            InvalidTokenError: no key of ours can have signed it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    keys: Keys
    issuer: str | None
    audience: str | None

    @classmethod
    def of(cls, settings: Settings) -> Tokens | None:
        """What verifies tokens with these settings; None where they name no key.

        Raises:
            InvalidSettingError: the key cannot be used.
        """
        secret, file = settings.token_secret, settings.token_jwks
        if secret is not None and file is not None:
            raise InvalidSettingError(
                "FORYOU_TOKEN_SECRET and FORYOU_TOKEN_JWKS are both set; unset the one"
            )
        if secret is not None:
            keys: Keys = OneKey(_key(secret.get_secret_value()))
        elif file is not None:
            keys = KeySet(file)
        else:
            return None
        return cls(keys, settings.token_issuer, settings.token_audience)

    def subject(self, token: str) -> str:
        """The id of the user whose token this is.

        Raises:
            InvalidTokenError: it is not signed with our key, is not valid now, or names nobody.
        """
        if len(token) > MAX_CHARACTERS:
            raise InvalidTokenError(f"the bearer token has more than {MAX_CHARACTERS} characters")
        try:
            key = self.keys.find(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # the key's: a token must not choose
                issuer=self.issuer,
                audience=self.audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["sub"]},
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise InvalidTokenError(f"the bearer token is not valid: {error}") from error
        return str(claims["sub"])


@dataclass(frozen=True, slots=True)
class OneKey:
    """The one key that signs all tokens."""

    key: jwt.PyJWK

    def find(self, token: str) -> jwt.PyJWK:
        return self.key


class KeySet:
    """The keys of a file (JWKS, RFC 7517), which is read again once it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._changed, self._keys = self._read()

    def find(self, token: str) -> jwt.PyJWK:
        kid = jwt.get_unverified_header(token).get("kid")
        found = self._named(kid)
        if found is None and self._refreshed():
            found = self._named(kid)
        if found is None:
            raise InvalidTokenError(
                f"no key of this service has the token's kid, {str(kid)[:60]!r}"
            )
        return found

    def _refreshed(self) -> bool:
        """Whether the file has changed and its keys are now in use; a damaged one changes none."""
        try:
            if self._file.stat().st_mtime_ns == self._changed:
                return False
            self._changed, self._keys = self._read()
        except (OSError, InvalidSettingError) as error:
            logger.error("the keys in use stay: %s", error)
            return False
        return True

    def _named(self, kid: object) -> jwt.PyJWK | None:
        """The key of this name; a token may leave out the name where there is only one key."""
        if kid is None:
            return self._keys[0] if len(self._keys) == 1 else None
        return next((key for key in self._keys if key.key_id == kid), None)

    def _read(self) -> tuple[int, list[jwt.PyJWK]]:
        try:
            changed = self._file.stat().st_mtime_ns
            keys = jwt.PyJWKSet.from_dict(json.loads(self._file.read_text())).keys
        except (OSError, ValueError, TypeError, AttributeError, jwt.PyJWTError) as error:
            raise InvalidSettingError(
                f"FORYOU_TOKEN_JWKS={self._file}: expected a JSON Web Key Set: {error}"
            ) from error
        for key in keys:
            if key.algorithm_name not in ALGORITHMS:
                raise InvalidSettingError(
                    f"FORYOU_TOKEN_JWKS={self._file}: {key.algorithm_name} is not supported; "
                    f"expected one of {', '.join(sorted(ALGORITHMS))}"
                )
        return changed, keys


def _key(given: str) -> jwt.PyJWK:
    """The key in a setting: the public key of Ed25519 in PEM, or a secret for HS256."""
    if PEM not in given:
        if len(given.encode()) < MIN_SECRET_BYTES:
            raise InvalidSettingError(
                f"FORYOU_TOKEN_SECRET has {len(given.encode())} bytes, expected a random secret of "
                f"{MIN_SECRET_BYTES} or more, or the public key of Ed25519 in PEM"
            )
        encoded = jwt.utils.base64url_encode(given.encode()).decode()
        return jwt.PyJWK({"kty": "oct", "k": encoded}, "HS256")
    try:
        public = OKPAlgorithm().prepare_key(given.replace("\\n", "\n"))
        return jwt.PyJWK(OKPAlgorithm.to_jwk(public, as_dict=True), "EdDSA")
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidSettingError(
            f"FORYOU_TOKEN_SECRET is in PEM, but is no public key of Ed25519: {error}"
        ) from error
