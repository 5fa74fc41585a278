"""What was asked of an account and what it answered: saved, replayed, and without secrets. Pure.

A snapshot records questions and answers, not the conclusions drawn from them, so that a later version of the tool replays
it through its own readers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lambda_iam_scan.errors import InputError

VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One API operation. `parameters` is canonical JSON, so that equal questions are equal keys."""

    service: str
    operation: str
    region: str
    parameters: str

    @classmethod
    def of(cls, service: str, operation: str, region: str | None, parameters: Mapping[str, Any]) -> Question:
        """The question with its parameters made canonical."""
        return cls(service, operation, region or "", json.dumps(parameters, sort_keys=True))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none: AWS's error code, and the IAM action without which the question is refused."""

    code: str
    permission: str


Answer: TypeAlias = Mapping[str, Any] | Refusal
"""What the SDK returned, in JSON's types, or why it returned nothing."""
Answers: TypeAlias = Mapping[Question, Answer]


@dataclass(frozen=True, slots=True)
class Telling:
    """What of environment variables may be told: names in these ARNs of needed resources, and variables (name and value) by themselves."""

    arns: tuple[str, ...] = ()
    variables: frozenset[tuple[str, str]] = frozenset()

    def tells(self, name: str, value: object) -> bool:
        """Whether a variable's value may stand in a snapshot. An empty one is no secret."""
        return isinstance(value, str) and (value == "" or (name, value) in self.variables or _names_a_resource(value, self.arns))


NOTHING_MORE = Telling()


def dumps(answers: Answers, telling: Telling = NOTHING_MORE) -> str:
    """Answers as a snapshot file's text, without secrets (see `masked`)."""
    rows = [_row(question, answer, telling) for question, answer in sorted(answers.items(), key=lambda item: item[0])]
    return json.dumps({"snapshot_version": VERSION, "answers": rows}, indent=1, sort_keys=True) + "\n"


def loads(text: str) -> dict[Question, Answer]:
    """The answers of a snapshot file. Raises `InputError` when it is none, or of another version."""
    try:
        data = json.loads(text)
        if data["snapshot_version"] != VERSION:
            raise InputError(f"snapshot of version {data['snapshot_version']}; this release reads version {VERSION}")
        return dict(_read_row(row) for row in data["answers"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError("not a snapshot of lambda-iam-scan") from error


def masked(answer: Answer, telling: Telling = NOTHING_MORE) -> Answer:
    """An answer without secrets: no signed URLs, of environment variables only values that a needed resource's name has, of an
    image's command only the handler.

    A value that is left out is None, so that a replay knows that there is a variable and not what it holds.
    """
    return answer if isinstance(answer, Refusal) else _without_secrets(answer, telling)


def _row(question: Question, answer: Answer, telling: Telling) -> dict[str, Any]:
    row: dict[str, Any] = {
        "service": question.service,
        "operation": question.operation,
        "region": question.region,
        "parameters": json.loads(question.parameters),
    }
    if isinstance(answer, Refusal):
        return row | {"refused": answer.code, "permission": answer.permission}
    return row | {"answer": masked(answer, telling)}


def _read_row(row: Mapping[str, Any]) -> tuple[Question, Answer]:
    question = Question.of(str(row["service"]), str(row["operation"]), str(row["region"]), row["parameters"])
    if "refused" in row:
        return question, Refusal(str(row["refused"]), str(row["permission"]))
    answer = row["answer"]
    if not isinstance(answer, dict):
        raise TypeError
    return question, answer


def _without_secrets(value: Any, telling: Telling, below: str = "") -> Any:
    if isinstance(value, list):
        return [_without_secrets(item, telling, below) for item in value]
    if isinstance(value, str):
        return _policy_text(value) if '"Condition"' in value else value
    if not isinstance(value, Mapping):
        return value
    if below == "Condition":
        return {operator: _without_shared_secrets(keys) for operator, keys in value.items()}
    if below == "Variables":
        return {name: text if telling.tells(name, text) else None for name, text in value.items()}
    if below == "ImageConfig":
        return {key: item[:1] for key, item in value.items() if key == "Command" and isinstance(item, list)}
    return {key: _without_secrets(item, telling, key) for key, item in value.items() if not _signed(below, key)}


def _signed(below: str, key: str) -> bool:
    """The place of a package or layer: a URL that anyone who has it may use for some minutes."""
    return key == "Location" and below in ("Code", "Content")


_SHARED_SECRETS = frozenset({"aws:referer", "aws:useragent"})
"""Condition keys whose values are a secret between, for example, CloudFront and a bucket."""


def _without_shared_secrets(keys: Any) -> Any:
    if not isinstance(keys, Mapping):
        return keys
    return {key: "masked" if key.lower() in _SHARED_SECRETS else value for key, value in keys.items()}


def _policy_text(text: str) -> str:
    """Resource-based policies come as JSON text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    clean = _without_secrets(document, NOTHING_MORE)
    return text if clean == document else json.dumps(clean)


_AWS_URL = re.compile(r"https://[a-z0-9.-]+\.amazonaws\.com(\.cn)?(/[\w.$~+!/-]*)?")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:[\w.$~+:/*-]+")


def _names_a_resource(value: object, needed: tuple[str, ...]) -> bool:
    """ARNs and plain AWS URLs say no more than policies do; any other value must stand as a whole word in a needed ARN."""
    if not isinstance(value, str) or not value:
        return False
    if _ARN.fullmatch(value) or _AWS_URL.fullmatch(value):
        return True
    name = value.removeprefix("s3://").strip("/")
    whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
    return bool(name) and any(whole.search(arn) for arn in needed)
