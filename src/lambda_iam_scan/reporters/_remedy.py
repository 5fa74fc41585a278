"""What to change, in the language of the template that it is to be changed in."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.inert import lines, plain
from lambda_iam_scan.least_privilege import Sub, yaml_lines
from lambda_iam_scan.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Remedy:
    """A sentence, perhaps a fragment of `language` to put into place, perhaps another way. Lines are inert."""

    sentence: str
    code: tuple[str, ...] = ()
    language: str = ""
    otherwise: str = ""


def remedy(finding: Finding) -> Remedy | None:
    """From a finding's suggestion: prose stays prose, policy statements become YAML where the template is YAML."""
    if not finding.suggestion:
        return None
    statements, rest = _statements(finding.suggestion)
    if not statements:
        return _as_written(finding.suggestion)
    sentence, otherwise = _sentence(finding, statements), plain(" ".join(rest.split()))
    if _in_yaml(finding):
        written = "\n".join(yaml_lines(_with_sub(statements, Sub)))
        return Remedy(sentence, lines(written), "yaml", otherwise)
    written = ",\n".join(json.dumps(_with_sub(statement, _fn_sub), indent=2, ensure_ascii=False) for statement in statements)
    return Remedy(sentence, lines(written), "json", otherwise)


def remedy_lines(finding: Finding) -> tuple[str, ...]:
    """The remedy as plain lines, for formats without layout of their own."""
    found = remedy(finding)
    return () if found is None else (found.sentence, *found.code, *((found.otherwise,) if found.otherwise else ()))


def _as_written(suggestion: str) -> Remedy:
    head, *body = lines(suggestion)
    if re.match(r"[A-Za-z][\w:-]*:( |$)", head):
        return Remedy("write this into the template:", (head, *body), "yaml")
    return Remedy(head, tuple(body), "yaml" if body else "")


def _sentence(finding: Finding, statements: list[dict[str, Any]]) -> str:
    if any("Principal" in statement for statement in statements):
        return "add to the trust policy:" if finding.code == "LIS302" else "add to the resource's policy:"
    return "add to the role:" if finding.code.startswith(("LIS1", "LIS3")) else "what is needed of it:"


def _statements(text: str) -> tuple[list[dict[str, Any]], str]:
    """Policy statements (JSON, with commas between) at the beginning, and the prose after them."""
    found: list[dict[str, Any]] = []
    rest = text
    with contextlib.suppress(ValueError, RecursionError):
        while rest.startswith("{"):
            statement, end = json.JSONDecoder().raw_decode(rest)
            found.append(statement)
            rest = rest[end:].lstrip(", \n")
    return found, rest


def _in_yaml(finding: Finding) -> bool:
    paths = (finding.location.path, (finding.function or "").rpartition("#")[0])
    return any(path.endswith((".yaml", ".yml")) for path in paths)


def _with_sub(value: Any, sub: Callable[[str], Any]) -> Any:
    """Strings that name something of the template get their `!Sub` or `Fn::Sub`."""
    if isinstance(value, dict):
        return {key: _with_sub(item, sub) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_sub(item, sub) for item in value]
    return sub(value) if isinstance(value, str) and _NAMES.search(value) else value


def _fn_sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


_NAMES = re.compile(r"\$\{(?!aws:)[A-Za-z0-9:._]+\}")
