"""Helpers that make a case one line each: `found(source, ...)` for what must be seen, `silent(source)` for the near miss, and
`buckets(source)` for what a name can be."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from functools import cache

from lambda_iam_scan import disk
from lambda_iam_scan.analysis.facts.module import ModuleFacts, extract
from lambda_iam_scan.analysis.interpret import Entry, analyze
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Argument, CodeUse, Constant, Gap, GapKind, OneOf, PrincipalKind, SdkCall
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables


class Memory(SourceTree):
    """A project in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = {path: textwrap.dedent(text).encode() for path, text in files.items()}

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise InputError(f"{path}: no such file")
        return self.files[path]

    def is_file(self, path: str) -> bool:
        return path in self.files

    def is_dir(self, path: str) -> bool:
        return path == "" or any(name.startswith(path + "/") for name in self.files)

    def list(self, path: str) -> tuple[str, ...]:
        prefix = path + "/" if path else ""
        below = [name[len(prefix) :] for name in self.files if name.startswith(prefix)]
        return tuple(sorted({name.split("/")[0] + "/" * ("/" in name) for name in below}))

    def walk(self, path: str = "") -> Iterator[str]:
        yield from sorted(name for name in self.files if name.startswith(path))


@cache
def tables() -> Tables:
    """The shipped tables."""
    return Tables(disk.load_table)


def use(
    source: str | Mapping[str, str],
    *,
    handler: str | None = "app.handler",
    roots: tuple[str, ...] = ("",),
    environment: Mapping[str, Text] | None = None,
    unseen: tuple[str, ...] = (),
) -> CodeUse:
    """Analyze one module `app.py`, or several files."""
    tree = Memory({"app.py": source} if isinstance(source, str) else source)
    known: dict[str, ModuleFacts | Gap] = {}

    def facts(path: str) -> ModuleFacts | Gap:
        if path not in known:
            known[path] = extract(tree.read(path), path)
        return known[path]

    return analyze(Entry(roots, handler, unseen), tree=tree, facts=facts, tables=tables(), environment=environment)


def shown(call: SdkCall) -> str:
    """`s3:PutObject Bucket=b Key=*`: arguments that are strings or plain constants."""
    entries = [(str(key), value) for key, value in call.arguments.entries]
    words = [f"{key}={value}" for key, value in entries if isinstance(value, Text)]
    words += [f"{key}={value.value}" for key, value in entries if isinstance(value, Constant) and not isinstance(value.value, bytes)]
    words += [f"{key}=?" for key, value in entries if not isinstance(value, (Text, Constant))]
    owner = "" if call.principal.kind is PrincipalKind.EXECUTION_ROLE else f"@{call.principal.kind}"
    return " ".join([f"{call.service}:{call.operation}{owner}", *words])


def found(source: str | Mapping[str, str], *expected: str, **options: object) -> CodeUse:
    """The calls are those expected, each with at least the arguments written, and no others; nothing is left unresolved."""
    result = use(source, **options)  # type: ignore[arg-type]
    calls = [shown(call) for call in result.calls]
    for want in expected:
        assert any(set(want.split()) <= set(call.split()) for call in calls), f"{want} not in {calls}; gaps {result.gaps}"
    names = {want.split()[0] for want in expected}
    assert {call.split()[0] for call in calls} <= names, f"{calls}, but expected only {sorted(names)}"
    assert not result.gaps, result.gaps
    return result


def silent(source: str | Mapping[str, str], **options: object) -> None:
    """Nothing is called, and nothing is unresolved."""
    result = use(source, **options)  # type: ignore[arg-type]
    assert not result.calls, [shown(call) for call in result.calls]
    assert not result.gaps, result.gaps


def gaps(source: str | Mapping[str, str], *kinds: GapKind, **options: object) -> CodeUse:
    """Exactly these kinds of gaps."""
    result = use(source, **options)  # type: ignore[arg-type]
    assert sorted(gap.kind for gap in result.gaps) == sorted(kinds), result.gaps
    return result


def buckets(source: str | Mapping[str, str], **options: object) -> str:
    """Everything that the `Bucket` of some call can be, sorted: `a b`, with `*` for a hole and `?` where nothing is known."""
    result = use(source, **options)  # type: ignore[arg-type]
    assert not result.gaps, result.gaps
    return " ".join(sorted({name for call in result.calls for name in _names(call.arguments.get("Bucket"))}))


def _names(value: Argument | None) -> Iterator[str]:
    for choice in value.choices if isinstance(value, OneOf) else (value,):
        yield str(choice) if isinstance(choice, Text) else "?"
