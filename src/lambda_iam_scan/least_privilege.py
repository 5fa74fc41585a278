"""The smallest policy that grants a function what it is known to need, and how to write it down.

Nothing is widened by putting statements together: actions share a statement only when they need exactly the same resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text, Token, TokenKind
from lambda_iam_scan.usage import nameable

CODE_SOURCES = frozenset({Source.CODE, Source.LIBRARY, Source.DECLARED})
"""Needs of the code itself. What Lambda needs (logs, event sources, features) SAM grants on its own."""

ANYTHING = Text.of("*")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One statement: sorted actions on sorted resources, under conditions (`StringEquals` on each key)."""

    actions: tuple[str, ...]
    resources: tuple[Text, ...]
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()


def grants(requirements: Iterable[Requirement], sources: frozenset[Source] | None = None) -> tuple[Grant, ...]:
    """Statements for every need that always applies (of some sources only, if given), sorted."""
    needed: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], set[Text]] = {}
    for requirement in requirements:
        if requirement.need is Necessity.ALWAYS and (sources is None or requirement.source in sources):
            key = requirement.action, _conditions(requirement)
            asked = requirement.resources or (ANYTHING,)
            needed.setdefault(key, set()).update(_on(choice) for resource in asked for choice in resource.choices)
    together: dict[tuple[Any, ...], set[str]] = {}
    for (action, conditions), resources in needed.items():
        chosen = (ANYTHING,) if ANYTHING in resources else tuple(sorted(resources, key=str))
        together.setdefault((chosen, conditions), set()).add(action)
    found = [Grant(tuple(sorted(actions)), chosen, conditions) for (chosen, conditions), actions in together.items()]
    return tuple(sorted(found, key=lambda grant: (grant.actions, [str(resource) for resource in grant.resources], grant.conditions)))


def _on(resource: Text) -> Text:
    return resource if nameable(resource) else ANYTHING


def _conditions(requirement: Requirement) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`iam:PassRole` is worth granting to one service only, so the service it is passed to is kept where it is known."""
    passed = [(key, values) for key, values in requirement.context if key.lower() == "iam:passedtoservice"]
    return tuple((key, tuple(sorted(str(value) for value in values))) for key, values in passed if all(v.literal for v in values))


Write = Callable[[Text], Any]
"""How a resource is written: a string for JSON, a tagged scalar for YAML ..."""


def statements(policy: Sequence[Grant], write: Write) -> list[dict[str, Any]]:
    """Policy statements as plain data; one action or resource stands alone, several in a list."""
    return [
        {
            "Effect": "Allow",
            "Action": _one_or_list(list(grant.actions)),
            "Resource": _one_or_list([write(resource) for resource in grant.resources]),
            **(
                {"Condition": {"StringEquals": {key: _one_or_list(list(values)) for key, values in grant.conditions}}}
                if grant.conditions
                else {}
            ),
        }
        for grant in policy
    ]


def _one_or_list(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


def as_json(resource: Text) -> str:
    """For a plain IAM policy: the deployment's own partition, region and account are `*`; other names stay `${Name}` to be filled in."""
    return "".join(_json_part(part) for part in resource.parts)


def _json_part(part: str | Token | Hole) -> str:
    if isinstance(part, Token):
        return "*" if part.kind is TokenKind.OWN else "${" + part.name + "}"
    return part if isinstance(part, str) else part.pattern


# Sub, in SAM and CloudFormation


@dataclass(frozen=True, slots=True)
class Sub:
    """The operand of `!Sub`."""

    template: str


_LOGICAL = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9.]+)?|AWS::[A-Za-z]+")


def as_sub(resource: Text) -> str | Sub:
    """For a CloudFormation template: `!Sub` where there is a name to fill in; what `!Sub` cannot name becomes `*`."""
    if not any(isinstance(part, Token) and _LOGICAL.fullmatch(part.name) for part in resource.parts):
        return "".join("*" if isinstance(part, Token) else _json_part(part) for part in resource.parts)
    return Sub("".join(_sub_part(part) for part in _by_attribute(resource)))


# What `Ref` gives for these is no name but a URL or the whole ARN: "Return values" of AWS::SQS::Queue, AWS::SNS::Topic and
# AWS::StepFunctions::StateMachine in the CloudFormation template reference. Of a secret only the ARN is there, from `Ref`.
_NAME_ATTRIBUTES = {":sqs:": "QueueName", ":sns:": "TopicName", ":states:": "Name"}


def _by_attribute(resource: Text) -> Iterator[str | Token | Hole]:
    suffix = next((part for part in resource.parts if isinstance(part, Token) and part.name.endswith(".Suffix")), None)
    if suffix is not None:
        yield Token(suffix.name.removesuffix(".Suffix"), suffix.kind)
        return
    service = resource.parts[2] if len(resource.parts) > 2 else None
    attribute = _NAME_ATTRIBUTES.get(service) if isinstance(service, str) else None
    for part in resource.parts:
        generated = isinstance(part, Token) and part.kind is TokenKind.RESOURCE and "." not in part.name
        yield Token(f"{part.name}.{attribute}", part.kind) if attribute and isinstance(part, Token) and generated else part


def writable_as_sub(resource: Text) -> bool:
    """Whether `!Sub` can say exactly this: every name is one of the template."""
    return all(_LOGICAL.fullmatch(part.name) for part in resource.parts if isinstance(part, Token))


def _sub_part(part: str | Token | Hole) -> str:
    if isinstance(part, Token):
        return "${" + part.name + "}" if _LOGICAL.fullmatch(part.name) else "*"
    return part.replace("${", "${!") if isinstance(part, str) else part.pattern


def yaml_lines(value: Any, indent: int = 0) -> Iterator[str]:
    """Plain data with `Sub` as YAML lines, strings quoted as JSON does (which is YAML) wherever a plain one might be read otherwise."""
    pad = " " * indent
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _yaml_entry(f"{pad}{yaml_scalar(key)}:", item, indent + 2)
    else:
        for item in value:
            if isinstance(item, dict) and item:
                first, *rest = yaml_lines(item, indent + 2)
                yield f"{pad}- {first.lstrip()}"
                yield from rest
            else:
                yield f"{pad}- {yaml_scalar(item)}"


def _yaml_entry(head: str, item: Any, indent: int) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield head
        yield from yaml_lines(item, indent)
    else:
        yield f"{head} {yaml_scalar(item)}"


_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./${}*+:-]*[A-Za-z0-9_/}*]|[A-Za-z]")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def yaml_scalar(value: Any) -> str:
    """One scalar."""
    if isinstance(value, Sub):
        return f"!Sub {yaml_scalar(value.template)}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value)


# Terraform

_DATA = {
    PARTITION.name: "data.aws_partition.current.partition",
    REGION.name: "data.aws_region.current.region",
    ACCOUNT.name: "data.aws_caller_identity.current.account_id",
}
_ADDRESS = re.compile(r"(data\.|module\.|var\.|local\.)?[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")


def as_terraform(resource: Text) -> str:
    """For a Terraform string, quotes included: the deployment's own parts from data sources, other names by address or variable."""
    return '"' + "".join(_terraform_part(part) for part in resource.parts) + '"'


def _terraform_part(part: str | Token | Hole) -> str:
    if isinstance(part, Token):
        return "${" + (_DATA.get(part.name) or terraform_variable(part) or part.name) + "}"
    return terraform_text(part) if isinstance(part, str) else part.pattern


def terraform_text(text: str) -> str:
    """The inside of a quoted Terraform string."""
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    return escaped.replace("${", "$${").replace("%{", "%%{")


def terraform_variable(token: Token) -> str | None:
    """The variable that stands for a name Terraform does not know; None when the name is an address itself or a data source's."""
    if token.name in _DATA or _ADDRESS.fullmatch(token.name):
        return None
    return "var." + terraform_name(token.name)


def terraform_name(name: str) -> str:
    """`OrdersTable` -> `orders_table`: fit for an identifier."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"name_{plain}".rstrip("_")
