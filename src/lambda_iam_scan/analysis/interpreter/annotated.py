"""What annotations say of parameters and variables: objects of the SDK's, of the user's classes, and texts."""

from __future__ import annotations

from lambda_iam_scan.analysis import stdlib
from lambda_iam_scan.analysis.core.activation import Activation
from lambda_iam_scan.analysis.facts.annotations import quoted
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.interpreter.classes import Classes
from lambda_iam_scan.analysis.interpreter.statements import Statements
from lambda_iam_scan.analysis.records.pydantic.declared import is_settings
from lambda_iam_scan.analysis.sdk import libraries, resources
from lambda_iam_scan.analysis.values.externals import GENERIC, origin
from lambda_iam_scan.analysis.values.inheritance import descendants
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    ClassObject,
    Client,
    Descriptor,
    External,
    FunctionObject,
    ModuleObject,
    Scope,
    SessionObject,
    Unknown,
    Value,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import as_text
from lambda_iam_scan.model.code import EXECUTION_ROLE, GapKind

_DICTIONARIES = (External("builtins.dict"), External("typing.Dict"))
MAX_DERIVED = 24
"""Derived classes of which an object that an annotation names may be."""


class Annotated(Classes, Statements):
    """What annotations say of values."""

    instances: dict[int, Value]

    def annotated(self, annotation: Node | None, scope: Scope) -> Value | None:
        """What an annotation says of a value, or None when it says nothing of use."""
        if annotation is None:
            return None
        kind = annotation[0]
        if kind == "str":
            return self._annotated_text(annotation[1], scope)
        if kind == "bin" and annotation[1] == "|":
            found = [self.annotated(part, scope) for part in (annotation[2], annotation[3])]
            known = [value for value in found if value is not None]
            return join(*known) if known else None
        if kind == "index":
            return self._annotated_generic(annotation, scope)
        if kind in ("name", "attr"):
            return self.annotated_by(self.resolved(annotation, scope))
        return None

    def _annotated_text(self, annotation: str, scope: Scope) -> Value | None:
        node = quoted(annotation)
        return None if node is None else self.annotated(node, scope)

    def _annotated_generic(self, annotation: Node, scope: Scope) -> Value | None:
        if annotation[1][0] not in ("name", "attr"):
            return None
        base: str = annotation[1][1] if annotation[1][0] == "name" else annotation[1][2]
        inner: tuple[Node, ...] = annotation[2][1] if annotation[2][0] == "tuple" else (annotation[2],)
        if base in ("Optional", "Union", "Final", "ClassVar", "Required", "NotRequired", "Awaitable", "InitVar"):
            known = [value for part in inner if (value := self.annotated(part, scope)) is not None]
            return join(*known) if known else None
        if base == "Annotated":
            return self._annotated_with(inner, scope)
        if base in ("list", "List", "Sequence", "Iterable", "Iterator", "Generator", "AsyncIterator", "set", "Set", "tuple", "Tuple"):
            item = self.annotated(inner[0], scope)
            return None if item is None else self.new_list((), item)
        if base in ("dict", "Dict", "Mapping", "MutableMapping") and len(inner) == 2:
            item = self.annotated(inner[1], scope)
            return None if item is None else self.new_dict(None, item)
        return None

    def _annotated_with(self, inner: tuple[Node, ...], scope: Scope) -> Value | None:
        for extra in inner[1:]:
            if extra[0] in ("call", "index"):
                made_by = self._in_scope(extra, scope)
                if isinstance(made_by, External):
                    injected = self.injected(made_by, made_by)
                    if injected is not made_by:
                        return injected
        return self.annotated(inner[0], scope)

    def injected(self, default: Value, value: Value) -> Value:
        """A default that a framework replaces. Implemented with the calls."""
        raise NotImplementedError

    def _in_scope(self, node: Node, scope: Scope) -> Value:
        self.stack.append(Activation("<annotation>", scope.module, scope, pos=self.frame.pos if self.stack else (0, 0)))
        try:
            return self.evaluate(node)
        finally:
            self.stack.pop()

    def resolved(self, node: Node, scope: Scope) -> Value:
        """A dotted name of an annotation, without executing anything."""
        if node[0] == "name":
            return self._in_scope(node, scope)
        if node[0] != "attr":
            return Unknown("not a name")
        value = self.resolved(node[1], scope)
        if isinstance(value, External):
            return External(f"{value.path}.{node[2]}", value.args)
        if isinstance(value, (ModuleObject, ClassObject)):
            return value.vars.get(node[2], Unknown("not a name"))
        return Unknown("not a name")

    def annotated_by(self, named: Value) -> Value | None:
        """What an annotation says that is a class, or the name of one."""
        if isinstance(named, ClassObject):
            return self._instance_of(named)
        if not isinstance(named, External):
            return None
        if named.path in stdlib.ANNOTATED and named.args:
            remarks = [value for key, value in named.args if key != "0"]
            injected = [found for value in remarks if (found := self.injected(value, value)) is not value]
            return injected[0] if injected else self.annotated_by(named.args[0][1])
        module, _, name = named.path.rpartition(".")
        if named.path == GENERIC:
            held = self.annotated_by(named.args[1][1])
            return None if held is None or origin(named) in _DICTIONARIES else self.new_list((), held)
        if named.path == "annotation":
            known_as = dict(named.args)
            module, name = as_text(known_as["module"]).literal or "", as_text(known_as["name"]).literal or ""
            ours = self.program.find(module) if module else None
            if isinstance(ours, ModuleObject):
                self.execute_module(ours)
                return self.annotated_by(ours.vars.get(name, NONE))
        if name == "Session" and module in ("boto3", "boto3.session", "aioboto3", "botocore.session"):
            return SessionObject((EXECUTION_ROLE,), None, self.same_line())
        known = self.tables.annotation(module, name)
        if known is None:
            return libraries.annotated(self.tables, named.path)
        service, kind = known
        return Client(service) if kind == "Client" else resources.unknown_resource(self, service, kind)

    def _instance_of(self, cls: ClassObject) -> Value | None:
        """An object of a class or of those derived from it, as far as the code makes them known."""
        derived = descendants(cls)
        if len(derived) > MAX_DERIVED:
            self.gap(GapKind.BUDGET, f"{cls.name} has more than {MAX_DERIVED} derived classes: not all are taken for what it stands for")
        found = [value for one in (cls, *derived[:MAX_DERIVED]) if (value := self._instance_of_class(one)) is not None]
        return join(*found) if found else None

    def _instance_of_class(self, cls: ClassObject) -> Value | None:
        behaves = any(isinstance(value, (FunctionObject, Descriptor)) for parent in cls.order for value in parent.vars.values())
        if any(name.startswith(("enum.", "typing.")) and name != "typing.Generic" for name in cls.external) or not (
            behaves or is_settings(cls)
        ):
            return None
        if id(cls) not in self.instances:
            self.instances[id(cls)] = Unknown(f"an object of {cls.name}")
            self.instances[id(cls)] = self.any_instance(cls)
        return self.instances[id(cls)]
