"""Calling: functions by executing them, classes by making objects, everything else by its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambda_iam_scan.analysis.core.activation import Activation
from lambda_iam_scan.analysis.core.budget import CHEAP, ENOUGH, HARD_STEPS, MAX_STACK, SOFT_STEPS
from lambda_iam_scan.analysis.core.memo import NEVER, Closures, Known, Results
from lambda_iam_scan.analysis.facts.ir import ASYNC, GENERATOR, KEYWORD_ONLY, POSITIONAL, POSITIONAL_ONLY, VAR_KEYWORD, VAR_POSITIONAL, Node
from lambda_iam_scan.analysis.frameworks.injection import injected
from lambda_iam_scan.analysis.interpreter.models import Models
from lambda_iam_scan.analysis.interpreter.recursion import leads_on, repeated
from lambda_iam_scan.analysis.modules.knowledge import top_package
from lambda_iam_scan.analysis.objects.dispatch import reached
from lambda_iam_scan.analysis.sdk import objects as sdk
from lambda_iam_scan.analysis.values.holding import hold, is_changeable, is_one
from lambda_iam_scan.analysis.values.inheritance import function_in
from lambda_iam_scan.analysis.values.kinds import (
    ANYTHING,
    CACHED,
    FAILS,
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    CollectionValue,
    Descriptor,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Model,
    Paginator,
    Partial,
    ResourceValue,
    Scope,
    SdkMethod,
    Union,
    Unknown,
    Value,
    choices,
    ends,
    given,
    text,
)
from lambda_iam_scan.analysis.values.lattice import UNROLL, join, tuple_of
from lambda_iam_scan.analysis.values.states import merged
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.source import Location

MAX_SAME = 6
"""Activations of one function at a time."""
WIDE = 4
"""Activations of one function from which on numbers and texts that change with each are not told apart."""
RECURSIONS = 3
"""Times that a function which calls itself is executed, until what it gives to itself is known."""


class Calls(Models):
    """`call` and what it needs."""

    results: Results
    closures: Closures
    summaries: dict[object, Value]
    """What functions gave so far, by the function and by its code."""
    overspent: bool
    kept: dict[tuple[object, ...], Value]
    """Objects that functions with a cache have given: they give the same one again, whatever has been done to it since."""
    cut: int
    """The place on the stack of a function that has called itself and was given what is known of it so far."""
    incomplete: list[tuple[object, ...]]
    """Results that depend on such a call."""
    unfollowed: dict[tuple[str, Location], tuple[FunctionObject, tuple[Value, ...]]]
    """Calls of functions that call themselves too often: by name and place, with what they were given."""

    def call(self, function: Value, arguments: Arguments) -> Value:
        """Call anything."""
        self.steps += 1
        return _CALLS.get(type(function), Calls.call_unknown)(self, function, arguments)

    def _call_method(self, function: BoundMethod, arguments: Arguments) -> Value:
        return self.call(function.function, arguments.before(function.receiver))

    def _call_each(self, function: Value, arguments: Arguments) -> Value:
        possible = given(function)
        if len(possible) == 1:
            return self.call(possible[0], arguments)
        existing = [choice for choice in possible if not isinstance(choice, SdkMethod) or sdk.exists(self, choice)]
        with self.perhaps():
            found = [self.call(choice, arguments) for choice in (existing if any(map(callable_here, existing)) else possible)]
        return join(*found) if found else Unknown("called None")

    def _call_partial(self, function: Partial, arguments: Arguments) -> Value:
        combined = Arguments(
            [*function.args, *arguments.positional],
            {**dict(function.keywords), **arguments.keywords},
            arguments.more,
            arguments.more_keywords,
        )
        return self.call(function.function, combined)

    def _call_instance(self, function: Instance, arguments: Arguments) -> Value:
        method = self.attribute(function, "__call__")
        if isinstance(method, Unknown):
            return self.call_unknown(method, arguments)
        return self.call(method, arguments)

    # -- functions

    def call_function(self, function: FunctionObject, arguments: Arguments) -> Value:
        """Execute a function with these arguments, or one of those registered for their types."""
        if not function.attrs:
            return self._call_one(function, arguments)
        possible = reached(self, function, arguments)
        if len(possible) == 1:
            return self._call_one(possible[0], arguments)
        with self.perhaps():
            return join(*[self._call_one(one, arguments) for one in possible])

    def _call_one(self, function: FunctionObject, arguments: Arguments) -> Value:
        scope = Scope({}, function.scope, function.module)
        bound = self._bind(function, arguments, scope)
        for value in bound:
            hold(value)
        if CACHED in function.attrs and (kept := self.kept.get((id(function), *bound))) is not None:
            return kept
        key = (id(function), *bound, *self.closures.values(function))
        site = self._site()
        known = self.results.again(key, self.same_line, self.control.line, site)
        if known is not None:
            return known
        same = [i for i, frame in enumerate(self.stack) if frame.function is not None and frame.function.code is function.code]
        again = repeated(self.stack, same, function, bound) if same else []
        if len(again) >= WIDE:
            bound = self._widened(function, bound, scope, self.stack[again[-1]].scope.arguments)
        exactly = any(self.stack[i].function is function and self.stack[i].scope.arguments == bound for i in same)
        if len(again) >= MAX_SAME or exactly or len(self.stack) >= MAX_STACK:
            if len(self.stack) >= MAX_STACK:
                self.gap(GapKind.BUDGET, f"more than {MAX_STACK} calls within one another")
            elif not exactly:
                self.unfollowed.setdefault((function.name, self.here()), (function, bound))
            self.cut = min([self.cut, *same])
            return self._so_far(function, f"{function.name} calls itself")
        if self._executed_enough(function, bound):
            self.overspent = True
            return self._so_far(id(function.code), f"{function.name} is called in too many ways")
        scope.arguments = bound
        began, changes, suspended = self.serial, self.changes.count, self.suspended
        result = self._executed(function, scope, key)
        if CACHED in function.attrs and is_changeable(result) and all(map(is_one, bound)):
            self.kept[(id(function), *bound)] = result
        if self.changes.oldest_since(changes) > began and self.suspended == suspended:
            self.results.keep(key, Known(function, result, began, self.serial, self.held_changes.count, self.control.line, site))
        return result

    def report_unfollowed(self) -> None:
        """Calls that were not followed, where they may lead to requests: these are made there, or what is called was never seen."""
        makes_requests = {frame.function for call in self.calls.values() for frame in call.trace}
        for (name, location), (function, bound) in self.unfollowed.items():
            if name in makes_requests or leads_on(function, bound, self.entered, self.closures.values):
                reason = f"{name} calls itself more than {MAX_SAME} times, each time with something else"
                self.gaps[GapKind.BUDGET, reason, location] = Gap(kind=GapKind.BUDGET, reason=reason, location=location)

    def _site(self) -> object:
        """The activation that calls, and where in it."""
        frame = self.stack[-1] if self.stack else None
        made = None if frame is None else frame.scope.control
        return None if frame is None or made is None else (made.serial, frame.pos)

    def _executed(self, function: FunctionObject, scope: Scope, key: tuple[object, ...]) -> Value:
        """What a function gives; where it calls itself, executed again until what those calls give is known."""
        given, depth, outer = dict(scope.vars), len(self.stack), self.cut
        result: Value | None = None
        for _ in range(RECURSIONS):
            before, self.cut = self.summaries.get(function), NEVER
            executed = self._execute(function, scope)
            result = executed if result is None else join(result, executed)
            for key_of in (function, id(function.code)):
                self.summaries[key_of] = join(self.summaries.get(key_of, result), result)
            if self.cut == depth:
                self.results.forget(self.incomplete)
            if self.cut != depth or self.summaries[function] == before:
                break
            scope = Scope(dict(given), function.scope, function.module, arguments=scope.arguments)
        if self.cut < depth:
            self.incomplete.append(key)
        self.cut = min(outer, self.cut) if self.cut < depth else outer
        return FAILS if result is None else result

    def _widened(self, function: FunctionObject, bound: tuple[Value, ...], scope: Scope, outer: tuple[Value, ...]) -> tuple[Value, ...]:
        """Arguments of a function that calls itself, with less known of those that are others each time: it has to come to an end."""
        parameters = function.code[1]
        if len(outer) != len(bound) or any(parameter[1] in (VAR_POSITIONAL, VAR_KEYWORD) for parameter in parameters):
            return bound
        wide = tuple(value if value == old else self.wider(old, value) for old, value in zip(outer, bound, strict=True))
        # What further arguments of unknown number can be comes after the parameters.
        scope.vars.update({parameter[0]: value for parameter, value in zip(parameters, wide, strict=False)})
        return wide

    def _so_far(self, key: object, reason: str) -> Value:
        """What a function gave until now; that it has not returned yet says nothing of the next time."""
        known = self.summaries.get(key, FAILS)
        return Unknown(reason) if ends(known) else known

    def _executed_enough(self, function: FunctionObject, bound: tuple[Value, ...]) -> bool:
        """Whether what it gave so far must do for further arguments, since the analysis has cost much already.

        Not where it is handed a function or an SDK object that it has not had before, or has them from the function that made it: it may
        be the only one to call it.
        """
        code = id(function.code)
        handed = {(code, _doer(choice)) for value in bound for choice in choices(value) if isinstance(choice, _DOERS)}
        new = not handed <= self.handed or (is_inner(function) and function not in self.executed)
        self.handed |= handed
        if new or self.entered.get(code, 0) < ENOUGH:
            return False
        makes = any(isinstance(choice, _DOERS) for choice in choices(self.summaries.get(code, NONE)))
        return self.steps > (SOFT_STEPS if self.costs.get(code, 0) > CHEAP and not makes else HARD_STEPS)

    def _execute(self, function: FunctionObject, scope: Scope) -> Value:
        receiver = next(iter(scope.vars.values()), None)
        frame = Activation(function.name, function.module, scope, function, receiver)
        self.entered[id(function.code)] = self.entered.get(id(function.code), 0) + 1
        if is_inner(function):
            self.executed.add(function)
        elif isinstance(receiver, Instance) and receiver.cls.external:
            self.executed.add((id(function.code), receiver))
        self.stack.append(frame)
        saved, self.control = self.control, self.same_line()
        scope.control = self.control
        generator = function.code[3] & GENERATOR
        suspended, touched = self.suspended, self.touched
        self.touched = NEVER if generator else touched
        began = self.steps
        try:
            ended = self.block(function.code[2])
        finally:
            self.stack.pop()
            self.control = saved
            # A generator that changes what is older than itself may do so again after all that its caller does.
            self.suspended = self.serial if generator and self.touched <= scope.control.serial else suspended
            self.touched = min(touched, self.touched)
        self.costs[id(function.code)] = max(self.costs.get(id(function.code), 0), self.steps - began)
        if ended:
            frame.returns.append(NONE)
        if frame.exits:
            scope.vars = merged([*([scope.vars] if ended else []), *frame.exits])
        if generator:
            return self._generator(frame)
        result = join(*frame.returns) if frame.returns else Unknown(f"{function.name} never returns") if _may_return(function) else FAILS
        return self.believed(result, function.code[4], function.scope)

    def _generator(self, frame: Activation) -> ListObject:
        more = [*frame.yields[UNROLL:], *frame.more_yields]
        made = self.new_list(frame.yields[:UNROLL], join(*more) if more else None, "generator")
        made.returned = join(*frame.returns) if frame.returns else None
        return made

    def _bind(self, function: FunctionObject, arguments: Arguments, scope: Scope) -> tuple[Value, ...]:
        """Put arguments into parameters; gives the values that distinguish this call from others."""
        positional = list(arguments.positional)
        keywords = dict(arguments.keywords)
        key: list[Value] = []
        for parameter in function.code[1]:
            name, kind = parameter[0], parameter[1]
            if kind == VAR_POSITIONAL:
                value: Value = tuple_of(tuple(positional)) if arguments.more is None else self.new_list(positional, arguments.more)
                key += positional
                positional = []
            elif kind == VAR_KEYWORD:
                value = self.new_dict({text(k).text: v for k, v in keywords.items()}, arguments.more_keywords)
                for keyword, item in keywords.items():
                    key += [text(keyword), item]
            else:
                value = self._parameter(function, parameter, positional, keywords, arguments)
                key.append(value)
            scope.vars[name] = value
        if arguments.more is not None:
            key.append(arguments.more)
        if arguments.more_keywords is not None:
            key.append(arguments.more_keywords)
        return tuple(key)

    def _parameter(
        self, function: FunctionObject, parameter: Node, positional: list[Value], keywords: dict[str, Value], arguments: Arguments
    ) -> Value:
        name, kind = parameter[0], parameter[1]
        value: Value | None = None
        if kind in (POSITIONAL, POSITIONAL_ONLY) and positional:
            value = positional.pop(0)
        elif kind in (POSITIONAL, KEYWORD_ONLY) and name in keywords:
            value = keywords.pop(name)
        elif kind != KEYWORD_ONLY and arguments.more is not None:
            value = arguments.more
        elif kind != POSITIONAL_ONLY and arguments.more_keywords is not None:
            value = arguments.more_keywords
        default = function.defaults.get(name)
        if value is None:
            value = default if default is not None else Unknown(f"parameter {name} of {function.name} is not given")
        elif default is not None and (value is arguments.more or value is arguments.more_keywords):
            value = self.injected(default, value)
        if isinstance(value, External):
            value = self.injected(value, value)
        return self.believed(value, parameter[3], function.scope)

    def injected(self, default: Value, value: Value) -> Value:
        """A default where the caller is not known: frameworks give something else where it is a marker of theirs."""
        given = injected(self, default)
        if given is not None:
            return given
        return join(default, value) if default is not value else value

    # -- decorators

    def decorate(self, decorator: Value, decorated: Value) -> Value:
        """Apply one decorator: the user's are called, those of unseen packages are assumed to keep what the function does."""
        found = []
        for choice in choices(decorator):
            if isinstance(choice, (Unknown, External)):
                found.append(self.decorate_external(choice, decorated))
                continue
            result = self.call(choice, Arguments([decorated]))
            found.append(decorated if isinstance(result, (Unknown,)) or result == NONE else result)
        return join(*found)

    # -- what comes from outside

    def callback(self, value: Value) -> None:
        """Call what was handed to code that is not analyzed, with nothing known of the arguments."""
        if isinstance(value, (Instance, ClassObject)):
            self._callbacks_of_object(value)
        elif isinstance(value, SdkMethod):
            sdk.call(self, value, ANYTHING)
        else:
            self.call(value, ANYTHING)

    def _callbacks_of_object(self, value: Instance | ClassObject) -> None:
        made = list(choices(self.any_instance(value))) if isinstance(value, ClassObject) else [value]
        for instance in made:
            if not isinstance(instance, Instance):
                continue
            names = dict.fromkeys(
                name for cls in instance.cls.order for name, item in cls.vars.items() if self._hook(name, item, instance.cls)
            )
            for name in names:
                method = self.attribute(instance, name)
                function = method.function if isinstance(method, BoundMethod) else None
                if isinstance(function, FunctionObject) and (id(function.code), instance) not in self.executed:
                    self.call(method, ANYTHING)

    def _hook(self, name: str, value: Value, cls: ClassObject) -> bool:
        """Whether the package that a class derives from may call this method."""
        function = function_in(value)
        if not isinstance(function, FunctionObject) or (name.startswith("__") and name != "__call__"):
            return False
        return not name.startswith("_") or name == "__call__" or any(self.has_hooks(top_package(base)) for base in cls.external)


def _may_return(function: FunctionObject) -> bool:
    """Whether a function that was not seen to return may do so: awaited later, or in the place of a method that others override."""
    owner = function.owner
    overridden = owner is not None and any(function.name in child.vars for child in owner.children)
    return overridden or bool(function.code[3] & ASYNC)


def is_inner(function: FunctionObject) -> bool:
    """Whether a function is defined within another: there is one for each time that it is made."""
    return function.scope.parent is not None and not function.scope.is_class


def callable_here(value: Value) -> bool:
    """Whether it is known what a call of this value does: of several clients, one that lacks the method is then not meant."""
    return isinstance(value, (SdkMethod, FunctionObject, BoundMethod, Partial))


_CALLS: dict[type, Callable[[Calls, Any, Arguments], Value]] = {
    FunctionObject: Calls.call_function,
    BoundMethod: Calls._call_method,
    Union: Calls._call_each,
    ClassObject: Calls.instantiate,
    External: Calls.call_external,
    Model: lambda run, function, arguments: run.call_method(function.receiver, function.name, arguments),
    SdkMethod: sdk.call,
    CollectionValue: sdk.call,
    Partial: Calls._call_partial,
    Descriptor: lambda run, function, arguments: run.call(function.function, arguments),
    Instance: Calls._call_instance,
}
"""What calling does, by the kind of what is called; nothing is known of what others do."""

_DOERS = (FunctionObject, BoundMethod, Partial, SdkMethod, Client, ResourceValue, Paginator)


def _doer(value: Value) -> object:
    """What tells one thing that can be called, or called upon, from another."""
    while isinstance(value, (BoundMethod, Partial)):
        value = value.function
    return id(value.code) if isinstance(value, FunctionObject) else value
