"""Bearer tokens: whose they are, and what is no token of ours."""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from pydantic import SecretStr

from app.api.tokens import Tokens
from app.errors import InvalidTokenError
from app.settings import InvalidSettingError, Settings

SECRET = "a secret of thirty-two bytes or more"
PRIVATE, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PEM = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def tokens(**given: Any) -> Tokens:
    made = Tokens.of(Settings(**given))
    assert made is not None
    return made


def shared(secret: str = SECRET, **given: Any) -> Tokens:
    return tokens(token_secret=SecretStr(secret), **given)


def jwk(private: Ed25519PrivateKey, kid: str) -> dict[str, Any]:
    return {**OKPAlgorithm.to_jwk(private.public_key(), as_dict=True), "kid": kid, "alg": "EdDSA"}


def signed(claims: dict[str, Any], key: Any = SECRET, alg: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, alg, headers=header)


def test_a_secret_verifies_whose_token_it_is() -> None:
    assert shared().subject(signed({"sub": "42"})) == "42"
    assert shared().subject(signed({"sub": "42", "exp": time.time() + 60})) == "42"


def test_a_public_key_verifies_what_its_private_key_signed() -> None:
    for pem in (PEM.decode(), PEM.decode().replace("\n", "\\n")):  # as an environment may hold it
        assert shared(pem).subject(signed({"sub": "ada"}, PRIVATE, "EdDSA")) == "ada"
        with pytest.raises(InvalidTokenError):
            shared(pem).subject(signed({"sub": "ada"}, OTHER, "EdDSA"))


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


DEEP = base64.urlsafe_b64encode(b"[" * 5_000).decode()
NOW = time.time()
BAD: dict[str, str] = {
    "no token": "nonsense",
    "nothing": "",
    "unsigned": f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment({'sub': '42'})}.",
    "another secret": signed({"sub": "42"}, "another secret of thirty-two bytes or more"),
    "another algorithm": signed({"sub": "42"}, SECRET + SECRET, "HS512"),
    "expired": signed({"sub": "42", "exp": NOW - 60}),
    "not yet valid": signed({"sub": "42", "nbf": NOW + 60}),
    "of nobody": signed({"name": "42"}),
    "of a number": jwt.api_jws.encode(b'{"sub": 42}', SECRET),
    "for another service": signed({"sub": "42", "aud": "another"}),
    "changed": signed({"sub": "42"}).replace(".", ".e", 1),
    "too long": signed({"sub": "4" * 9_000}),
    "nested deeply": f"{DEEP}.{DEEP}.{DEEP}",
}


@pytest.mark.parametrize("way", BAD)
def test_what_is_not_a_valid_token_of_ours_is_refused(way: str) -> None:
    with pytest.raises(InvalidTokenError):
        shared().subject(BAD[way])


def test_a_public_key_is_not_taken_for_a_secret() -> None:
    """A token that says HS256, signed with the bytes of the public key, which everybody has."""
    head, claims = _segment({"alg": "HS256", "typ": "JWT"}), _segment({"sub": "42"})
    signature = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{claims}".encode(), PEM)
    forged = f"{head}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
    with pytest.raises(InvalidTokenError):
        shared(PEM.decode()).subject(forged)


def test_issuer_and_audience_are_checked_where_they_are_set() -> None:
    strict = shared(token_issuer="https://id.example", token_audience="feed")
    right = {"sub": "42", "iss": "https://id.example", "aud": ["feed", "other"]}
    assert strict.subject(signed(right)) == "42"
    for wrong in ({"iss": "https://evil.example"}, {"aud": "other"}):
        with pytest.raises(InvalidTokenError):
            strict.subject(signed(right | wrong))
    with pytest.raises(InvalidTokenError):
        strict.subject(signed({"sub": "42"}))


def test_a_file_of_keys_may_change_while_it_is_in_use(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(PRIVATE, "first")]}))
    verifier = tokens(token_jwks=file)
    assert verifier.subject(signed({"sub": "42"}, PRIVATE, "EdDSA", kid="first")) == "42"
    assert verifier.subject(signed({"sub": "42"}, PRIVATE, "EdDSA")) == "42"  # the only key
    second = signed({"sub": "42"}, OTHER, "EdDSA", kid="second")
    with pytest.raises(InvalidTokenError, match="'second'"):
        verifier.subject(second)
    file.write_text(json.dumps({"keys": [jwk(PRIVATE, "first"), jwk(OTHER, "second")]}))
    os.utime(file, (NOW + 5, NOW + 5))
    assert verifier.subject(second) == "42"
    with pytest.raises(InvalidTokenError, match="None"):
        verifier.subject(signed({"sub": "42"}, PRIVATE, "EdDSA"))  # of which of the two?
    with pytest.raises(InvalidTokenError):
        verifier.subject(signed({"sub": "42"}, PRIVATE, "EdDSA", kid="second"))


def test_a_file_that_was_damaged_later_leaves_the_keys_in_use(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(PRIVATE, "first")]}))
    verifier = tokens(token_jwks=file)
    file.write_text("{")
    os.utime(file, (NOW + 5, NOW + 5))
    with pytest.raises(InvalidTokenError):
        verifier.subject(signed({"sub": "42"}, OTHER, "EdDSA", kid="second"))
    assert verifier.subject(signed({"sub": "42"}, PRIVATE, "EdDSA", kid="first")) == "42"


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("short", "has 5 bytes, expected a random secret of 32 or more"),
        (PEM.decode().replace("M", "N"), "no public key of Ed25519"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_at_the_start(secret: str, says: str) -> None:
    with pytest.raises(InvalidSettingError, match=says):
        shared(secret)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "x"}]}'])
def test_a_file_that_holds_no_keys_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(text)
    with pytest.raises(InvalidSettingError, match="expected a JSON Web Key Set"):
        tokens(token_jwks=file)
    with pytest.raises(InvalidSettingError, match="expected a JSON Web Key Set"):
        tokens(token_jwks=tmp_path / "none.json")


def test_two_kinds_of_keys_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingError, match="both set"):
        shared(token_jwks=tmp_path / "jwks.json")


def test_without_a_key_there_are_no_tokens() -> None:
    assert Tokens.of(Settings()) is None
