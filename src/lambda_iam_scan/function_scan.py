"""Composes the stages that concern one function alone: from its handler to the comparison with its role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from lambda_iam_scan.analysis.facts.module import ModuleFacts
from lambda_iam_scan.analysis.interpret import Entry, analyze
from lambda_iam_scan.analysis.modules.ahead import read_ahead
from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.compare import compare
from lambda_iam_scan.directives import Directives
from lambda_iam_scan.inline import inline_code
from lambda_iam_scan.lambda_needs import lambda_requirements
from lambda_iam_scan.layers import unknown_layers
from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.model.code import CodeUse, Gap, GapKind
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import FunctionScan
from lambda_iam_scan.model.iam import ResourcePolicy
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.suppress import with_declared
from lambda_iam_scan.tables import Tables

Facts: TypeAlias = Callable[[str], ModuleFacts | Gap]
"""A module's facts by path. Callers with a disk cache them by content."""
Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a phase, the steps done, and the steps in all."""
Work: TypeAlias = tuple[Function, tuple[ResourcePolicy, ...]]
"""A function, and the resource-based policies that may admit its role."""

_CODE_GAPS = frozenset({GapKind.HANDLER_NOT_FOUND, GapKind.CODE_NOT_FOUND})


class Scanner:
    """Scans the functions of one project."""

    def __init__(self, tree: SourceTree, tables: Tables, facts: Facts) -> None:
        self.tree = tree
        self.tables = tables
        self.facts = facts
        self.directives = Directives(tree)

    def scan(self, function: Function, resource_policies: tuple[ResourcePolicy, ...] = ()) -> FunctionScan:
        """What one function needs and has."""
        inline = inline_code(function, self.tree)
        if inline is None:
            code = self._analyzed(function, self.tree, self.facts)
        else:
            function = inline.function
            code = inline.settled(self._analyzed(function, inline.tree, module_facts(inline.tree), inline.given))
        needed, unmapped = requirements(code.calls, self.tables)
        code = replace(code, gaps=(*(_placed(gap, function) for gap in code.gaps), *unmapped))
        code, declared = with_declared(function, code, self.directives.of((*code.modules, function.location.path)))
        everything = (*needed, *declared, *lambda_requirements(function, self.tables))
        comparison = compare(everything, function, resource_policies) if function.role else None
        return FunctionScan(function=function, code=code, requirements=everything, comparison=comparison)

    def scan_all(self, work: Sequence[Work], progress: Progress | None = None) -> list[FunctionScan]:
        """Every function, in order."""
        for function, _ in _counted("reading", work, progress):
            if function.handler and function.code_roots:
                read_ahead(function.code_roots, function.handler, self.tree, self.facts)
        return [self.scan(function, policies) for function, policies in _counted("analyzing", work, progress)]

    def _analyzed(self, function: Function, tree: SourceTree, facts: Facts, given: Mapping[str, Text] = {}) -> CodeUse:
        """What the code does. Where the reader found no code there is nothing to analyze, but its gap."""
        absent = tuple(gap for gap in function.gaps if gap.kind in _CODE_GAPS)
        if not function.code_roots:
            return CodeUse(calls=(), gaps=absent)
        environment = None if function.environment is None else dict(function.environment)
        unseen = unknown_layers(function, self.tables)
        entry = Entry(code_roots=function.code_roots, handler=function.handler, unseen=unseen, given=given)
        code = analyze(entry, tree=tree, facts=facts, tables=self.tables, environment=environment)
        return replace(code, gaps=(*code.gaps, *absent))


def _counted(phase: str, work: Sequence[Work], progress: Progress | None) -> Iterable[Work]:
    for done, each in enumerate(work):
        if progress:
            progress(phase, done, len(work))
        yield each


def _placed(gap: Gap, function: Function) -> Gap:
    """A missing handler is the template's mistake: show it there. What the reader found missing has its place already."""
    if gap.kind in _CODE_GAPS and gap not in function.gaps:
        return replace(gap, location=function.handler_location or function.location)
    return gap
