"""What `inert` lets through, and what it does not."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan import inert


@given(st.text())
def test_plain_is_printable_and_keeps_printable_text(text: str) -> None:
    assert inert.plain(text).isprintable()
    if text.isprintable():
        assert inert.plain(text) == text


@pytest.mark.parametrize(("text", "shown"), [("a\x1b[31mb", "a\\x1b[31mb"), ("a\nb", "a\\x0ab"), ("\u202edcba", "\\u202edcba")])
def test_what_is_not_printable_shows_as_its_escape(text: str, shown: str) -> None:
    assert inert.plain(text) == shown


@given(st.text())
def test_plain_text_is_fit_for_xml(text: str) -> None:
    element = ET.Element("e", {"a": inert.plain(text)})
    assert ET.fromstring(ET.tostring(element)).get("a") == inert.plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nothing needs it, and (perhaps) never will", "nothing needs it, and (perhaps) never will"),
        ("s3:GetObject on arn:aws:s3:::b/* is needed.", "`s3:GetObject` on `arn:aws:s3:::b/*` is needed."),
        ("by @octocat", "by `@octocat`"),
        ("see https://evil.example/x", "see `https://evil.example/x`"),
        ("<img src=x onerror=alert(1)>", "`<img` `src=x` `onerror=alert(1)>`"),
        ("[a](b)", "`[a](b`)"),
        ("a`b`c", "``a`b`c``"),
        ("fix #12 and GH-1", "fix `#12` and `GH-1`"),
        ("deadbeef cafe", "`deadbeef` cafe"),
        ("5 of 10 *wide*", "5 of 10 `*wide*`"),
        ("![alt](x)", "`![alt](x`)"),
    ],
)
def test_markdown_leaves_words_and_puts_the_rest_into_code(text: str, shown: str) -> None:
    assert inert.markdown(text) == shown


def test_code_spans_end_where_they_should() -> None:
    assert inert.code("a") == "`a`"
    assert inert.code("`") == "`` ` ``"
    assert inert.code("a``b") == "```a``b```"
    assert inert.html_code("<b>&") == "<code>&lt;b&gt;&amp;</code>"


def test_a_fence_is_longer_than_any_in_its_text() -> None:
    assert inert.fenced("```\n<b>\n```", "yaml").splitlines() == ["````yaml", "```", "<b>", "```", "````"]


def test_workflow_commands_stay_one_line() -> None:
    assert inert.command_text("a\n::error::b 100%") == "a%0A::error::b 100%25"
    assert inert.command_property("a:b,c\nd") == "a%3Ab%2Cc\\x0ad"


def test_paths_become_relative_uris() -> None:
    assert inert.uri("a b/c:d?#%.py") == "a%20b/c%3Ad%3F%23%25.py"


def test_graph_labels() -> None:
    assert inert.mermaid('a"]; click x') == "a#34;#93;#59; click x"
    assert inert.dot('a"b\\') == 'a\\"b\\\\'
