"""Lists, dictionaries, iterators: builtins, `itertools`, `collections`, `copy`."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.inheritance import find
from lambda_iam_scan.analysis.lattice import join, tuple_of
from lambda_iam_scan.analysis.operators import truth
from lambda_iam_scan.analysis.pydantic.declared import is_model
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values import (
    ANYTHING,
    NONE,
    Arguments,
    BoundMethod,
    Const,
    DictObject,
    External,
    Instance,
    ListObject,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
    text,
)


@model(
    "builtins.list",
    "collections.UserList",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
    "builtins.sorted",
    "builtins.reversed",
    "builtins.iter",
    "collections.deque",
    "queue.Queue",
    "queue.LifoQueue",
    "queue.SimpleQueue",
    "asyncio.Queue",
    "builtins.aiter",
    "copy.copy",
    "itertools.cycle",
    "more_itertools.always_iterable",
    "tqdm.tqdm",
    "tqdm",
)
def _list(run: Core, function: External, arguments: Arguments) -> Value:
    if not arguments.positional or function.path.startswith(("queue.", "asyncio.")):
        return run.new_list()
    value = arguments.positional[0]
    if function.path == "builtins.iter" and len(arguments.positional) > 1:
        return run.new_list((), run.call(value, Arguments()))
    if function.path == "copy.copy":
        return value
    key = arguments.keywords.get("key")
    found = run.iterate(value)
    if key is not None and list(elements(found)):
        run.call(key, Arguments([join(*elements(found))]))
    if isinstance(found, TupleValue) and function.path == "builtins.tuple":
        return found
    rest = found.rest if isinstance(found, ListObject) else None
    if function.path in ("builtins.reversed", "builtins.sorted") and len(found.items) > 1:
        return run.new_list(reversed(found.items) if function.path.endswith("reversed") else found.items, rest)
    return run.new_list(found.items, rest)


@model("builtins.dict", "collections.OrderedDict", "collections.UserDict", "types.MappingProxyType", "collections.Counter")
def _dict(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    for given in arguments.positional[:1]:
        for choice in choices(given):
            if isinstance(choice, Instance) and is_model(choice.cls):
                _pairs(run, out, run.iterate(choice))
            elif isinstance(choice, (ListObject, TupleValue)):
                _pairs(run, out, choice)
            else:
                run.call_method(out, "update", Arguments([choice]))
    for name, value in arguments.keywords.items():
        run.put(out, text(name), value)
    if arguments.more_keywords is not None:
        run.put(out, Unknown("a key"), arguments.more_keywords)
    return out


def _pairs(run: Core, out: DictObject, pairs: ListObject | TupleValue) -> None:
    for pair in elements(pairs):
        for choice in choices(pair):
            found = run.iterate(choice)
            known = len(found.items) == 2
            run.put(out, found.items[0] if known else Unknown("a key"), found.items[1] if known else Unknown("a value"))


@model("builtins.dict.fromkeys")
def _fromkeys(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    for key in elements(run.iterate(first(arguments))):
        run.put(out, key, arguments.get("", 1) or NONE)
    return out


@model("collections.defaultdict")
def _defaultdict(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    out.default = arguments.get("", 0)
    return out


@model("collections.ChainMap")
def _chainmap(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    for given in reversed(arguments.positional):
        run.call_method(out, "update", Arguments([given]))
    return out


@model("copy.deepcopy")
def _deepcopy(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if isinstance(value, DictObject):
        return run.new_dict(value.entries, value.rest)
    return run.new_list(value.items, value.rest) if isinstance(value, ListObject) else value


@model("builtins.enumerate")
def _enumerate(run: Core, function: External, arguments: Arguments) -> Value:
    found = run.iterate(first(arguments))
    start = arguments.get("start", 1)
    offset = start.value if isinstance(start, Const) and type(start.value) is int else 0
    items: list[Value] = [tuple_of((Const(offset + i), value)) for i, value in enumerate(found.items)]
    rest = found.rest if isinstance(found, ListObject) else None
    return run.new_list(items, None if rest is None else tuple_of((Unknown("an index"), rest)))


@model("builtins.zip", "itertools.zip_longest")
def _zip(run: Core, function: External, arguments: Arguments) -> Value:
    columns = [run.iterate(value) for value in arguments.positional]
    if columns and all(isinstance(column, TupleValue) or column.rest is None for column in columns):
        return run.new_list([TupleValue(row) for row in zip(*[column.items for column in columns], strict=False)])
    if not columns or arguments.more is not None:
        return run.new_list((), Unknown("items of a zip"))
    return run.new_list((), tuple_of(tuple(join(*elements(c)) if list(elements(c)) else Unknown("no item") for c in columns)))


@model("builtins.map", "itertools.starmap", "multiprocessing.pool.ThreadPool().map")
def map_items(run: Core, function: External, arguments: Arguments) -> Value:
    target = first(arguments)
    columns = [run.iterate(value) for value in arguments.positional[1:]]
    if function.path == "itertools.starmap":
        return run.new_list((), call_with_each(run, target, columns[0], spread=True) if columns else None)
    if len(columns) == 1:
        return _mapped(run, target, columns[0])
    found = [join(*elements(column)) if list(elements(column)) else Unknown("no item") for column in columns]
    return run.new_list((), run.call(target, Arguments(found)))


def _mapped(run: Core, target: Value, column: TupleValue | ListObject) -> Value:
    if len(column.items) <= 24:
        items = [run.call(target, Arguments([value])) for value in column.items]
        rest = column.rest if isinstance(column, ListObject) else None
        return run.new_list(items, None if rest is None else run.call(target, Arguments([rest])))
    return run.new_list((), run.call(target, Arguments([join(*elements(column))])))


def call_with_each(run: Core, target: Value, column: TupleValue | ListObject, spread: bool) -> Value:
    found = []
    for value in dict.fromkeys(elements(column)):
        for choice in choices(value):
            if not spread:
                found.append(run.call(target, Arguments([choice])))
                continue
            inner = run.iterate(choice)
            found.append(run.call(target, Arguments(list(inner.items), {}, inner.rest if isinstance(inner, ListObject) else None)))
    return join(*found) if found else run.call(target, ANYTHING)


@model("builtins.filter", "itertools.filterfalse", "itertools.takewhile", "itertools.dropwhile")
def _filter(run: Core, function: External, arguments: Arguments) -> Value:
    items = run.iterate(first(arguments, "", 1))
    known = [truth(item) for item in items.items]
    exact = not isinstance(items, ListObject) or items.rest is None
    if function.path == "builtins.filter" and first(arguments) == NONE and exact and None not in known:
        return run.new_list(item for item, kept in zip(items.items, known, strict=True) if kept)
    found = list(elements(items))
    if found and arguments.positional and arguments.positional[0] != NONE:
        run.call(arguments.positional[0], Arguments([join(*found)]))
    return run.new_list((), join(*found) if found else None)


@model("functools.reduce")
def _reduce(run: Core, function: External, arguments: Arguments) -> Value:
    found = list(elements(run.iterate(first(arguments, "", 1))))
    value = arguments.get("", 2) or (join(*found) if found else Unknown("nothing to reduce"))
    for _ in range(2):
        value = join(value, run.call(first(arguments), Arguments([value, join(*found) if found else Unknown("no item")])))
    return value


@model("builtins.next", "builtins.min", "builtins.max", "builtins.anext", "random.choice", "heapq.heappop")
def _one_of(run: Core, function: External, arguments: Arguments) -> Value:
    many = function.path in ("builtins.min", "builtins.max") and len(arguments.positional) > 1
    value = first(arguments)
    if isinstance(value, Instance) and (step := find(value.cls, "__next__")) is not None:
        return run.call(BoundMethod(step, value), Arguments())
    found = list(arguments.positional) if many else list(elements(run.iterate(value)))
    if not many and len(arguments.positional) > 1:
        found.append(arguments.positional[1])
    if (key := arguments.keywords.get("key")) is not None and found:
        run.call(key, Arguments([join(*found)]))
    return join(*found) if found else Unknown("an item of an empty sequence")


@model("itertools.chain", "heapq.merge")
def _chain(run: Core, function: External, arguments: Arguments) -> Value:
    found = [item for value in arguments.every() for item in elements(run.iterate(value))]
    return run.new_list((), join(*found) if found else None)


@model("itertools.chain.from_iterable", "more_itertools.flatten")
def _chain_from(run: Core, function: External, arguments: Arguments) -> Value:
    found = [item for value in elements(run.iterate(first(arguments))) for item in elements(run.iterate(value))]
    return run.new_list((), join(*found) if found else None)


@model("itertools.islice")
def _islice(run: Core, function: External, arguments: Arguments) -> Value:
    found = list(elements(run.iterate(first(arguments))))
    return run.new_list((), join(*found) if found else None)


@model(
    "itertools.batched",
    "more_itertools.chunked",
    "itertools.product",
    "itertools.combinations",
    "itertools.permutations",
    "itertools.groupby",
)
def _grouped(run: Core, function: External, arguments: Arguments) -> Value:
    key = arguments.get("key", 1) if function.path == "itertools.groupby" else None
    if key is not None and key != NONE:
        run.call(key, Arguments([join(*items)]) if (items := list(elements(run.iterate(first(arguments, "iterable"))))) else ANYTHING)
    found = [item for value in arguments.positional for item in elements(run.iterate(value))]
    return run.new_list((), run.new_list((), join(*found)) if found else None)


@model("builtins.range", "itertools.count")
def _range(run: Core, function: External, arguments: Arguments) -> Value:
    bounds = [value.value for value in arguments.positional if isinstance(value, Const) and type(value.value) is int]
    if (
        len(bounds) == len(arguments.positional)
        and function.path == "builtins.range"
        and 0 < len(bounds) <= 3
        and (len(bounds) < 3 or bounds[2])
    ):
        numbers = range(*bounds)
        if len(numbers) <= 12:
            return run.new_list([Const(number) for number in numbers])
    return run.new_list((), Unknown("a number"))
