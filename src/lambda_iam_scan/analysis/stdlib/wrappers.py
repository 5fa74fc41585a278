"""Functions about functions: `functools`, `contextlib`, `operator`."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import dispatch
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.kinds import (
    CACHED,
    NONE,
    TRUE,
    Arguments,
    BoundMethod,
    ClassObject,
    Descriptor,
    External,
    FunctionObject,
    ListObject,
    Partial,
    Str,
    Unknown,
    Value,
    elements,
)
from lambda_iam_scan.analysis.values.lattice import each, join, nested, tuple_of, wrapped
from lambda_iam_scan.analysis.values.strings import literals


@model("functools.partial", "functools.partialmethod")
def _partial(run: Core, function: External, arguments: Arguments) -> Value:
    target = first(arguments)
    kept = tuple(arguments.positional[1:])
    depth = nested(target, *arguments.every())
    if depth is None:
        return target
    made = each(target, lambda choice: Partial(choice, kept, tuple(arguments.keywords.items()), depth))
    return Descriptor("partialmethod", made) if function.path.endswith("partialmethod") else made


@model("functools.lru_cache", "functools.cache", "cachetools.cached", "async_lru.alru_cache")
def _cached(run: Core, function: External, arguments: Arguments) -> Value:
    value = arguments.get("user_function", 0)
    if not isinstance(value, (FunctionObject, BoundMethod, Descriptor, Partial)):
        return External("keeps results")
    if isinstance(value, FunctionObject):
        value.attrs[CACHED] = TRUE
    return value


@model("keeps results")
def _cache(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if isinstance(value, FunctionObject):
        value.attrs[CACHED] = TRUE
    return value


@model(
    "functools.total_ordering",
    "functools.wraps",
    "typing.final",
    "functools.singledispatch",
    "functools.singledispatchmethod",
    "abc.abstractmethod",
    "typing.overload",
    "typing.no_type_check",
    "typing.override",
    "typing.runtime_checkable",
    "atexit.unregister",
)
def _same(run: Core, function: External, arguments: Arguments) -> Value:
    value = arguments.get("user_function", 0)
    if function.path == "functools.singledispatchmethod":
        return dispatch.of_method(value or NONE)
    if function.path == "functools.wraps" or not isinstance(value, (FunctionObject, ClassObject, BoundMethod, Descriptor, Partial)):
        return External("keeps its argument")
    return value


@model("typing.NewType", "typing_extensions.NewType")
def _new_type(run: Core, function: External, arguments: Arguments) -> Value:
    return External("keeps its argument")


@model("contextlib.ContextDecorator().__call__", "contextlib.AsyncContextDecorator().__call__")
def _context_decorated(run: Core, function: External, arguments: Arguments) -> Value:
    return Partial(External("function within a context"), (function.argument("self", 99) or NONE, first(arguments)), ())


@model("function within a context")
def _call_within(run: Core, function: External, arguments: Arguments) -> Value:
    manager, target = first(arguments), first(arguments, "", 1)
    run.entered_context(manager)
    result = run.call(target, arguments.after(2))
    run.left_context(manager)
    return result


@model("keeps its argument")
def _keep(run: Core, function: External, arguments: Arguments) -> Value:
    return first(arguments)


@model("functools.singledispatch().register")
def _register(run: Core, function: External, arguments: Arguments) -> Value:
    """`f.register(g)`, `f.register(str, g)`, and `f.register(str)`, which is given the function then."""
    generic, *given = arguments.positional
    implementation = given[-1] if given else arguments.get("func") or Unknown("nothing")
    if isinstance(generic, FunctionObject) and isinstance(implementation, FunctionObject):
        return dispatch.register(run, generic, implementation, given[0] if len(given) > 1 else arguments.get("cls"))
    return implementation if len(given) > 1 else Partial(function, tuple(arguments.positional), ())


@model("contextlib.contextmanager", "contextlib.asynccontextmanager")
def _contextmanager(run: Core, function: External, arguments: Arguments) -> Value:
    return External(f"{function.path}()", (("0", first(arguments)),))


@model("contextlib.contextmanager()", "contextlib.asynccontextmanager()")
def _enter_generator(run: Core, function: External, arguments: Arguments) -> Value:
    generator = function.argument("", 0) or Unknown("nothing")
    produced = run.call(generator, arguments)
    found = list(elements(produced)) if isinstance(produced, ListObject) else [produced]
    kind = "swallowing context" if isinstance(generator, FunctionObject) and _swallows(generator) else "context"
    return wrapped(kind, join(*found) if found else NONE)


def _swallows(generator: FunctionObject) -> bool:
    """Whether some exception handler of a context manager's function does not end by raising again."""
    handlers = [handler for statement in generator.code[2] if statement[0] == "try" for handler in statement[2]]
    return any(not body or body[-1][0] != "raise" for _, _, body in handlers)


@model("contextlib.closing", "contextlib.nullcontext", "contextlib.aclosing")
def _closing(run: Core, function: External, arguments: Arguments) -> Value:
    return wrapped("context", arguments.get("thing", 0) or arguments.get("enter_result", 0) or NONE)


@model(
    "contextlib.ExitStack().enter_context", "contextlib.AsyncExitStack().enter_async_context", "contextlib.AsyncExitStack().enter_context"
)
def _enter_context(run: Core, function: External, arguments: Arguments) -> Value:
    manager = first(arguments, "cm")
    entered = run.entered_context(manager)
    run.left_context(manager)
    return entered


@model("contextlib.ExitStack().callback", "contextlib.AsyncExitStack().callback", "contextlib.AsyncExitStack().push_async_callback")
def _callback(run: Core, function: External, arguments: Arguments) -> Value:
    run.perhaps_call(first(arguments, "callback"), arguments.after(1))
    return first(arguments, "callback")


@model("operator.attrgetter")
def _attrgetter(run: Core, function: External, arguments: Arguments) -> Value:
    return External("operator.attrgetter()", tuple((str(i), value) for i, value in enumerate(arguments.positional)))


@model("operator.attrgetter()")
def _attrgot(run: Core, function: External, arguments: Arguments) -> Value:
    found = []
    for _, given in function.args:
        value = first(arguments)
        for name in (literals(given) or ("",))[0].split("."):
            value = run.attribute(value, name)
        found.append(value)
    return found[0] if len(found) == 1 else tuple_of(found)


_OPERATORS = {"add": "+", "concat": "+", "iadd": "+", "or_": "|", "mod": "%", "mul": "*", "truediv": "/", "rshift": ">>"}


@model(*(f"operator.{name}" for name in _OPERATORS))
def _operated(run: Core, function: External, arguments: Arguments) -> Value:
    return run.binary(_OPERATORS[function.path.rpartition(".")[2]], first(arguments), first(arguments, "", 1))


@model("operator.getitem")
def _item(run: Core, function: External, arguments: Arguments) -> Value:
    return run.item(first(arguments), first(arguments, "", 1))


@model("operator.call")
def _called(run: Core, function: External, arguments: Arguments) -> Value:
    return run.call(first(arguments), arguments.after(1))


@model("operator.itemgetter()")
def _itemgot(run: Core, function: External, arguments: Arguments) -> Value:
    found = [run.item(first(arguments), index) for _, index in function.args]
    return found[0] if len(found) == 1 else tuple_of(found)


@model("operator.methodcaller()")
def _methodcalled(run: Core, function: External, arguments: Arguments) -> Value:
    found = []
    for name in literals(function.argument("", 0) or NONE):
        positional = [value for key, value in function.args if key.isdigit() and key != "0"]
        keywords = {key: value for key, value in function.args if not key.isdigit()}
        found.append(run.call(run.attribute(first(arguments), name), Arguments(positional, keywords)))
    return join(*found) if found else Unknown("result of a method that is not known")


@model("typing.cast", "typing_extensions.cast")
def _cast(run: Core, function: External, arguments: Arguments) -> Value:
    """The value itself, or what the type says of it where nothing is known, as an annotation does."""
    kind = first(arguments, "typ")
    written = kind.literal if isinstance(kind, Str) else None
    said = run.annotated_by(kind) if written is None else run.annotated(("str", written), run.frame.scope)
    return each(first(arguments, "val", 1), lambda choice: said if said is not None and isinstance(choice, Unknown) else choice)


@model("weakref.ref", "weakref.proxy")
def _through(run: Core, function: External, arguments: Arguments) -> Value:
    return Partial(External("keeps its argument"), (first(arguments),), ()) if function.path == "weakref.ref" else first(arguments)
