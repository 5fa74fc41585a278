"""What is not executed: packages that are not analyzed, the methods of strings and containers, and importing."""

from __future__ import annotations

from lambda_iam_scan.analysis import stdlib
from lambda_iam_scan.analysis.core.activation import Activation
from lambda_iam_scan.analysis.frameworks import injection, powertools
from lambda_iam_scan.analysis.interpreter.escapes import _CALLABLE, Escapes
from lambda_iam_scan.analysis.modules.knowledge import LOGGERS, calls_nothing, is_harmless
from lambda_iam_scan.analysis.objects import containers, outside
from lambda_iam_scan.analysis.records.pydantic import methods, validators
from lambda_iam_scan.analysis.sdk import libraries, sessions
from lambda_iam_scan.analysis.sdk import objects as sdk
from lambda_iam_scan.analysis.values.externals import GENERIC, made, origin
from lambda_iam_scan.analysis.values.kinds import Arguments, ClassObject, External, Instance, ModuleObject, NamespacePackage, Unknown, Value
from lambda_iam_scan.analysis.values.lattice import each, join

_BUILT_IN = frozenset(f"builtins.{name}" for name in ("str", "bytes", "dict", "list", "set", "tuple"))


class Models(Escapes):
    """`call_external` and its kind."""

    def external_attribute(self, value: External, name: str) -> Value:
        """An attribute of something external."""
        stored = outside.read(self, value, name) if self.external_state else None
        known = sessions.external_attribute(self, value, name)
        known = known or stdlib.attribute(self, value, name) or powertools.attribute(self, value, name)
        if known is not None:
            return known
        if stored is not None:
            return stored
        if (read := libraries.read(self, value, name)) is not None:
            return read
        return External(f"{value.path}.{name}", value.args)

    def external_item(self, value: External, index: Value) -> Value:
        """An item of something external: a mapping such as `os.environ`, or a generic class."""
        known = stdlib.item(self, value, index) or (outside.read_item(self, value, index) if self.external_state else None)
        if known is not None:
            return known
        known = libraries.item(self, value) or injection.marked(value, index)
        if known is not None:
            return known
        return Unknown(f"part of {value.path.removesuffix('()')}") if value.path.endswith("()") else value

    def inherited_method(self, value: Instance, name: str) -> Value | None:
        """A method that an external base is known to have."""
        paths = (f"{base}().{name}" for base in value.cls.external)
        known = next((path for path in paths if path in stdlib.protocols.PATHS), None)
        return None if known is None else External(known, (("self", value),))

    def external_init(self, value: Instance, arguments: Arguments) -> None:
        """`__init__` of an external base keeps what it is given by keyword, and may call it."""
        if stdlib.kept.made_container(self, value, arguments):
            return
        for name, item in arguments.keywords.items():
            self.set_attribute(value, name, item)
        if stdlib.concurrency.thread_made(self, value, arguments):
            return
        if libraries.call(self, External(value.cls.external[0]), arguments) is not None:
            return
        self._hand_over(External(value.cls.external[0]), arguments)

    def call_external(self, function: External, arguments: Arguments) -> Value:
        """Call something external."""
        if function.path == GENERIC:
            return self.call(origin(function), arguments)
        model = sdk.FUNCTIONS.get(function.path) or stdlib.FUNCTIONS.get(function.path)
        if model is not None:
            return model(self, function, arguments)
        for read in (sessions.call_external, powertools.call, injection.call, methods.call, validators.call, libraries.call, outside.call):
            if (known := read(self, function, arguments)) is not None:
                return known
        if (answer := stdlib.kept.text_method(self, function, arguments)) is not None:
            return answer
        kind, _, method = function.path.rpartition(".")
        if kind in _BUILT_IN and arguments.positional:
            return each(arguments.positional[0], lambda receiver: self._called_by_class(kind, method, receiver, arguments.after(1)))
        if function.path.startswith(LOGGERS):
            for value in arguments.every():
                self.texts(value)
        if not calls_nothing(function.path):
            self._hand_over(function, arguments)
        if isinstance(owner := function.argument("self", 99), (ClassObject, Instance)) and not function.path.endswith("__"):
            self._handed(owner, function.path, is_harmless(function.path))
        wrapped = [value for _, value in function.args if isinstance(value, _CALLABLE)] if function.path.endswith("()") else []
        if wrapped:
            return join(*[self.call(value, arguments) for value in wrapped])
        return made(function, arguments)

    def _called_by_class(self, kind: str, method: str, receiver: Value, arguments: Arguments) -> Value:
        """`str.lower(name)`, or `dict.get(self, key)` in a class that overrides `get`."""
        if isinstance(receiver, Instance):
            return self.call(External(f"{kind}().{method}", (("self", receiver),)), arguments)
        return self.call(self.attribute(receiver, method), arguments)

    def call_method(self, receiver: Value, name: str, arguments: Arguments) -> Value:
        """A method of a string, container, result ..."""
        return containers.call(self, receiver, name, arguments)

    def import_module(self, name: str, package: str | None = None) -> Value:
        """A module by absolute name, executed if it is the user's."""
        parts = name.split(".")
        found: ModuleObject | NamespacePackage | None = None
        for i in range(1, len(parts) + 1):
            found = self.program.find(".".join(parts[:i]))
            if found is None:
                break
            if isinstance(found, ModuleObject):
                self.execute_module(found)
        self._report_failures()
        if found is not None:
            return found
        libraries.imported(self, name)
        return External(name)

    def _report_failures(self) -> None:
        for path in self.program.failed:
            self.unreadable(path)

    def execute_module(self, module: ModuleObject) -> None:
        """Execute a module's body, once."""
        if module.loaded:
            return
        module.loaded = True
        saved, self.control = self.control, self.new_path()
        module.scope.control = self.control
        self.stack.append(Activation("<module>", module, module.scope))
        try:
            self.block(module.facts.body)
        finally:
            self.stack.pop()
            self.control = saved
        self.changed(None)
