"""`graph`: function -> calls -> actions -> resources, `--as mermaid` (default), `dot` or `graphml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.inert import dot, mermaid, plain
from lambda_iam_scan.model.finding import FunctionScan, Report
from lambda_iam_scan.model.iam import Necessity, Outcome
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import outcomes, title

if TYPE_CHECKING:
    from networkx import DiGraph


class GraphReporter:
    """One graph of all functions. What is missing or denied is drawn in red, what is only possible with dashes."""

    name = "graph"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """Raises `UsageError` for an unknown dialect."""
        chosen = style.options.get("as", "mermaid")
        dialect = _DIALECTS.get(chosen)
        if dialect is None:
            raise UsageError(f"--as {plain(chosen)}: no such dialect of graph (there are {', '.join(_DIALECTS)})")
        return "\n".join(dialect(graph_of(report))) + "\n"


def graph_of(report: Report) -> DiGraph[str]:
    """The graph: nodes with `kind` (function, call, action, resource) and `label`, edges with `possible` and `refused`.

    Nodes are named `n0`, `n1` ... in order of first use: the same report gives the same graph.
    """
    from networkx import DiGraph

    graph: DiGraph[str] = DiGraph()
    names: dict[tuple[str, str], str] = {}

    def node(kind: str, label: str) -> str:
        if (kind, label) not in names:
            names[kind, label] = f"n{len(names)}"
            graph.add_node(names[kind, label], kind=kind, label=label)
        return names[kind, label]

    def edge(start: str, end: str, possible: bool = False, refused: bool = False) -> None:
        """One edge says the most that is said of its ends: needed for sure by one call, refused on one resource."""
        known = graph.get_edge_data(start, end, {"possible": True, "refused": False})
        graph.add_edge(start, end, possible=possible and known["possible"], refused=refused or known["refused"])

    for scan in report.functions:
        _function(scan, node, edge)
    return graph


def _function(scan: FunctionScan, node: Callable[[str, str], str], edge: Callable[..., None]) -> None:
    top = node("function", title(scan))
    calls = [node("call", f"{call.service}.{call.operation} {call.location.path}:{call.location.line}") for call in scan.code.calls]
    for call in calls:
        edge(top, call)
    for requirement, outcome in zip(scan.requirements, outcomes(scan), strict=True):
        action = node("action", requirement.action)
        how = (requirement.need is not Necessity.ALWAYS, outcome in (Outcome.MISSING, Outcome.DENIED))
        for start in [calls[index] for index in requirement.calls] or [top]:
            edge(start, action, *how)
        for resource in requirement.resources:
            edge(action, node("resource", str(resource)), *how)


_SHAPES = {"function": ('(["', '"])'), "call": ('["', '"]'), "action": ('{{"', '"}}'), "resource": ('[("', '")]')}
_DOT_SHAPES = {"function": "oval", "call": "box", "action": "hexagon", "resource": "cylinder"}


def _mermaid(graph: DiGraph[str]) -> Iterator[str]:
    yield "flowchart LR"
    for name, node in graph.nodes.items():
        opening, closing = _SHAPES[node["kind"]]
        yield f"  {name}{opening}{mermaid(node['label'])}{closing}"
    for (start, end), edge in graph.edges.items():
        yield f"  {start} {'-.->' if edge['possible'] else '-->'} {end}"
    refused = ",".join(str(number) for number, edge in enumerate(graph.edges.values()) if edge["refused"])
    if refused:
        yield f"  linkStyle {refused} stroke:#d73a49,stroke-width:3px"


def _dot(graph: DiGraph[str]) -> Iterator[str]:
    yield "digraph permissions {"
    yield "  rankdir=LR;"
    for name, node in graph.nodes.items():
        yield f'  {name} [shape={_DOT_SHAPES[node["kind"]]}, label="{dot(node["label"])}"];'
    for (start, end), edge in graph.edges.items():
        looks = ", ".join((*["style=dashed"] * edge["possible"], *["color=red"] * edge["refused"]))
        yield f"  {start} -> {end}{looks and f' [{looks}]'};"
    yield "}"


def _graphml(graph: DiGraph[str]) -> Iterator[str]:
    """For graph tools and databases. What XML cannot hold in a label is shown as in every other report."""
    from networkx import generate_graphml

    for node in graph.nodes.values():
        node["label"] = plain(node["label"])
    yield from generate_graphml(graph)


_DIALECTS: dict[str, Callable[[DiGraph[str]], Iterator[str]]] = {"mermaid": _mermaid, "dot": _dot, "graphml": _graphml}

REPORTER = GraphReporter()
