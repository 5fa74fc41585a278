"""Directives accept findings, declare needs, and are reported when they do neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from lambda_iam_scan.directives import Directive, Directives
from lambda_iam_scan.model.finding import Finding
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text, Token, TokenKind
from lambda_iam_scan.suppress import Suppressed, suppress, with_declared
from tests.reporters.sample import FILES, FINDINGS, ORDERS, STORE, TABLE, TEMPLATE, MemoryTree


def directives(**changed: str) -> tuple[Directive, ...]:
    files = FILES | {{"store": "src/store.py", "template": "template.yaml"}[name]: text for name, text in changed.items()}
    return Directives(MemoryTree(files)).of(files)


def at_line(text: str, number: int, comment: str) -> str:
    lines = text.split("\n")
    lines[number - 1] += f"  # lambda-iam-scan: {comment}"
    return "\n".join(lines)


def left(result: Suppressed) -> list[str]:
    return [finding.code for finding in result.findings]


def test_a_finding_on_the_line_is_accepted() -> None:
    result = suppress(FINDINGS, directives(store=at_line(STORE, 9, "ignore[LIS101] granted by hand")))
    assert left(result) == ["LIS901", "LIS203", "LIS201", "LIS902"]
    assert result.count == 1


@pytest.mark.parametrize(("line", "comment"), [(8, "ignore[LIS101]"), (9, "ignore[LIS102]"), (9, "ignore[LIS901]")])
def test_another_line_or_code_accepts_nothing_and_is_noted(line: int, comment: str) -> None:
    result = suppress(FINDINGS[:1], directives(store=at_line(STORE, line, comment)))
    assert left(result) == ["LIS101", "LIS904"]
    assert result.findings[1].location.line == line
    assert result.count == 0


def test_one_of_two_codes_may_be_unused() -> None:
    result = suppress(FINDINGS[:1], directives(store=at_line(STORE, 9, "ignore[LIS101,LIS103] x")))
    assert [finding.message for finding in result.findings] == ["this ignore[LIS103] accepts nothing: no such finding here"]


def test_any_line_of_a_span_will_do() -> None:
    spanning = replace(FINDINGS[3], location=Location("template.yaml", 15, 15, 17, 28))
    for line in (15, 16, 17):
        assert left(suppress([spanning], directives(template=at_line(TEMPLATE, line, "ignore[LIS201] x")))) == []


def test_a_finding_on_a_file_as_a_whole_is_not_accepted_by_a_line() -> None:
    assert left(suppress(FINDINGS[4:], directives(template=at_line(TEMPLATE, 1, "ignore[LIS902] x")))) == ["LIS902", "LIS904"]


def test_metadata_of_a_function_accepts_its_findings_in_code() -> None:
    template = TEMPLATE.replace("    Properties:", "    Metadata:\n      lambda-iam-scan: ignore[LIS101] granted by hand\n    Properties:")
    assert left(suppress(FINDINGS[:1], directives(template=template))) == []
    other: Finding = replace(FINDINGS[0], function="template.yaml#Other")
    assert left(suppress([other], directives(template=template))) == ["LIS101", "LIS904"]


def test_a_misspelled_directive_is_noted() -> None:
    [note] = suppress((), directives(store=at_line(STORE, 9, "ignore LIS101"))).findings
    assert (note.code, note.location.path, note.location.line) == ("LIS904", "src/store.py", 9)


def declared(*given: Directive) -> tuple[int, tuple[Requirement, ...]]:
    code, needs = with_declared(ORDERS.function, ORDERS.code, given)
    return len(code.gaps), needs


def needs(text: str, line: int = 10) -> Iterable[Directive]:
    return directives(store=at_line(STORE, line, text))


def test_a_declared_need_answers_the_gap_on_its_line() -> None:
    gaps, [requirement] = declared(*needs("needs s3:PutObject arn:aws:s3:::order-archive/x by choice"))
    assert gaps == 0
    assert (requirement.action, requirement.source, requirement.need) == ("s3:PutObject", Source.DECLARED, Necessity.ALWAYS)
    assert requirement.resources == (Text.of("arn:aws:s3:::order-archive/x"),)
    assert requirement.reason == "by choice"


def test_a_declared_need_elsewhere_leaves_the_gap() -> None:
    gaps, found = declared(*needs("needs s3:PutObject", line=8))
    assert gaps == 1
    assert found[0].resources[0].unknown


def test_names_of_the_template_are_the_templates_tokens() -> None:
    _, [requirement] = declared(*needs("needs dynamodb:Query arn:${AWS::Partition}:dynamodb:*:*:table/${OrdersTable}/${Other}"))
    tokens = [part for part in requirement.resources[0].parts if isinstance(part, Token)]
    assert tokens == [Token("AWS::Partition", TokenKind.OWN), TABLE, Token("Other", TokenKind.PARAMETER)]


def test_a_need_declared_in_the_template_is_its_functions() -> None:
    inside = directives(template=at_line(TEMPLATE, 8, "needs s3:GetObject"))
    outside = directives(template=at_line(TEMPLATE, 3, "needs s3:GetObject"))
    assert [need.action for need in declared(*inside)[1]] == ["s3:GetObject"]
    assert declared(*outside)[1] == ()


def test_a_need_declared_in_a_module_that_the_function_does_not_reach_is_not_its() -> None:
    [directive] = Directives(MemoryTree({"other.py": "x = 1  # lambda-iam-scan: needs s3:GetObject\n"})).of(["other.py"])
    assert declared(directive) == (1, ())
