"""Functions, classes and imports."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from lambda_iam_scan.analysis.core.activation import Activation
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.interpreter.classes import build_class, prepared
from lambda_iam_scan.analysis.interpreter.matching import Matching
from lambda_iam_scan.analysis.modules.program import absolute
from lambda_iam_scan.analysis.sdk import libraries
from lambda_iam_scan.analysis.values.kinds import (
    External,
    FunctionObject,
    ListObject,
    ModuleObject,
    NamespacePackage,
    Scope,
    TupleValue,
    Value,
    elements,
)
from lambda_iam_scan.analysis.values.strings import literals
from lambda_iam_scan.model.code import GapKind


class Definitions(Matching):
    """What binds names to functions, classes and modules."""

    def s_def(self, node: Node) -> None:
        frame = self.frame
        decorators = [(self.evaluate(decorator), decorator) for decorator in node[2]]
        function: Value = self.make_function(node[1])
        saved, frame.pos = frame.pos, node[1][5]
        for decorator, _ in reversed(decorators):
            function = self.decorate(decorator, function)
        frame.pos = saved
        self.bind(node[1][0], function)

    def make_function(self, code: Node) -> FunctionObject:
        """A function object, with its defaults evaluated here."""
        defaults = {parameter[0]: self.evaluate(parameter[2]) for parameter in code[1] if parameter[2] is not None}
        scope = self.frame.scope
        scope.closed_over = scope.parent is not None and not scope.is_class
        return FunctionObject(code[0], code, scope, defaults)

    def decorate(self, decorator: Value, decorated: Value) -> Value:
        """Apply one decorator. Implemented with the calls."""
        raise NotImplementedError

    def s_class(self, node: Node) -> None:
        frame = self.frame
        decorators = [self.evaluate(decorator) for decorator in node[4]]
        arguments = self.arguments(node[2])
        scope = Scope(prepared(self, node[1], arguments), frame.scope, frame.module, self.control, is_class=True)
        body = Activation(node[1], frame.module, scope, frame.function, frame.receiver, node[5])
        self.stack.append(body)
        with suppress(RecursionError):
            self.block(node[3])
        self.stack.pop()
        frame.pos = node[5]
        value: Value = build_class(self, node, arguments, scope)
        for decorator in reversed(decorators):
            value = self.decorate(decorator, value)
        self.bind(node[1], value)

    def s_import(self, node: Node) -> None:
        self.frame.pos = node[2]
        for name, alias in node[1]:
            module = self.import_module(name)
            self._not_found(module, name)
            top = name.split(".")[0]
            self.bind(alias or top, module if alias or top == name else self.import_module(top))

    def s_from(self, node: Node) -> None:
        self.frame.pos = node[4]
        name = absolute(self.frame.module, node[1], node[2])
        module = self.import_module(name, self.frame.module.package if node[1] else None)
        if self.frame.module.package or not node[1]:
            self._not_found(module, name, () if node[3] == "*" else [imported for imported, _ in node[3]])
        if node[3] == "*":
            self._import_all(module)
            return
        for imported, alias in node[3]:
            self.bind(alias or imported, self.imported(module, name, imported))

    def imported(self, module: Value, name: str, imported: str) -> Value:
        """`from name import imported`."""
        if isinstance(module, ModuleObject) and imported in module.vars:
            return module.vars[imported]
        if isinstance(module, (ModuleObject, NamespacePackage)):
            below = self.import_module(f"{name}.{imported}")
            if not isinstance(below, External):
                return below
            if isinstance(module, NamespacePackage):
                self._not_found(below, name, (imported,))
        return self.attribute(module, imported)

    def _import_all(self, module: Value) -> None:
        if isinstance(module, External):
            self.frame.module.types.update(dict(star_names(module.path)))
            return
        if not isinstance(module, ModuleObject):
            return
        named = module.vars.get("__all__")
        listed = [name for item in elements(named) for name in literals(item)] if isinstance(named, (ListObject, TupleValue)) else None
        for name in [name for name in module.vars if not name.startswith("_")] if listed is None else listed:
            self.bind(name, self.imported(module, module.name, name))

    def _not_found(self, module: Value, name: str, below: Iterable[str] = ()) -> None:
        if not isinstance(module, External):
            return
        known = libraries.known(self.tables, name)
        reason = self.program.missing(name, below, known) or (None if known else self.program.foreign(name))
        if reason is not None:
            self.gap(GapKind.MODULE_NOT_FOUND, reason)

    def unreadable(self, path: str) -> None:
        """Pass on why a module of the user's could not be read."""
        gap = self.program.failed[path]
        self.gaps.setdefault((GapKind.UNPARSABLE, gap.reason, gap.location), gap)


def star_names(path: str) -> Iterable[tuple[str, Value]]:
    """What `from package import *` brings of packages whose names matter."""
    known = {"boto3": ("client", "resource", "Session", "session"), "boto3.session": ("Session",), "typing": ("TYPE_CHECKING",)}
    for name in known.get(path, ()):
        yield name, External(f"{path}.{name}")
