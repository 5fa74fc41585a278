"""What goes into code that is not analyzed: functions may be called there, clients used, and what containers hold likewise."""

from __future__ import annotations

from lambda_iam_scan.analysis import stdlib
from lambda_iam_scan.analysis.frameworks import injection, lifespan
from lambda_iam_scan.analysis.interpreter.protocols import Protocols
from lambda_iam_scan.analysis.modules.knowledge import MARKERS, is_harmless, is_transparent, top_package
from lambda_iam_scan.analysis.records.pydantic import validators
from lambda_iam_scan.analysis.sdk import libraries
from lambda_iam_scan.analysis.values.holding import hold, within
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    External,
    FunctionObject,
    Instance,
    Partial,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.analysis.values.strings import why
from lambda_iam_scan.model.code import GapKind

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
_CARRIERS = (Client, ResourceValue, SessionObject)


class Escapes(Protocols):
    """Values that leave what is analyzed."""

    def _hand_over(self, function: External, arguments: Arguments) -> None:
        """Values go into code that is not analyzed: functions may be called there, clients used, and what containers hold likewise."""
        for given_away in arguments.every():
            hold(given_away)
        harmless = is_harmless(function.path)
        for value in within(arguments.every()):
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
        """The clients that an object has itself go where it goes: objects are handed about too much to look any further."""
        for held in [choice for attribute in value.attrs.values() for choice in choices(attribute) if isinstance(choice, _CARRIERS)]:
            self.escape(held, path, f", with an object of {value.cls.name},")

    def give_back(self, result: Value, path: str) -> None:
        """What a function returns to code that is not analyzed."""
        for value in within([result]):
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
        for choice in within(arguments.every(), most=64):
            if isinstance(choice, _CALLABLE):
                self.hand(self.registered, choice)
                self.answered.setdefault(choice, place)
            elif isinstance(choice, Instance) and (method := find(choice.cls, "__call__")) is not None:
                self.hand(self.registered, BoundMethod(method, choice))
            elif isinstance(function, Unknown) and isinstance(choice, Instance):
                self._escape_with(choice, place)
            elif isinstance(function, Unknown) and isinstance(choice, _CARRIERS):
                self.escape(choice, place)
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
