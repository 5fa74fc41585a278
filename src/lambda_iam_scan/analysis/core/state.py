"""The state of one analysis."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from lambda_iam_scan.analysis.core.activation import Activation, Handing
from lambda_iam_scan.analysis.core.joining import joined
from lambda_iam_scan.analysis.core.memo import NEVER, Changes
from lambda_iam_scan.analysis.values.kinds import ClassObject, FunctionObject, Path, SessionObject, Value
from lambda_iam_scan.model.code import EXECUTION_ROLE, Fields, Gap, GapKind, Principal, SdkCall
from lambda_iam_scan.model.source import Frame, Location
from lambda_iam_scan.model.text import Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.facts.ir import Node
    from lambda_iam_scan.analysis.modules.program import Program
    from lambda_iam_scan.tables import Tables

MAX_CALLS_PER_SITE = 24
"""Different arguments of one call of one place that are told apart; the others are joined."""


class State:
    """What is known so far of one entry point, and where its execution stands."""

    def __init__(self, program: Program, tables: Tables, environment: Mapping[str, Text] | None) -> None:
        self.program = program
        self.tables = tables
        self.environment = environment
        self.steps = 0
        """Expressions, statements and calls so far; `evaluate` raises `BudgetSpent` when they are too many."""
        self.serial = 0
        self.changes = Changes()
        self.held_changes = Changes()
        self.writes: dict[str, int] = {}
        """How often each attribute or item of a name, of whatever object, was set."""
        self.control = Path(0)
        self.touched = NEVER
        """The oldest object that a generator, once it had given something, was about to change."""
        self.suspended = 0
        """When the generator that is executed last gave something: whoever took it may have changed everything older since."""
        self.stack: list[Activation] = []
        self.calls: dict[tuple[object, ...], SdkCall] = {}
        self.per_site: dict[tuple[object, ...], int] = {}
        self.gaps: dict[tuple[GapKind, str, Location], Gap] = {}
        self.registered: dict[Value, Handing] = {}
        """Functions that unseen code may call, where nothing else does, and where it was given them."""
        self.passed: dict[Value, Handing] = {}
        """Functions, and objects with methods, that unseen code is taken to call."""
        self.answered: dict[Value, str] = {}
        """Such functions and who gets what they return: of those that are decorated, only where nothing else calls them (`decorated`)."""
        self.decorated: set[Value] = set()
        self.entered: dict[int, int] = {}
        """How often each function's code has been executed."""
        self.executed: set[object] = set()
        """Those of which there may be several with the same code: functions within functions, and methods with their object."""
        self.handed: set[tuple[int, object]] = set()
        """Functions and SDK objects that were handed to each function's code."""
        self.costs: dict[int, int] = {}
        """The most steps that one execution of each function's code took."""
        self.making: list[ClassObject] = []
        """Classes whose metaclass is being called."""
        self.own_texts = False
        """Whether a class of the user's says how its objects are shown."""
        self.default_session = SessionObject((EXECUTION_ROLE,))
        self.external_state: dict[tuple[str, str], Value] = {}
        """What things that are not analyzed have been given, by the thing and the attribute's or item's name (`outside`)."""
        self.left: dict[tuple[str, str], dict[Value, Handing]] = {}
        """Such values that may lead to requests, and where they were put there."""
        self.taken: set[str] = set()
        """Names under which they were read again."""
        self.expression_kinds: dict[str, Callable[[Node], Value]] = self._methods("x_")
        self.statement_kinds: dict[str, Callable[[Node], bool | None]] = self._methods("s_")

    def _methods(self, prefix: str) -> dict[str, Callable[[Node], Any]]:
        """What evaluates or executes each kind of node, by the kind's name."""
        return {name.removeprefix(prefix): getattr(self, name) for name in _names(cast(Hashable, type(self)), prefix)}

    @property
    def frame(self) -> Activation:
        """The innermost activation."""
        return self.stack[-1]

    def here(self) -> Location:
        """The call that is being executed."""
        if not self.stack:
            return Location("")
        frame = self.stack[-1]
        return frame.module.facts.location(frame.pos)

    def trace(self) -> tuple[Frame, ...]:
        """The way from the entry to here."""
        return tuple(Frame(frame.module.facts.location(frame.pos), frame.name) for frame in self.stack)

    def hand(self, store: dict[Value, Handing], value: Value) -> None:
        """Note that a value was given away here. Of functions registered at import, as routes are, the way begins with themselves."""
        if value in store:
            return
        registered = isinstance(value, FunctionObject) and all(frame.function is None for frame in self.stack)
        store[value] = () if registered else tuple(replace(frame) for frame in self.stack)

    def gap(self, kind: GapKind, reason: str, *services: str) -> None:
        """Something here could not be resolved."""
        location = self.here()
        self.gaps.setdefault((kind, reason, location), Gap(kind=kind, reason=reason, location=location, services=services))

    def sdk_call(
        self,
        service: str,
        operation: str,
        arguments: Fields,
        principal: Principal,
        region: Text | None = None,
        library: str | None = None,
        *,
        possible: bool = False,
    ) -> None:
        """The code calls an operation here, or a library does; `possible`: perhaps."""
        frame = self.frame
        site = (frame.module.path, frame.pos, service, operation)
        key: tuple[object, ...] = (*site, arguments, principal, library, region, possible)
        if key in self.calls:
            return
        seen = self.per_site.get(site, 0)
        if seen >= MAX_CALLS_PER_SITE:
            key = (*site, principal, library, region, possible)
            if (known := self.calls.get(key)) is not None:
                self.calls[key] = replace(known, arguments=joined(known.arguments, arguments))
                return
        self.per_site[site] = seen + 1
        self.calls[key] = SdkCall(
            service=service,
            operation=operation,
            arguments=arguments,
            location=self.here(),
            trace=self.trace(),
            principal=principal,
            library=library,
            region=region,
            possible=possible,
        )

    def new_path(self) -> Path:
        """A path of execution of its own: a branch, a loop's body, an alternative."""
        self.serial += 1
        return Path(self.serial)

    def same_line(self) -> Path:
        """The same path, at a later time."""
        self.serial += 1
        return Path(self.serial, self.control.line)

    @contextmanager
    def perhaps(self) -> Iterator[None]:
        """What is executed meanwhile may happen or not: a path of its own."""
        saved, self.control = self.control, self.new_path()
        try:
            yield
        finally:
            self.control = saved

    def changed(self, made: Path | None, *, held: bool = True) -> None:
        """Something has changed that was made on a path (None: what everyone shares): earlier results may not hold.

        Where it is not `held`, it matters only to the function that has it.
        """
        serial = 0 if made is None else made.serial
        self.changes.add(serial)
        if held:
            self.held_changes.add(serial)

    def fresh(self, control: Path | None) -> bool:
        """Whether an object was made on the very path that is executed now, so that a change replaces what was there."""
        if control is None:
            return False
        if control.serial <= self.suspended:
            self.touched = min(self.touched, control.serial)
            return False
        return control.line is self.control.line


@cache
def _names(cls: Hashable, prefix: str) -> tuple[str, ...]:
    return tuple(name for name in dir(cls) if name.startswith(prefix))
