"""A browser gets the page at /: all of it from here, small, and under a strict policy."""

from __future__ import annotations

import json
import re

from fastapi.testclient import TestClient

from app.web.page_files import page_files

MAX_BYTES = 300_000
NAMESPACE = "http://www.w3.org/2000/svg"  # which nothing fetches
ELSEWHERE = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+""")


def words(language: str) -> dict[str, str]:
    text = page_files().files[f"words/{language}.js"].content.decode()
    found: dict[str, str] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return found


def test_the_page_and_all_that_it_loads_are_served(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    loaded = re.findall(r'(?:href|src)="(page/[^"]+)"', page.text)
    assert len(loaded) > 20
    for path in loaded:
        answer = client.get(f"/{path}")
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["cache-control"]
    assert client.get("/page/an-older-one/main.js").headers["cache-control"] == "no-cache"
    assert client.get("/page/x/none.js").status_code == 404
    assert client.get("/page/x/..%2Fpage_files.py").status_code == 404


def test_nothing_but_this_host_may_be_asked(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name, one in page_files().files.items():
        if name.endswith((".js", ".css", ".html", ".svg")):
            text = one.content.decode().replace(NAMESPACE, "")
            assert not ELSEWHERE.findall(re.sub(r"[\w.]+\.w3\.org[^\"'`]*", "", text)), name
            assert not re.search(r"<script>|\son\w+=\"|style=\"", text) or name.startswith(
                "vendor/"
            )


def test_it_is_small_and_names_the_licences_of_others() -> None:
    files = page_files().files
    assert sum(len(one.content) for one in files.values()) <= MAX_BYTES
    licences = files["vendor/LICENSES.txt"].content.decode()
    for name in files:
        if name.startswith(("vendor/", "font/")) and not name.endswith(".txt"):
            assert name.removeprefix("vendor/") in licences


def test_both_languages_say_the_same_things() -> None:
    english, german = words("en"), words("de")
    assert english.keys() == german.keys()
    for key, text in english.items():
        given = re.compile(r"\{(\w+)\}")
        assert {*given.findall(text)} == {*given.findall(german[key])}, key


def test_every_word_that_is_said_is_in_the_table() -> None:
    known, own = words("en"), re.compile(r'say\((?:[^"`()]*\? )?"([\w.]+)"(?: : "([\w.]+)")?')
    for name, one in page_files().files.items():
        if name.endswith(".js") and not name.startswith(("vendor/", "words/")):
            for keys in own.findall(one.content.decode()):
                assert {*filter(None, keys)} <= known.keys(), (name, keys)
