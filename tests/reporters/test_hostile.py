"""A project whose every name, path and string attacks whoever reads the report: inert in every format."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
import yaml

from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.finding import ChangeKind, Finding, PermissionChange, Related, Report
from lambda_iam_scan.model.source import Frame, Location
from lambda_iam_scan.model.text import Text, Token, TokenKind
from lambda_iam_scan.plugins import load, names
from tests.reporters.sample import FINDINGS, ORDERS, REPORT, MemoryTree, Style

EVIL = (
    "\x1b[31m\x1b]8;;https://evil.example\x07@octocat\r\n::error file=x::y\n# [link](https://evil.example) <img src=x onerror=alert(1)>"
    ' ![i](https://evil.example/i.png) `code` </details> --> "]; click n0 "https://evil.example" \u202e#1 GH-1 </testcase>]]> '
    "${x} %{y} {0} \x00 \u2028www.evil.example https://evil.example \U000e0041"
)
PATH = f"src/{EVIL}.py"


def hostile() -> Report:
    place = Location(PATH, 1, 1, 1, 5)
    function = replace(ORDERS.function, id=f"{PATH}#{EVIL}", logical_id=EVIL, handler=EVIL, name=Text.of(EVIL), location=place)
    needs = tuple(
        replace(need, action=f"s3:{EVIL}", resources=(Text.of("arn:", Token(EVIL, TokenKind.PARAMETER), EVIL),))
        for need in ORDERS.requirements
    )
    calls = tuple(replace(call, service=EVIL, operation=EVIL, location=place, trace=(Frame(place, EVIL),)) for call in ORDERS.code.calls)
    gap = Gap(kind=GapKind.DYNAMIC_CODE, reason=EVIL, location=place)
    scan = replace(ORDERS, function=function, requirements=needs, code=replace(ORDERS.code, calls=calls, gaps=(gap,)))
    findings = tuple(hostile_finding(finding, place, function.id) for finding in FINDINGS)
    change = PermissionChange(function=function.id, action=EVIL, resource=EVIL, kind=ChangeKind.ADDED)
    return replace(REPORT, functions=(scan, replace(scan, comparison=None)), findings=findings, changes=(change,), extra=(("evil", EVIL),))


def hostile_finding(finding: Finding, place: Location, function: str) -> Finding:
    return replace(
        finding,
        message=EVIL,
        location=place,
        function=function,
        action=EVIL,
        resource=EVIL,
        notes=(EVIL,),
        members=(EVIL,),
        related=(Related(EVIL, place),),
        flow=(Frame(place, EVIL), Frame(place, EVIL)),
        suggestion=f"{EVIL}\n```\n{EVIL}",
    )


TREE = MemoryTree({PATH: EVIL})


def render(module: str, dialect: str = "", colour: bool = False) -> str:
    options = {"as": dialect} if dialect else {}
    text: str = load("reporters", module).render(hostile(), TREE, Style(colour=colour, options=options))
    return text


@pytest.mark.parametrize("module", names("reporters"))
def test_no_control_character_gets_through(module: str) -> None:
    text = render(module)
    assert text.isascii() or all(char.isprintable() or char == "\n" for char in text if ord(char) != 0xFE0F)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", text)


def test_colours_are_the_only_escapes_in_a_coloured_report() -> None:
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]{1,4}m", "", render("text", colour=True))


def test_concise_has_one_line_a_finding() -> None:
    assert len(render("concise").splitlines()) == len(FINDINGS)


def test_every_workflow_command_is_ours() -> None:
    assert [re.match(r"::(error|warning|notice) file=", line) is not None for line in render("github").splitlines()] == [True] * len(
        FINDINGS
    )
    assert all(line.count("::") >= 2 and "\r" not in line for line in render("github").splitlines())


def outside_code(markdown: str) -> str:
    """What a Markdown renderer reads as text: fenced blocks, code spans and code elements taken out."""
    text = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", markdown, flags=re.M | re.S)
    text = re.sub(r"<code>[^<]*</code>", "", text)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


def test_a_comment_names_nobody_links_nowhere_and_holds_no_markup_but_its_own() -> None:
    text = outside_code(render("markdown"))
    assert "@" not in text
    assert "](" not in text
    assert "://" not in text
    assert "www." not in text
    assert not re.search(r"#\d|GH-\d", text)
    assert set(re.findall(r"</?([a-z]+)", text)) == {"details", "summary", "sub"}
    assert text.count("<details>") == text.count("</details>")
    assert text.count("<!--") == 1
    assert {line[:4] for line in text.splitlines() if line.startswith("#")} == {"### "}


def test_a_comment_keeps_to_the_limit() -> None:
    many = replace(hostile(), findings=hostile().findings * 200)
    assert len(load("reporters", "markdown").render(many, TREE, Style())) < 65_536


def test_xml_and_json_can_be_read_back() -> None:
    cases = ET.fromstring(render("junit")).iter("testcase")
    assert len(list(cases)) == len(FINDINGS) * 2
    assert len(json.loads(render("gitlab"))) == len(FINDINGS)
    assert len(json.loads(render("sarif"))["runs"][0]["results"]) == len(FINDINGS)
    assert json.loads(render("json_v1"))["findings"][0]["message"] == EVIL
    assert len(json.loads(render("policy"))) == 1


def test_sarif_paths_are_relative_references() -> None:
    def uris(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["uri"]] if "uri" in node else []
            return own + [uri for value in node.values() for uri in uris(value)]
        return [uri for value in node for uri in uris(value)] if isinstance(node, list) else []

    assert {re.sub(r"[A-Za-z0-9._~/%-]", "", uri) for uri in uris(json.loads(render("sarif")))} == {""}


@pytest.mark.parametrize("dialect", ["sam", "cloudformation"])
def test_yaml_policies_hold_nothing_but_strings(dialect: str) -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!Sub", lambda loader, node: "sub")
    found = yaml.load(render("policy", dialect), Loader)
    assert list(found) == ["Resources"]
    assert all(list(resource) == ["Type", "Properties"] for resource in found["Resources"].values())


def test_terraform_holds_no_interpolation_but_ours() -> None:
    text = re.sub(r"^#.*$", "", render("policy", "terraform"), flags=re.M)
    assert set(re.findall(r"(?<!\$)\$\{([a-z]+)", text)) <= {"data", "var"}
    assert not re.search(r"(?<!%)%\{", text)


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        (
            "mermaid",
            r'flowchart LR|  n\d+(\(\["|\["|\{\{"|\[\(")[^"<>\[\]{}]*("\]\)|"\]|"\}\}|"\)\])|  n\d+ -\.?-> n\d+|  linkStyle [\d,]+ .*',
        ),
        ("dot", r'digraph permissions \{|  rankdir=LR;|  n\d+ \[shape=\w+, label="([^"\\]|\\.)*"\];|  n\d+ -> n\d+( \[[a-z=, ]+\])?;|\}'),
    ],
)
def test_every_line_of_a_graph_is_ours(dialect: str, line: str) -> None:
    assert [found for found in render("graph", dialect).splitlines() if not re.fullmatch(line, found)] == []


def test_graphml_is_xml_with_inert_labels() -> None:
    root = ET.fromstring(render("graph", "graphml"))
    texts = [text for text in root.itertext() if text.strip()]
    assert texts
    assert not [text for text in texts if any(ord(character) < 32 or character in "\u202e\u200b" for character in text.strip())]
