"""Lists, dictionaries and queues: builtins, `collections`, `queue`, `heapq`, `copy`."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import lists
from lambda_iam_scan.analysis.records.pydantic.declared import is_model
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    BoundMethod,
    Const,
    DictObject,
    External,
    Instance,
    ListObject,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
    elements,
    text,
    whole,
)
from lambda_iam_scan.analysis.values.lattice import each, join, tuple_of


@model(
    "builtins.list",
    "collections.UserList",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
    "builtins.reversed",
    "builtins.iter",
    "collections.deque",
    "queue.Queue",
    "queue.SimpleQueue",
    "asyncio.Queue",
    "multiprocessing.Queue",
    "multiprocessing.SimpleQueue",
    "builtins.aiter",
    "more_itertools.always_iterable",
    "tqdm.tqdm",
    "tqdm",
)
def _list(run: Core, function: External, arguments: Arguments) -> Value:
    if not arguments.positional or function.path.endswith("Queue"):
        return run.new_list((), None, _KINDS.get(function.path, "list"))
    value = arguments.positional[0]
    if function.path == "builtins.iter" and len(arguments.positional) > 1:
        return run.new_list((), run.repeatedly(value))
    found = run.iterate(value)
    if isinstance(found, TupleValue) and function.path == "builtins.tuple":
        return found
    rest = found.rest if isinstance(found, ListObject) else None
    if function.path == "builtins.reversed":
        return run.new_list(reversed(found.items) if rest is None else (), join(rest, *found.items) if rest is not None else None)
    out = run.new_list(found.items, rest, _KINDS.get(function.path, "list"))
    if isinstance(found, ListObject) and found.kind == "set" and len(found.items) > 1 and out.kind != "set":
        lists.shuffle(run, out)
    return out


_KINDS = {"builtins.iter": "iterator", "builtins.aiter": "iterator", "builtins.set": "set", "builtins.frozenset": "set"}


@model("queue.LifoQueue", "queue.PriorityQueue", "asyncio.LifoQueue", "asyncio.PriorityQueue")
def _disordered(run: Core, function: External, arguments: Arguments) -> Value:
    return run.new_list((), None, lists.DISORDERED)


@model("builtins.sorted")
def _sorted(run: Core, function: External, arguments: Arguments) -> Value:
    found = run.iterate(first(arguments))
    out = run.new_list(found.items, found.rest if isinstance(found, ListObject) else None)
    run.call_method(out, "sort", Arguments([], arguments.keywords))
    return out


@model("copy.copy")
def _copy(run: Core, function: External, arguments: Arguments) -> Value:
    return each(first(arguments), lambda choice: _copied(run, choice))


def _copied(run: Core, value: Value) -> Value:
    if isinstance(value, Instance):
        method = find(value.cls, "__copy__")
        return _twin(run, value) if method is None else run.call(BoundMethod(method, value), Arguments())
    return run.call_method(value, "copy", Arguments()) if isinstance(value, (ListObject, DictObject)) else value


def _twin(run: Core, value: Instance) -> Instance:
    made = run.new_object(value.cls)
    made.attrs, made.sure = dict(value.attrs), set(value.sure)
    for attribute in made.attrs.values():
        hold(attribute)
    return made


@model("collections.Counter")
def _counter(run: Core, function: External, arguments: Arguments) -> Value:
    given = arguments.get("", 0)
    if given is None or isinstance(given, DictObject):
        return _dict(run, function, arguments)
    out = run.new_dict()
    for item in elements(run.iterate(given)):
        run.put(out, item, Unknown("a number"))
    return out


@model("builtins.dict", "collections.OrderedDict", "collections.UserDict", "types.MappingProxyType")
def _dict(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    _fill(run, out, arguments)
    return out


def _fill(run: Core, out: DictObject, arguments: Arguments) -> None:
    """Put in what `dict(...)` takes."""
    for given in arguments.positional[:1]:
        run.call_method(out, "update", Arguments([each(given, lambda choice: _of_pairs(run, choice))]))
    for name, value in arguments.keywords.items():
        run.put(out, text(name), value)
    if arguments.more_keywords is not None:
        run.put(out, Unknown("a key"), arguments.more_keywords)


def _of_pairs(run: Core, pairs: Value) -> Value:
    """The dictionary of a sequence of pairs; anything else is itself."""
    if isinstance(pairs, Instance) and is_model(pairs.cls):
        pairs = run.iterate(pairs)
    if not isinstance(pairs, (ListObject, TupleValue)):
        return pairs
    out = run.new_dict()
    for pair in pairs.items:
        _put_pair(run, out, pair)
    if isinstance(pairs, ListObject) and pairs.rest is not None:
        with run.perhaps():
            _put_pair(run, out, pairs.rest)
    return out


def _put_pair(run: Core, out: DictObject, pair: Value) -> None:
    for choice in run.each_choice(pair):
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
    out, default = run.new_dict(), arguments.get("", 0)
    _fill(run, out, arguments.after(1))
    out.default = None if default == NONE else default
    return out


@model("collections.ChainMap")
def _chainmap(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    for given in reversed(arguments.positional):
        run.call_method(out, "update", Arguments([given]))
    return out


@model("copy.deepcopy")
def _deepcopy(run: Core, function: External, arguments: Arguments) -> Value:
    return _deeply_copied(run, first(arguments), {})


def _deeply_copied(run: Core, value: Value, twins: dict[int, Value]) -> Value:
    """Containers and objects with all that they hold; what cannot be changed is shared."""
    if id(value) in twins:
        return twins[id(value)]
    if isinstance(value, Union):
        return join(*[_deeply_copied(run, choice, twins) for choice in value.choices])
    if isinstance(value, TupleValue):
        return tuple_of([_deeply_copied(run, item, twins) for item in value.items])
    if isinstance(value, ListObject):
        items = twins[id(value)] = run.new_list()
        items.items = [_deeply_copied(run, item, twins) for item in value.items]
        items.rest = None if value.rest is None else _deeply_copied(run, value.rest, twins)
        return items
    if isinstance(value, DictObject):
        entries = twins[id(value)] = run.new_dict()
        entries.entries = {key: _deeply_copied(run, item, twins) for key, item in value.entries.items()}
        entries.rest = None if value.rest is None else _deeply_copied(run, value.rest, twins)
        entries.default = value.default
        return entries
    if isinstance(value, Instance) and find(value.cls, "__deepcopy__") is None:
        made = twins[id(value)] = _twin(run, value)
        made.attrs = {name: _deeply_copied(run, attribute, twins) for name, attribute in value.attrs.items()}
        return made
    return value


@model("builtins.next", "builtins.anext")
def _next(run: Core, function: External, arguments: Arguments) -> Value:
    value, default = first(arguments), arguments.get("", 1)
    if isinstance(value, Instance) and (step := find(value.cls, "__next__") or find(value.cls, "__anext__")) is not None:
        return run.call(BoundMethod(step, value), Arguments())
    items = run.iterate(value)
    found = list(elements(items))
    if not found:
        return default or Unknown("an item of an empty sequence")
    taken = lists.take(run, items, Const(0)) if isinstance(items, ListObject) else join(*found)
    return taken if default is None or items.items else join(taken, default)


@model("builtins.min", "builtins.max", "random.choice", "heapq.nsmallest", "heapq.nlargest")
def _one_of(run: Core, function: External, arguments: Arguments) -> Value:
    given = arguments.positional[1:] if function.path.startswith("heapq.") else arguments.positional
    many = function.path in ("builtins.min", "builtins.max") and len(given) > 1
    items = run.new_list(given) if many or not given else run.iterate(given[0])
    found = list(elements(items))
    greatest = function.path in ("builtins.max", "heapq.nlargest")
    known = None
    if function.path != "random.choice" and found:
        known = lists.ordered(run, items, arguments.keywords.get("key"), Const(greatest))
    if function.path.startswith("heapq."):
        return _first_of(run, known, first(arguments), found)
    if known is not None:
        return known[0]
    default = arguments.keywords.get("default")
    return join(*found, default) if found else default or Unknown("an item of an empty sequence")


def _first_of(run: Core, known: list[Value] | None, count: Value, found: list[Value]) -> Value:
    if known is not None and (number := whole(count)) is not None:
        return run.new_list(known[: max(number, 0)])
    return run.new_list((), join(*found) if found else None)


@model("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right")
def _push(run: Core, function: External, arguments: Arguments) -> Value:
    for choice in run.each_choice(first(arguments)):
        if isinstance(choice, ListObject):
            run.append(choice, first(arguments, "", 1))
            lists.shuffle(run, choice)
    return NONE


@model("heapq.heappop", "heapq.heapify", "random.shuffle")
def _shuffled(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    for choice in choices(value):
        if isinstance(choice, ListObject):
            lists.shuffle(run, choice)
    found = list(elements(run.iterate(value)))
    return join(*found) if found and function.path == "heapq.heappop" else NONE
