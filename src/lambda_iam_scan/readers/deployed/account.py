"""Every Python function of a region, several at a time, and on from where an interrupted run stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.readers.deployed.api import Ask, Recorder
from lambda_iam_scan.readers.deployed.function import function_of
from lambda_iam_scan.readers.deployed.parallel import Progress, in_parallel
from lambda_iam_scan.readers.deployed.reading import Reading
from lambda_iam_scan.snapshot import Answer, Question, Refusal, dumps, loads

Configuration: TypeAlias = Mapping[str, Any]
_ALWAYS_LIVE = frozenset({"ListFunctions", "GetCallerIdentity"})
"""Cheap to ask again, and they say what there is now."""


def list_functions(ask: Ask, region: str) -> tuple[Configuration, ...]:
    """The configurations of all functions of a region, by name. Raises `InputError` when they may not be listed."""
    found, gaps = list_all(ask, region)
    if gaps:
        raise InputError(gaps[0].reason)
    return found


def list_all(ask: Ask, region: str) -> tuple[tuple[Configuration, ...], tuple[Gap, ...]]:
    """The same for those who can do without: a refusal is a gap."""
    reading = Reading(ask, f"arn:aws:lambda:{region}", region)
    rows = reading.list("lambda", "ListFunctions", f"the list of functions of region {region}", "Functions")
    return tuple(sorted(rows, key=lambda row: str(row["FunctionName"]))), tuple(reading.gaps)


def read_functions(
    ask: Ask, region: str, configurations: Sequence[Configuration], *, jobs: int = 4, progress: Progress | None = None
) -> tuple[Function, ...]:
    """Everything about the listed functions, in their order. Stops at the first error that ends the run."""
    return tuple(in_parallel(lambda one: _read(ask, region, one), configurations, f"reading {region}", jobs=jobs, progress=progress))


def _read(ask: Ask, region: str, configuration: Configuration) -> Function:
    name = configuration["FunctionName"]
    reading = Reading(ask, configuration["FunctionArn"], region)
    answer = reading.get("lambda", "GetFunction", f"the tags of function {name}", FunctionName=name)
    return function_of(reading, configuration, tags=(answer or {}).get("Tags"))


class Journal(Recorder):
    """A recorder that also writes what it hears to a file, without secrets, and begins with what the file already holds."""

    def __init__(self, ask: Ask, path: Path) -> None:
        super().__init__(ask, _journaled(path))
        self.resumed = len(self.answers)
        self._path = path
        self._lock = Lock()

    def heard(self, question: Question, answer: Answer) -> None:
        """Write one answer down. Refusals are asked again next time: what was missing may have been granted."""
        if isinstance(answer, Refusal) or question.operation in _ALWAYS_LIVE or answer.get("JobStatus", "COMPLETED") != "COMPLETED":
            return
        line = json.dumps(json.loads(dumps({question: answer}))) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(line)

    def finished(self) -> None:
        """The run is complete; the next one starts afresh."""
        self._path.unlink(missing_ok=True)


def _journaled(path: Path) -> dict[Question, Answer]:
    """What an interrupted run left; a last line cut short is left out."""
    known: dict[Question, Answer] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            known.update(loads(line))
    except (OSError, UnicodeDecodeError, InputError):
        pass
    return known
