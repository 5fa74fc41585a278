"""The analysis of one entry point: modules in import order, the handler, and whatever was handed out to be called later."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from lambda_iam_scan.analysis.core.activation import Activation, Handing
from lambda_iam_scan.analysis.core.budget import BudgetSpent
from lambda_iam_scan.analysis.core.memo import NEVER, Closures, Results
from lambda_iam_scan.analysis.facts.module import ModuleFacts
from lambda_iam_scan.analysis.interpreter.calls import Calls, is_inner
from lambda_iam_scan.analysis.modules.program import TASK_ROOT, Program
from lambda_iam_scan.analysis.stdlib import CONTEXT, EVENT
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    BoundMethod,
    ClassObject,
    External,
    FunctionObject,
    Instance,
    ModuleObject,
    Partial,
    SdkMethod,
    Str,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.garbage import uncollected
from lambda_iam_scan.model.code import CodeUse, Gap, GapKind, SdkCall
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables

ROUNDS = 4
"""Times the handler and what it registered are executed, until nothing changes any more."""
WORTHWHILE = 30_000
"""Expressions and statements up to which they are executed once more although the last time has led to nothing new."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What to analyze. `code_roots` are directories in import order; `handler` as configured, None for every module, whole."""

    code_roots: tuple[str, ...]
    handler: str | None
    unseen: tuple[str, ...] = ()
    """Layers whose content is not in the project, but for those that everybody knows."""
    given: Mapping[str, Text] = field(default_factory=dict)
    """What a template puts into the handler's module, by the names that stand for it (`given_name`)."""


class Interpreter(Calls):
    """One analysis; see `core.Core` for its state and the modules beside it for its parts."""

    def __init__(self, program: Program, tables: Tables, environment: Mapping[str, Text] | None) -> None:
        super().__init__(program, tables, environment)
        self.results = Results(self.held_changes)
        self.closures = Closures()
        self.loops = {}
        self.raised = {}
        self.summaries = {}
        self.instances = {}
        self.overspent = False
        self.kept = {}
        self.cut = NEVER
        self.incomplete = []
        self.unfollowed = {}
        self.assigning = ()
        self.uncalled: set[Value] = set()

    def forget(self) -> None:
        """Let go of everything: what refers to itself would stay until a garbage collection, and most of this does."""
        for module in self.program.modules.values():
            if isinstance(module, ModuleObject):
                module.vars.clear()
        vars(self).clear()

    def rounds(self, entry: Value | None) -> None:
        """Execute the entry and the callbacks until nothing changes, or what changes no longer leads to anything new and costs much.

        What a later round left out counts only where that round has led to something new.
        """
        for i in range(ROUNDS):
            self.control = self.new_path()
            began, changes, found = self.serial, self.changes.count, len(self.registered) + len(self.passed)
            seen, overspent = self._seen(), self.overspent
            if entry is not None:
                self.enter(entry)
            self._callbacks()
            if i > 0 and self._seen() == seen:
                self.overspent = overspent
                if self.steps > WORTHWHILE:
                    break
            if self.changes.oldest_since(changes) > began and len(self.registered) + len(self.passed) == found:
                break

    def _seen(self) -> tuple[int, ...]:
        """How many calls, gaps and functions there are so far."""
        return (len(self.calls), len(self.gaps), len(self.unfollowed), len(self.entered))

    def enter(self, entry: Value) -> None:
        """Call the handler with an event of which nothing is known."""
        for choice in choices(entry):
            if isinstance(choice, ClassObject):
                choice = self.instantiate(choice, Arguments())
            self.call(choice, Arguments([EVENT, CONTEXT]))

    def _callbacks(self) -> None:
        done: set[Value] = set()
        while pending := [item for item in self.passed.items() if item[0] not in done]:
            for value, handing in pending:
                done.add(value)
                with self._given_away_at(handing):
                    self.callback(value)
            self._registered(done)
        self._registered(done)

    def _registered(self, done: set[Value]) -> None:
        """What decorators of unseen packages may have registered, where nothing else calls it."""
        for value, handing in list(self.registered.items()):
            if value in done:
                continue
            function = value.function if isinstance(value, BoundMethod) else value
            if isinstance(function, FunctionObject) and value not in self.uncalled and self._has_run(function):
                continue
            done.add(value)
            self.uncalled.add(value)
            with self._given_away_at(handing):
                self._call_registered(value)

    def _has_run(self, function: FunctionObject) -> bool:
        return function in self.executed if is_inner(function) else id(function.code) in self.entered

    def report_left(self) -> None:
        """What was put into something that is not analyzed, and never read again, is taken to be used there."""
        for (path, name), values in self.left.items():
            for value, handing in values.items() if name not in self.taken else ():
                receivers = [choice.receiver for choice in choices(value) if isinstance(choice, SdkMethod)]
                with self._given_away_at(handing):
                    self._hand_over(External(path), Arguments([value, *receivers]))

    def report_answers(self) -> None:
        """What functions returned to code that is not analyzed, which may use it."""
        for value, path in self.answered.items():
            function = _function_of(value)
            result = None if function is None else self.summaries.get(function)
            if function is None or result is None or (value in self.decorated and value not in self.uncalled):
                continue
            handing = self.passed.get(value) or self.registered.get(value)
            with self._given_away_at(handing or (Activation(function.name, function.module, function.scope, pos=function.code[5]),)):
                self.give_back(result, path)

    @contextmanager
    def _given_away_at(self, handing: Handing) -> Iterator[None]:
        """Call from where a function was given away: the way to what it calls leads through there."""
        self.stack = list(handing)
        try:
            yield
        finally:
            self.stack = []

    def _call_registered(self, value: Value) -> None:
        if isinstance(value, FunctionObject) and value.owner is not None:
            for receiver in choices(self.any_instance(value.owner)):
                if isinstance(receiver, Instance):
                    self.callback(BoundMethod(value, receiver))
            return
        self.callback(value)


def _function_of(value: Value) -> FunctionObject | None:
    """What is executed when a value is called."""
    while isinstance(value, (BoundMethod, Partial)):
        value = value.function
    return value if isinstance(value, FunctionObject) else None


def analyze(
    entry: Entry,
    *,
    tree: SourceTree,
    facts: Callable[[str], ModuleFacts | Gap],
    tables: Tables,
    environment: Mapping[str, Text] | None = None,
) -> CodeUse:
    """Everything one function's code does with AWS.

    `environment` None: not known; else the function's variables, complete. What cannot be resolved is a Gap of the result.
    """
    program = Program(entry.code_roots, tree, facts, entry.unseen)
    for root in _search_path(environment, program.roots[0]):
        program.add_root(root)
    run = Interpreter(program, tables, environment)
    with uncollected(), _deep_recursion():
        handler, gaps = _execute(run, replace(entry, handler=_behind(run, entry.handler)))
    run.report_unfollowed()
    with suppress(BudgetSpent, RecursionError):  # there is a gap already that says so
        run.report_left()
        run.report_answers()
    if run.overspent:
        where = Location(handler.path if handler else next(iter(program.paths), ""))
        reason = "the code calls its functions in too many ways for all of them to be followed: arguments may be incomplete"
        gaps = (*gaps, Gap(kind=GapKind.BUDGET, reason=reason, location=where))
    calls = tuple(sorted(run.calls.values(), key=_order))
    found = sorted((*gaps, *run.gaps.values()), key=lambda gap: (gap.location, gap.kind, gap.reason))
    code = CodeUse(calls=calls, gaps=tuple(dict.fromkeys(found)), handler=handler, modules=program.paths)
    run.forget()
    return code


def _search_path(environment: Mapping[str, Text] | None, root: str) -> list[str]:
    """Directories of the code that `PYTHONPATH` names."""
    configured = (environment or {}).get("PYTHONPATH")
    named = (configured.literal or "").split(":") if configured is not None else []
    code = f"{TASK_ROOT}/"
    below = [path.removeprefix(code).strip("/") for path in named if path.startswith(code) or not path.startswith("/")]
    return [f"{root}/{path}".lstrip("/") for path in below if path]


def _execute(run: Interpreter, entry: Entry) -> tuple[Location | None, tuple[Gap, ...]]:
    try:
        if entry.handler is None:
            _execute_everything(run, entry)
            return None, ()
        return _execute_handler(run, entry.handler, entry.given)
    except (BudgetSpent, RecursionError):
        module = None if entry.handler is None else run.program.module_of(entry.handler)
        where = Location(module.path if module else next(iter(run.program.paths), ""))
        reason = "the code is too large or too intricate to be analyzed completely"
        return where, (Gap(kind=GapKind.BUDGET, reason=reason, location=where),)


def _behind(run: Interpreter, handler: str | None) -> str | None:
    """The function's own handler, where a package's is configured that calls it (Datadog's, New Relic's)."""
    variable = (run.tables.library("_handlers") or {}).get("handlers", {}).get(handler)
    given = (run.environment or {}).get(variable) if variable else None
    return handler if given is None or given.literal is None else given.literal


def _execute_handler(run: Interpreter, handler: str, given: Mapping[str, Text]) -> tuple[Location | None, tuple[Gap, ...]]:
    name, _, function = handler.replace("/", ".").rpartition(".")
    module = run.program.module_of(handler)
    if module is None:
        run._report_failures()
        if run.gaps:
            return None, ()
        where = Location(run.program.roots[0])
        empty = not any(path.endswith(".py") for path in run.program.tree.list(where.path)) and not run.program.tree.is_dir(where.path)
        kind = GapKind.CODE_NOT_FOUND if empty else GapKind.HANDLER_NOT_FOUND
        shown = where.path or "."
        lacking = f"no module {name} under {shown}" if name else "it names no module; write module.function"
        reason = f"there is no code at {shown}" if empty else f"handler {handler}: {lacking}"
        return None, (Gap(kind=kind, reason=reason, location=where),)
    for i in range(1, name.count(".") + 1):
        run.import_module(".".join(name.split(".")[:i]))
    module.vars.update({part: Str(text) for part, text in given.items()})
    run.execute_module(module)
    value = run.attribute(module, function)
    if function not in module.vars and isinstance(value, Unknown):
        reason = f"handler {handler}: {module.path} does not define {function}"
        return None, (Gap(kind=GapKind.HANDLER_NOT_FOUND, reason=reason, location=Location(module.path)),)
    run.rounds(value)
    return defined_at(value, module), ()


def defined_at(value: Value, module: ModuleObject) -> Location | None:
    """Where the handler is defined."""
    for choice in choices(value):
        function = choice.function if isinstance(choice, BoundMethod) else choice
        if isinstance(function, Partial):  # a decorator that hands the handler to something else
            function = next((given for given in function.args if isinstance(given, FunctionObject)), function.function)
        if isinstance(function, FunctionObject):
            return function.module.facts.location(function.code[5])
    return Location(module.path)


def _execute_everything(run: Interpreter, entry: Entry) -> None:
    """Every module below the first root, and every function and class in it that nothing calls."""
    root = entry.code_roots[0] if entry.code_roots else ""
    modules = []
    for path in run.program.tree.walk(root):
        if path.endswith(".py"):
            name = path[len(root) :].lstrip("/").removesuffix(".py").removesuffix("/__init__").replace("/", ".") or "__init__"
            module = run.program.find(name) or run.program.load(name, path, name.rpartition(".")[0])
            if isinstance(module, ModuleObject):
                run.program.modules.setdefault(name, module)
                run.execute_module(module)
                modules.append(module)
    run._report_failures()
    for module in modules:
        for value in list(module.vars.values()):
            own = isinstance(value, (FunctionObject, ClassObject)) and value.module is module
            if own:
                run.hand(run.registered if isinstance(value, FunctionObject) else run.passed, value)
    run.rounds(None)


def _order(call: SdkCall) -> tuple[object, ...]:
    """By place; calls of one place stay in the order in which they were found."""
    return (call.location, call.service, call.operation)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for deep calls."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
