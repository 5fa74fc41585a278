"""`graph`: function -> calls -> actions -> resources, as Mermaid (`--as mermaid`, default) or DOT (`--as dot`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.inert import dot, mermaid, plain
from lambda_iam_scan.model.finding import FunctionScan, Report
from lambda_iam_scan.model.iam import Necessity, Outcome
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import outcomes, title


class GraphReporter:
    """One graph of all functions. What is missing or denied is drawn in red, what is only possible with dashes."""

    name = "graph"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """Raises `UsageError` for an unknown dialect."""
        chosen = style.options.get("as", "mermaid")
        if chosen not in ("mermaid", "dot"):
            raise UsageError(f"--as {plain(chosen)}: no such dialect of graph (there are mermaid, dot)")
        graph = _graph(report)
        return "\n".join(_mermaid(graph) if chosen == "mermaid" else _dot(graph)) + "\n"


@dataclass(frozen=True, slots=True)
class _Edge:
    start: str
    end: str
    dashed: bool = False
    bad: bool = False


class _Graph:
    """Nodes with labels, numbered in order of first use; edges without repetition."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[str, str], str] = {}
        self.edges: dict[_Edge, None] = {}

    def node(self, kind: str, label: str) -> str:
        return self.nodes.setdefault((kind, label), f"n{len(self.nodes)}")

    def edge(self, start: str, end: str, dashed: bool = False, bad: bool = False) -> None:
        self.edges[_Edge(start, end, dashed, bad)] = None


def _graph(report: Report) -> _Graph:
    graph = _Graph()
    for scan in report.functions:
        _function(graph, scan)
    return graph


def _function(graph: _Graph, scan: FunctionScan) -> None:
    top = graph.node("function", title(scan))
    calls = [graph.node("call", f"{call.service}.{call.operation} {call.location.path}:{call.location.line}") for call in scan.code.calls]
    for call in calls:
        graph.edge(top, call)
    for requirement, outcome in zip(scan.requirements, outcomes(scan), strict=True):
        action = graph.node("action", requirement.action)
        dashed, bad = requirement.need is not Necessity.ALWAYS, outcome in (Outcome.MISSING, Outcome.DENIED)
        for start in [calls[index] for index in requirement.calls] or [top]:
            graph.edge(start, action, dashed, bad)
        for resource in requirement.resources:
            graph.edge(action, graph.node("resource", str(resource)), dashed, bad)


_SHAPES = {"function": ('(["', '"])'), "call": ('["', '"]'), "action": ('{{"', '"}}'), "resource": ('[("', '")]')}
_DOT_SHAPES = {"function": "oval", "call": "box", "action": "hexagon", "resource": "cylinder"}


def _mermaid(graph: _Graph) -> Iterator[str]:
    yield "flowchart LR"
    for (kind, label), name in graph.nodes.items():
        opening, closing = _SHAPES[kind]
        yield f"  {name}{opening}{mermaid(label)}{closing}"
    for edge in graph.edges:
        yield f"  {edge.start} {'-.->' if edge.dashed else '-->'} {edge.end}"
    bad = ",".join(str(number) for number, edge in enumerate(graph.edges) if edge.bad)
    if bad:
        yield f"  linkStyle {bad} stroke:#d73a49,stroke-width:3px"


def _dot(graph: _Graph) -> Iterator[str]:
    yield "digraph permissions {"
    yield "  rankdir=LR;"
    for (kind, label), name in graph.nodes.items():
        yield f'  {name} [shape={_DOT_SHAPES[kind]}, label="{dot(label)}"];'
    for edge in graph.edges:
        looks = ", ".join((*["style=dashed"] * edge.dashed, *["color=red"] * edge.bad))
        yield f"  {edge.start} -> {edge.end}{looks and f' [{looks}]'};"
    yield "}"


REPORTER = GraphReporter()
