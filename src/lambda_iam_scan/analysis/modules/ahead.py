"""Which modules a handler imports for sure: a cheap pass over import statements, without executing anything.

A scan that parses the modules of all functions before it analyzes any leaves the processor's caches to one of the two at a time, and is
faster for it. A module that only an execution would find is parsed when that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.modules.program import FactsOf, Program, absolute
from lambda_iam_scan.analysis.values.kinds import ModuleObject, NamespacePackage
from lambda_iam_scan.model.source import SourceTree


def read_ahead(code_roots: tuple[str, ...], handler: str, tree: SourceTree, facts: FactsOf) -> None:
    """Ask `facts` for the handler's module, the packages that it is in, and for what those import at their top level, and so on."""
    program = Program(code_roots, tree, facts)
    pending = [program.module_of(handler), *map(program.find, _with_packages(handler.replace("/", ".").rpartition(".")[0]))]
    for module in pending:  # which grows meanwhile
        imported = _imported(module, module.facts.body, program) if isinstance(module, ModuleObject) else ()
        for name in imported:
            if name not in program.modules:
                pending.append(program.find(name))


def _imported(module: ModuleObject, body: Iterable[Node], program: Program) -> Iterator[str]:
    """Absolute names of the modules that statements import, and of what they import from packages, which may be modules."""
    for statement in body:
        if statement[0] == "import":
            for name, _ in statement[1]:
                yield from _with_packages(name)
        elif statement[0] == "from":
            origin = absolute(module, statement[1], statement[2])
            yield from _with_packages(origin)
            if statement[3] != "*" and _is_package(program.find(origin)):
                yield from (f"{origin}.{name}" for name, _ in statement[3])
        elif statement[0] == "try":
            yield from _imported(module, statement[1], program)


def _with_packages(name: str) -> Iterator[str]:
    return accumulate(name.split("."), "{}.{}".format)


def _is_package(found: ModuleObject | NamespacePackage | None) -> bool:
    return isinstance(found, NamespacePackage) or (isinstance(found, ModuleObject) and found.path.endswith("/__init__.py"))
