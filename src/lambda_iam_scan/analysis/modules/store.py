"""The facts of a project's modules by path, each content lowered once: functions often carry copies of the same modules."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from lambda_iam_scan.analysis.facts.module import ModuleFacts, extract
from lambda_iam_scan.analysis.modules.program import FactsOf
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.source import SourceTree


def module_facts(tree: SourceTree, extracted: Callable[[bytes, str], ModuleFacts | Gap] = extract) -> FactsOf:
    """Facts from a tree, kept while the scan lasts."""
    known: dict[str, ModuleFacts | Gap] = {}
    by_content: dict[bytes, ModuleFacts] = {}

    def facts(path: str) -> ModuleFacts | Gap:
        if path not in known:
            known[path] = read(path)
        return known[path]

    def read(path: str) -> ModuleFacts | Gap:
        source = tree.read(path)
        digest = hashlib.blake2b(source).digest()
        if digest in by_content and (copy := by_content[digest].copied(path)) is not None:
            return copy
        found = extracted(source, path)
        if isinstance(found, ModuleFacts):
            by_content[digest] = found
        return found

    return facts
