"""What every part of the interpreter shares: the state of one analysis, and the operations the parts give one another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from lambda_iam_scan.analysis.joining import joined
from lambda_iam_scan.analysis.memo import NEVER, Changes
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    Arguments,
    ClassObject,
    DictObject,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    NamespacePackage,
    Path,
    Scope,
    SessionObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
)
from lambda_iam_scan.analysis.values.lattice import CHANGING, fewer_numbers, is_numbers, join, pattern, present
from lambda_iam_scan.analysis.values.strings import why
from lambda_iam_scan.model.code import EXECUTION_ROLE, Fields, Gap, GapKind, Principal, SdkCall
from lambda_iam_scan.model.source import Frame, Location
from lambda_iam_scan.model.text import Hole, Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.facts.ir import Node
    from lambda_iam_scan.analysis.modules.program import Program
    from lambda_iam_scan.tables import Tables

SOFT_STEPS = 140_000
"""Expressions and statements after which a function executed `ENOUGH` times already is not executed for further arguments."""
HARD_STEPS = 300_000
"""The same for functions that cost next to nothing, as those that make names do, and for those that make clients."""
ENOUGH = 3
CHEAP = 150
"""Expressions and statements that such a function takes, with all that it calls."""
MAX_STEPS = 450_000
"""Expressions and statements that one entry point may cost."""
MAX_STACK = 90
"""Functions within functions."""
CALLED = 4
"""Times that something is called which is called any number of times."""
MAX_PATTERNS = 12
"""Keys of one dictionary that are known in part and told apart."""
MAX_CALLS_PER_SITE = 24
"""Different arguments of one call of one place that are told apart; the others are joined."""

Pos: TypeAlias = tuple[int, int]
Handing: TypeAlias = "tuple[Activation, ...]"
"""The activations at the moment when a function was given away: it is called from there."""
Callback: TypeAlias = Callable[[], object]


class BudgetSpent(Exception):
    """The analysis of this entry point costs too much; what was found so far stands."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a test says of an attribute or item: where that is still `plain`, and nothing on the way there was set since, `value`.

    `root` is the variable's value and `writes` how often each name on the way was set, at the time of the test.
    """

    plain: Value
    value: Value
    root: Value | None
    writes: tuple[int, ...]


@dataclass(slots=True)
class Activation:
    """One function (or module or class body) being executed. `pos` is the call it stands at."""

    name: str
    module: ModuleObject
    scope: Scope
    function: FunctionObject | None = None
    receiver: Value | None = None
    pos: Pos = (0, 0)
    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    """What a generator gives, in order as long as it surely gives all of it."""
    more_yields: list[Value] = field(default_factory=list)
    exits: list[dict[str, Value]] = field(default_factory=list)
    loops: list[tuple[list[dict[str, Value]], list[dict[str, Value]]]] = field(default_factory=list)
    tries: list[dict[str, Value]] = field(default_factory=list)
    """What has been assigned within each block that an exception may leave at any point and the function go on."""
    leaves: int = 0
    narrowed: Mapping[tuple[str, ...], Narrowed] = field(default_factory=dict)
    """What tests on the way here say of attributes and items; replaced as a whole, never changed."""


class Core:
    """State of one analysis. The operations below are implemented by the parts; each part may use all of them."""

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

    # -- operations of the parts

    def evaluate(self, node: Node) -> Value:
        """An expression's value."""
        raise NotImplementedError

    def lookup(self, name: str) -> Value:
        """A name in the scopes around, then the builtins."""
        raise NotImplementedError

    def block(self, body: Iterable[Node]) -> bool:
        """Execute statements; False when control does not reach their end."""
        raise NotImplementedError

    def assign(self, target: Node, value: Value) -> None:
        """Bind a target."""
        raise NotImplementedError

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        raise NotImplementedError

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`."""
        raise NotImplementedError

    def store_attribute(self, value: Value, name: str, new: Value) -> None:
        """The same as an object without `__setattr__` of its own does it."""
        raise NotImplementedError

    def keep_attribute(self, owner: Value, name: str, new: Value) -> None:
        """Put an attribute into an object's own dictionary. Implemented by the part that knows objects."""
        raise NotImplementedError

    def delete_attribute(self, value: Value, name: str) -> None:
        """`del value.name`."""
        raise NotImplementedError

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        raise NotImplementedError

    def iterate(self, value: Value) -> TupleValue | ListObject:
        """The items that iterating gives."""
        raise NotImplementedError

    def call(self, function: Value, arguments: Arguments) -> Value:
        """Call anything."""
        raise NotImplementedError

    def import_module(self, name: str, package: str | None = None) -> Value:
        """A module by absolute name, executed if it is the user's."""
        raise NotImplementedError

    def execute_module(self, module: ModuleObject) -> None:
        """Execute a module's body, once."""
        raise NotImplementedError

    def entered_context(self, value: Value) -> Value:
        """What `with value as x` binds."""
        raise NotImplementedError

    def annotated(self, annotation: Node | None, scope: Scope) -> Value | None:
        """What an annotation says of a value, or None when it says nothing of use."""
        raise NotImplementedError

    def annotated_by(self, named: Value) -> Value | None:
        """The same where the annotation has been evaluated."""
        raise NotImplementedError

    def may_swallow(self, value: Value) -> bool:
        """Whether an exception within a `with` block may end there."""
        raise NotImplementedError

    def resolved(self, annotation: Node, scope: Scope) -> Value:
        """What a dotted name of an annotation stands for, without executing anything."""
        raise NotImplementedError

    def any_instance(self, cls: ClassObject) -> Value:
        """An object of a class, made by code that is not analyzed."""
        raise NotImplementedError

    def left_context(self, value: Value) -> bool:
        """The end of a `with` block; whether an exception within may be swallowed there."""
        raise NotImplementedError

    def believed(self, value: Value, annotation: Node | None, scope: Scope) -> Value:
        """A value, or what its annotation says of it where that is more."""
        raise NotImplementedError

    def call_method(self, receiver: Value, name: str, arguments: Arguments) -> Value:
        """A method of a string, container, result ..."""
        raise NotImplementedError

    def binary(self, operator: str, left: Value, right: Value) -> Value:
        """`left operator right`."""
        raise NotImplementedError

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true, None when it may be either."""
        raise NotImplementedError

    def texts(self, value: Value) -> tuple[Text, ...]:
        """`str(value)`, one for each choice."""
        raise NotImplementedError

    def special(self, value: Value, name: str, *arguments: Value) -> Value | None:
        """Call a special method that the user's class defines; None when it does not."""
        raise NotImplementedError

    def inherited_method(self, value: Instance, name: str) -> Value | None:
        """A method that an external base is known to have."""
        raise NotImplementedError

    def construct(self, cls: ClassObject, arguments: Arguments) -> Value:
        """`cls.__new__` and `__init__`."""
        raise NotImplementedError

    def new_object(self, cls: ClassObject, arguments: Arguments | None = None) -> Instance:
        """`object.__new__(cls)`."""
        raise NotImplementedError

    # -- state

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

    def each_choice(self, value: Value) -> Iterator[Value]:
        """What a value can be, one after another: what is done to one of several may be done to another instead."""
        found = choices(value)
        for choice in found:
            if len(found) == 1:
                yield choice
            else:
                with self.perhaps():
                    yield choice

    def perhaps_call(self, function: Value, arguments: Arguments) -> Value:
        """Call something that may be called any number of times, or not at all."""
        with self.perhaps():
            return self.call(function, arguments)

    def repeatedly(self, function: Value) -> Value:
        """What something gives that is called any number of times: until nothing new comes of it."""
        found: Value | None = None
        for _ in range(CALLED):
            before, began, changes = found, self.serial, self.changes.count
            found = join(found, self.perhaps_call(function, Arguments()))
            if found == before and self.changes.oldest_since(changes) > began:
                break
        return found or NONE

    def wider(self, old: Value, new: Value) -> Value:
        """What can be said of a value that becomes another one each time; the value itself where it may be told apart."""
        if is_numbers(old) and is_numbers(new):
            return CHANGING
        if isinstance(old, Str) and isinstance(new, Str):
            return Str(pattern([old.text, new.text]))
        if isinstance(old, (ListObject, TupleValue)) and isinstance(new, (ListObject, TupleValue)):
            return self._wider_items(old, new)
        if isinstance(old, DictObject) and isinstance(new, DictObject) and old.entries.keys() == new.entries.keys():
            return self._wider_entries(old, new)
        return old if join(old, new) == old else new

    def _wider_items(self, old: ListObject | TupleValue, new: ListObject | TupleValue) -> Value:
        added = list(elements(new))
        if not added:
            return new
        held = join(*elements(old), *added)
        return old if isinstance(old, ListObject) and not old.items and old.rest == held else self.new_list((), held)

    def _wider_entries(self, old: DictObject, new: DictObject) -> Value:
        entries = {key: value if value == new.entries[key] else self.wider(value, new.entries[key]) for key, value in old.entries.items()}
        rest = old.rest if new.rest is None or new.rest == old.rest else join(old.rest, new.rest)
        return old if entries == old.entries and rest == old.rest else self.new_dict(entries, rest)

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

    def update(self, store: dict[str, Value], name: str, value: Value, control: Path | None, *, sure: bool = True) -> None:
        """Set a variable of an object: replaced where the path is the same, else one more possibility."""
        sure = sure and self.fresh(control)
        old = store.get(name)
        if old is value:
            return
        hold(value)
        new = value if old is None or sure else fewer_numbers(join(old, value))
        if new != old:
            store[name] = new
            self.changed(control)

    def append(self, target: ListObject, value: Value) -> None:
        """Add an item: in order while the path is known, else to the rest."""
        if target.held:
            hold(value)
        if self.fresh(target.control) and target.rest is None and len(target.items) < 64:
            target.items.append(value)
            self.changed(target.control, held=target.held)
            return
        new = join(target.rest, value)
        if new != target.rest:
            target.rest = new
            self.changed(target.control, held=target.held)

    def extend(self, target: ListObject, items: ListObject | TupleValue) -> None:
        """Add items; those that may be there or not, perhaps."""
        for item in list(items.items):
            self.append(target, item)
        if isinstance(items, ListObject) and items.rest is not None:
            with self.perhaps():
                self.append(target, items.rest)

    def put(self, target: DictObject, key: Value, value: Value) -> None:
        """Set an entry."""
        names = dict_keys(key)
        if not names:
            self.put_somewhere(target, value)
        for name in names:
            if self._one_too_many(target, name):
                self.put_somewhere(target, value)
            else:
                self.set_entry(target, name, value, self.fresh(target.control) and len(names) == 1)

    def _one_too_many(self, target: DictObject, name: Text | object) -> bool:
        """Whether a key that is known in part would be one more than are told apart."""
        return _is_pattern(name) and name not in target.entries and sum(map(_is_pattern, target.entries)) >= MAX_PATTERNS

    def set_entry(self, target: DictObject, name: Text | object, value: Value, sure: bool) -> None:
        """Set an entry of known key. What it had before may remain where the change is not `sure`, or the value may be absent."""
        if target.held:
            hold(value)
        old = target.entries.get(name)
        new = value if sure and ABSENT not in choices(value) else join(ABSENT if old is None else old, present(value))
        if new != old:
            target.entries[name] = new
            self.changed(target.control, held=target.held)
        if target.owner is not None and isinstance(name, Text) and name.literal is not None:
            self.keep_attribute(target.owner, name.literal, present(value))

    def put_somewhere(self, target: DictObject, value: Value) -> None:
        """Set an entry whose key is not known: it may be any of those that are there, or another."""
        if target.held:
            hold(value)
        rest = join(target.rest, value)
        entries = {name: join(old, value) for name, old in target.entries.items()}
        if rest != target.rest or entries != target.entries:
            target.rest = rest
            target.entries.update(entries)
            self.changed(target.control, held=target.held)

    def merge_into(self, target: DictObject, value: Value) -> None:
        """`target.update(value)`."""
        given_dicts = [choice for choice in choices(value) if isinstance(choice, DictObject)]
        sure = self.fresh(target.control) and len(given_dicts) == len(choices(value))
        somewhere: list[Value] = []
        for key in dict.fromkeys(key for choice in given_dicts for key in choice.entries):
            item = join(*[choice.entries.get(key, ABSENT) for choice in given_dicts])
            if self._one_too_many(target, key):
                somewhere.append(present(item))
            else:
                self.set_entry(target, key, item, sure)
        for choice in choices(value):
            if isinstance(choice, DictObject) and choice.rest is not None:
                somewhere.append(choice.rest)
            elif choice != NONE and not isinstance(choice, DictObject):
                somewhere.append(Unknown(why(choice)))
        if somewhere:
            self.put_somewhere(target, join(*somewhere))

    def remove(self, target: DictObject, names: Iterable[Text | object]) -> None:
        """Take out one of these entries, or any when none is named."""
        wanted = tuple(names)
        known = [name for name in wanted if name in target.entries] if wanted else list(target.entries)
        if not known:
            return
        for name in known:
            if len(wanted) == 1 and self.fresh(target.control):
                del target.entries[name]
            else:
                target.entries[name] = join(target.entries[name], ABSENT)
        self.changed(target.control, held=target.held)

    def new_list(self, items: Iterable[Value] = (), rest: Value | None = None, kind: str = "list") -> ListObject:
        """A fresh list, set or the like."""
        return ListObject(list(items), rest, self.same_line(), kind)

    def new_dict(self, entries: Mapping[Text | object, Value] | None = None, rest: Value | None = None) -> DictObject:
        """A fresh dictionary."""
        return DictObject(dict(entries or {}), rest, self.same_line())


def _is_pattern(name: Text | object) -> bool:
    return isinstance(name, Text) and any(isinstance(part, Hole) for part in name.parts)


@cache
def _names(cls: Hashable, prefix: str) -> tuple[str, ...]:
    return tuple(name for name in dir(cls) if name.startswith(prefix))


Importable: TypeAlias = ModuleObject | NamespacePackage
