"""What is not executed: packages that are not analyzed, the methods of strings and containers, iteration, `with`, imports, annotations."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.analysis import stdlib
from lambda_iam_scan.analysis.core import Activation
from lambda_iam_scan.analysis.facts.annotations import quoted
from lambda_iam_scan.analysis.facts.ir import Node, returned
from lambda_iam_scan.analysis.frameworks import injection, lifespan, powertools
from lambda_iam_scan.analysis.interpreter.classes import Classes
from lambda_iam_scan.analysis.interpreter.statements import Statements
from lambda_iam_scan.analysis.modules.knowledge import LOGGERS, MARKERS, calls_nothing, is_harmless, is_transparent, top_package
from lambda_iam_scan.analysis.objects import containers, outside
from lambda_iam_scan.analysis.objects.operators import truth
from lambda_iam_scan.analysis.records.making import as_tuple
from lambda_iam_scan.analysis.records.pydantic import methods, validators
from lambda_iam_scan.analysis.records.pydantic.declared import is_model, is_settings
from lambda_iam_scan.analysis.records.pydantic.models import pairs
from lambda_iam_scan.analysis.sdk import libraries, resources, sessions
from lambda_iam_scan.analysis.sdk import objects as sdk
from lambda_iam_scan.analysis.values.externals import GENERIC, made, origin
from lambda_iam_scan.analysis.values.holding import hold, parts_of
from lambda_iam_scan.analysis.values.inheritance import descendants, find, is_tuple
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    CollectionValue,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    NamespacePackage,
    Partial,
    ResourceValue,
    Result,
    Scope,
    SdkMethod,
    SessionObject,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    Wrapped,
    choices,
    elements,
    given,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import UNROLL, each, join, tuple_of
from lambda_iam_scan.analysis.values.strings import as_text, why
from lambda_iam_scan.model.code import EXECUTION_ROLE, GapKind

_CALLABLE = (FunctionObject, BoundMethod, Partial, SdkMethod)
_GENERATOR_CONTEXTS = ("contextlib.contextmanager()", "contextlib.asynccontextmanager()")
_FACTORIES = (
    "boto3.client",
    "boto3.resource",
    "boto3.Session",
    "boto3.session.Session",
    "aioboto3.Session",
    "botocore.session.get_session",
)
_BUILT_IN = frozenset(f"builtins.{name}" for name in ("str", "bytes", "dict", "list", "set", "tuple"))
_DICTIONARIES = (External("builtins.dict"), External("typing.Dict"))
_CARRIERS = (Client, ResourceValue, SessionObject)
_CONTAINERS = frozenset({TupleValue, ListObject, DictObject})
MAX_DERIVED = 24
"""Derived classes of which an object that an annotation names may be."""
_DEPTH = 3
"""How deep into containers code that is not analyzed is thought to look for what it can call."""


class Models(Classes, Statements):
    """`call_external` and its kind."""

    instances: dict[int, Value]

    # -- external names

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

    def _hand_over(self, function: External, arguments: Arguments) -> None:
        """Values go into code that is not analyzed: functions may be called there, clients used, and what containers hold likewise."""
        for given_away in arguments.every():
            hold(given_away)
        harmless = is_harmless(function.path)
        for value in _within(arguments.every()):
            self._handed(value, function.path, harmless)

    def _handed(self, value: Value, path: str, harmless: bool) -> None:
        if isinstance(value, _CALLABLE):
            self.hand(self.passed, value)
            if not harmless and path not in injection.DEPENDENCIES:
                self.answered.setdefault(value, path)
        elif isinstance(value, (Instance, ClassObject)):
            self._object_handed(value, path, harmless)
        elif isinstance(value, _CARRIERS):
            if not harmless:
                self.escape(value, path)
        elif isinstance(value, External):
            self._external_handed(value, path, harmless)

    def _object_handed(self, value: Instance | ClassObject, path: str, harmless: bool) -> None:
        """The package that a class derives from calls what the class overrides; whoever is given a callable object may call it."""
        cls = value if isinstance(value, ClassObject) else value.cls
        packages = {top_package(name) for name in cls.external} - MARKERS
        bases = {package for package in packages if self.has_hooks(package) is not False}
        if bases and (not harmless or top_package(path) in bases):
            self.hand(self.passed, value)
        elif isinstance(value, Instance) and (method := find(cls, "__call__")) is not None:
            self.hand(self.passed, BoundMethod(method, value))
        elif not harmless and path not in injection.DEPENDENCIES:
            for made in (value,) if isinstance(value, Instance) else self._made_there(value):
                self._escape_with(made, path)

    def _made_there(self, cls: ClassObject) -> list[Instance]:
        """What code that is given a class makes of it."""
        with self.perhaps():
            made = self._instance_of_class(cls)
        return [] if made is None else [choice for choice in choices(made) if isinstance(choice, Instance)]

    def _escape_with(self, value: Instance, path: str) -> None:
        """The clients that an object has go where it goes."""
        for held in [held for held in _within(value.attrs.values()) if isinstance(held, _CARRIERS)]:
            self.escape(held, path, f", with an object of {value.cls.name},")

    def give_back(self, result: Value, path: str) -> None:
        """What a function returns to code that is not analyzed."""
        for value in _within([result]):
            if isinstance(value, _CARRIERS):
                self.escape(value, path)
            elif isinstance(value, Instance):
                self._escape_with(value, path)

    def has_hooks(self, package: str) -> bool | None:
        """Whether a package's classes call what derived classes define beside its public methods; None when nobody has described it."""
        library = self.tables.library(package)
        return None if library is None else bool(library.get("hooks"))

    def _external_handed(self, value: External, path: str, harmless: bool) -> None:
        """What wraps a function of the user's may be called as well as the function; what makes clients may be called, too."""
        if value.path in _GENERATOR_CONTEXTS and isinstance(inner := value.argument("", 0), _CALLABLE):
            self.hand(self.passed, inner)
            if path in lifespan.APPLICATIONS:
                lifespan.keep_state(self, inner)
        elif value.path in _FACTORIES and not harmless:
            self.gap(GapKind.ESCAPED_CLIENT, f"{value.path} is given to {path.replace('()', '')}, which is not analyzed")

    def escape(self, value: Value, path: str, within: str = "") -> None:
        """A client goes where nobody looks."""
        services = (value.service,) if isinstance(value, (Client, ResourceValue)) else ()
        what = f"{services[0]} client" if services else "session"
        self.gap(GapKind.ESCAPED_CLIENT, f"a {what}{within} is given to {path.replace('()', '')}, which is not analyzed", *services)

    def call_unknown(self, function: Value, arguments: Arguments) -> Value:
        """Call something of which nothing is known."""
        place = f"something unknown ({why(function)})"
        for choice in _within(arguments.every()):
            if isinstance(choice, _CALLABLE):
                self.hand(self.registered, choice)
                self.answered.setdefault(choice, place)
            elif isinstance(choice, Instance) and (method := find(choice.cls, "__call__")) is not None:
                self.hand(self.registered, BoundMethod(method, choice))
            elif isinstance(function, Unknown):
                self.give_back(choice, place)
        return function if isinstance(function, Unknown) else Unknown("result of something that is not a function")

    def decorate_external(self, decorator: Unknown | External, decorated: Value) -> Value:
        """A decorator that is not analyzed: what it decorates goes on doing what it does, and may be called by others."""
        if isinstance(decorator, External):
            model = stdlib.FUNCTIONS.get(decorator.path)
            if model is not None:
                return model(self, decorator, Arguments([decorated]))
            known = libraries.decorate(self, decorator, decorated)
            if known is not None:
                return known
            if decorator.path == "aws_lambda_powertools.middleware_factory.lambda_handler_decorator()":
                middleware = decorator.argument("decorator", 0)
                return decorated if middleware is None else Partial(middleware, (decorated,), ())
            if decorator.path.endswith("middleware_factory.lambda_handler_decorator"):
                return External(decorator.path + "()", (("0", decorated),))
            if (marked := validators.decorate(self, decorator, decorated)) is not None:
                return marked
            if is_transparent(decorator.path):
                return decorated
        if isinstance(decorated, _CALLABLE):
            self.hand(self.registered, decorated)
            if decorated not in self.answered and not (isinstance(decorator, External) and is_harmless(decorator.path)):
                self.answered[decorated] = decorator.path if isinstance(decorator, External) else "a decorator"
                self.decorated.add(decorated)
        return decorated

    # -- methods of known values

    def call_method(self, receiver: Value, name: str, arguments: Arguments) -> Value:
        """A method of a string, container, result ..."""
        return containers.call(self, receiver, name, arguments)

    # -- iteration and with

    def iterate(self, value: Value) -> TupleValue | ListObject:
        """The items that iterating gives."""
        if isinstance(value, (TupleValue, ListObject)):
            return value
        if isinstance(value, Union):
            parts = [self.iterate(choice) for choice in given(value)]
            found = [item for part in parts for item in elements(part)]
            return self.new_list((), join(*found) if found else None)
        if isinstance(value, DictObject):
            keys: list[Value] = [containers.key_value(key) for key in value.entries]
            return self.new_list(keys, None if value.rest is None else Unknown("a key that is not known"))
        if isinstance(value, Instance):
            return self._iterate_object(value)
        if isinstance(value, ClassObject):
            if (answer := self.special(value, "__iter__")) is not None:
                return self.iterate(answer)
            return self.new_list([item for item in value.vars.values() if isinstance(item, Instance)])
        if isinstance(value, Str) and value.literal is not None and len(value.literal) <= UNROLL:
            return self.new_list([text(character) for character in value.literal])
        return self.new_list((), self._item_of(value))

    def _item_of(self, value: Value) -> Value:
        if isinstance(value, Result):
            return Result(value.service, value.operation, value.arguments, value.principal, (*value.path, "[]"), value.region)
        if isinstance(value, CollectionValue):
            return resources.item_of_collection(self, value)
        if isinstance(value, Str):
            return hole("a character")
        if isinstance(value, Wrapped):
            return value
        return value if isinstance(value, Unknown) else Unknown(f"an item of {why(value)}")

    def _iterate_object(self, value: Instance) -> TupleValue | ListObject:
        for name in ("__iter__", "__aiter__"):
            if (method := find(value.cls, name)) is not None:
                found = self.call(BoundMethod(method, value), Arguments())
                if isinstance(found, Instance):
                    step = find(found.cls, "__next__") or find(found.cls, "__anext__")
                    return self.new_list((), None if step is None else self.repeatedly(BoundMethod(step, found)))
                return self.iterate(found)
        if is_tuple(value.cls):
            return tuple_of(as_tuple(self, value))
        if is_model(value.cls):
            return self.new_list(pairs(self, value))
        found_items = stdlib.protocols.iterated(self, value)
        return self.new_list((), Unknown(f"an item of {value.cls.name}")) if found_items is None else found_items

    def entered_context(self, value: Value) -> Value:
        """What `with value as x` binds."""
        if isinstance(value, Union):
            return join(*[self.entered_context(choice) for choice in value.choices if choice != NONE])
        if isinstance(value, Wrapped):
            return value.value
        if isinstance(value, Instance):
            method = find(value.cls, "__enter__") or find(value.cls, "__aenter__")
            return value if method is None else self.call(BoundMethod(method, value), Arguments())
        return value

    def may_swallow(self, value: Value) -> bool:
        """Whether an exception within a `with` block may end there."""
        return any(self._may_swallow(choice) for choice in choices(value))

    def _may_swallow(self, value: Value) -> bool:
        if isinstance(value, Instance):
            method = find(value.cls, "__exit__") or find(value.cls, "__aexit__")
            answers = returned(method.code[2]) if isinstance(method, FunctionObject) else ()
            return any(answer not in (None, ("const", None), ("const", False)) for answer in answers)
        if isinstance(value, Wrapped):
            return value.kind == "swallowing context"
        return isinstance(value, External) and value.path == "contextlib.suppress()"

    def left_context(self, value: Value) -> bool:
        """The end of a `with` block; whether an exception within may be swallowed there."""
        swallows = False
        for choice in choices(value):
            if isinstance(choice, Instance):
                method = find(choice.cls, "__exit__") or find(choice.cls, "__aexit__")
                if method is not None:
                    result = self._left(BoundMethod(method, choice))
                    swallows = swallows or any(truth(answer) is not False for answer in choices(result))
            else:
                swallows = swallows or self._may_swallow(choice)
        return swallows

    def _left(self, leave: BoundMethod) -> Value:
        """`__exit__` with nothing wrong, then with an exception: what it answers to that."""
        saved = self.control
        self.control = self.new_path()
        self.call(leave, Arguments([NONE, NONE, NONE]))
        self.control = self.new_path()
        answer = self.call(leave, Arguments([Unknown("an exception's class"), Unknown("an exception"), Unknown("its traceback")]))
        self.control = saved
        return answer

    # -- modules

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

    # -- annotations

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


def _within(values: Iterable[Value]) -> list[Value]:
    """The possible values and, so deep as unseen code is thought to look, what containers hold."""
    level = found = _told_apart(values)
    for _ in range(_DEPTH - 1):
        level = _told_apart([inner for value in level if type(value) in _CONTAINERS for inner in parts_of(value)])
        found = found + level
    return found


def _told_apart(values: Iterable[Value]) -> list[Value]:
    """The possible values, each once: containers that hold one another in many ways would be looked into as often."""
    return list({id(choice): choice for value in values for choice in choices(value)}.values())
