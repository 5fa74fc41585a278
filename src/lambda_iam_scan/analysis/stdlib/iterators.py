"""Iterators over others: builtins such as `map` and `zip`, `itertools`, `functools.reduce`."""

from __future__ import annotations

from itertools import product, zip_longest
from math import prod

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.kinds import NONE, Arguments, Const, External, ListObject, TupleValue, Unknown, Value, elements, whole
from lambda_iam_scan.analysis.values.lattice import UNROLL, anything_in, join, tuple_of

Items = TupleValue | ListObject


def rest_of(items: Items) -> Value | None:
    """What further items can be, None where all are known."""
    return items.rest if isinstance(items, ListObject) else None


def any_of(items: Items) -> Value:
    """One of the items."""
    return anything_in(items) or Unknown("no item")


def _columns(run: Core, values: list[Value]) -> tuple[list[Items], bool]:
    """What several values give when they are iterated, and whether all of that is known and little enough to go through."""
    columns = [run.iterate(value) for value in values]
    return columns, bool(columns) and all(rest_of(column) is None and len(column.items) <= UNROLL for column in columns)


@model("builtins.enumerate")
def _enumerate(run: Core, function: External, arguments: Arguments) -> Value:
    found = run.iterate(first(arguments))
    start = arguments.get("start", 1)
    offset = whole(start) or 0
    items: list[Value] = [tuple_of((Const(offset + i), value)) for i, value in enumerate(found.items)]
    rest = rest_of(found)
    return run.new_list(items, None if rest is None else tuple_of((Unknown("an index"), rest)))


@model("builtins.zip", "itertools.zip_longest")
def _zip(run: Core, function: External, arguments: Arguments) -> Value:
    columns = [run.iterate(value) for value in arguments.positional]
    longest, filled = function.path.endswith("longest"), arguments.keywords.get("fillvalue", NONE)
    if columns and arguments.more is None and all(rest_of(column) is None for column in columns):
        items = [column.items for column in columns]
        return run.new_list(map(tuple_of, zip_longest(*items, fillvalue=filled) if longest else zip(*items, strict=False)))
    if not columns or arguments.more is not None:
        return run.new_list((), Unknown("items of a zip"))
    return run.new_list((), tuple_of([join(any_of(column), filled) if longest else any_of(column) for column in columns]))


@model("itertools.pairwise")
def _pairwise(run: Core, function: External, arguments: Arguments) -> Value:
    items = run.iterate(first(arguments))
    if rest_of(items) is None:
        return run.new_list(map(tuple_of, zip(items.items, items.items[1:], strict=False)))
    return run.new_list((), tuple_of((any_of(items), any_of(items))))


@model("itertools.product")
def _product(run: Core, function: External, arguments: Arguments) -> Value:
    columns, exact = _columns(run, arguments.positional)
    if exact and not arguments.keywords and prod(len(column.items) for column in columns) <= UNROLL:
        return run.new_list(map(tuple_of, product(*[column.items for column in columns])))
    if arguments.keywords or arguments.more is not None:
        return run.new_list((), run.new_list((), join(*map(any_of, columns)) if columns else None))
    return run.new_list((), tuple_of(map(any_of, columns)))


@model("builtins.map", "multiprocessing.pool.ThreadPool().map")
def map_items(run: Core, function: External, arguments: Arguments) -> Value:
    target = first(arguments)
    columns, exact = _columns(run, arguments.positional[1:])
    if len(columns) == 1 and len(columns[0].items) <= UNROLL:
        items = [run.call(target, Arguments([item])) for item in columns[0].items]
        rest = rest_of(columns[0])
        return run.new_list(items, None if rest is None else run.perhaps_call(target, Arguments([rest])))
    if exact:
        rows = zip(*[column.items for column in columns], strict=False)
        return run.new_list([run.call(target, Arguments(list(row))) for row in rows])
    return run.new_list((), run.perhaps_call(target, Arguments([any_of(column) for column in columns])))


@model("itertools.starmap")
def _starmap(run: Core, function: External, arguments: Arguments) -> Value:
    return star_mapped(run, first(arguments), run.iterate(first(arguments, "", 1)))


def star_mapped(run: Core, target: Value, rows: Items) -> Value:
    """What a function gives for each of several argument lists."""
    exact = len(rows.items) <= UNROLL
    results = [run.call(target, _spread(run, row)) for row in rows.items] if exact else []
    others = [row for row in (rest_of(rows) if exact else any_of(rows),) if row is not None]
    if not results and not others:
        others = [Unknown("arguments that are not known")]
    return run.new_list(results, join(*[run.perhaps_call(target, _spread(run, row)) for row in others]) if others else None)


def _spread(run: Core, row: Value) -> Arguments:
    inner = run.iterate(row)
    return Arguments(list(inner.items), {}, rest_of(inner))


@model("builtins.filter", "itertools.filterfalse")
def _filter(run: Core, function: External, arguments: Arguments) -> Value:
    test, items = first(arguments), run.iterate(first(arguments, "", 1))
    wanted = function.path == "builtins.filter"
    out = run.new_list()
    for item in items.items if len(items.items) <= UNROLL else [any_of(items)]:
        outcome = run.truth(item if test == NONE else run.call(test, Arguments([item])))
        if outcome is None:
            out.rest = join(out.rest, item)
        elif outcome is wanted and out.rest is None:
            out.items.append(item)
        elif outcome is wanted:
            out.rest = join(out.rest, item)
    rest = rest_of(items)
    if rest is not None and (test == NONE or run.truth(run.perhaps_call(test, Arguments([rest]))) is not (not wanted)):
        out.rest = join(out.rest, rest)
    return out


@model("itertools.takewhile", "itertools.dropwhile")
def _while(run: Core, function: External, arguments: Arguments) -> Value:
    items = run.iterate(first(arguments, "", 1))
    if not list(elements(items)):
        return run.new_list()
    run.perhaps_call(first(arguments), Arguments([any_of(items)]))
    return run.new_list((), any_of(items))


@model("functools.reduce", "itertools.accumulate")
def _reduce(run: Core, function: External, arguments: Arguments) -> Value:
    accumulating = function.path == "itertools.accumulate"
    target, items = first(arguments, "", 1 if accumulating else 0), run.iterate(first(arguments, "", 0 if accumulating else 1))
    start = arguments.get("initial", 99 if accumulating else 2)
    left = [*([] if start is None else [start]), *items.items]
    steps = left[:1] or [any_of(items)]
    if len(left) <= UNROLL:
        for item in left[1:]:
            steps.append(run.call(target, Arguments([steps[-1], item])))
    if rest_of(items) is not None or len(left) > UNROLL:
        value = join(*steps)
        for _ in range(2):
            value = join(value, run.perhaps_call(target, Arguments([value, any_of(items)])))
        return run.new_list((), value) if accumulating else value
    return run.new_list(steps) if accumulating else steps[-1]


@model("itertools.chain", "heapq.merge")
def _chain(run: Core, function: External, arguments: Arguments) -> Value:
    return _chained(run, [*arguments.positional, *([] if arguments.more is None else [arguments.more])], function.path.endswith("merge"))


@model("itertools.chain.from_iterable", "more_itertools.flatten")
def _chain_from(run: Core, function: External, arguments: Arguments) -> Value:
    parts = run.iterate(first(arguments))
    return _chained(run, list(elements(parts)), rest_of(parts) is not None)


def _chained(run: Core, values: list[Value], disordered: bool) -> Value:
    columns, exact = _columns(run, values)
    found = [item for column in columns for item in elements(column)]
    return run.new_list(found) if exact and not disordered else run.new_list((), join(*found) if found else None)


@model("itertools.islice")
def _islice(run: Core, function: External, arguments: Arguments) -> Value:
    items = run.iterate(first(arguments))
    bounds = [value.value for value in arguments.positional[1:] if isinstance(value, Const)]
    iterator = isinstance(items, ListObject) and items.kind != "list"  # it goes on from there the next time
    if not iterator and rest_of(items) is None and len(bounds) == len(arguments.positional) - 1 > 0:
        return run.new_list(items.items[slice(*bounds)])
    return run.new_list((), anything_in(items))


@model("itertools.groupby")
def _groupby(run: Core, function: External, arguments: Arguments) -> Value:
    items, key = run.iterate(first(arguments, "iterable")), arguments.get("key", 1)
    if (member := anything_in(items)) is None:
        return run.new_list()
    name = member if key is None or key == NONE else run.perhaps_call(key, Arguments([member]))
    return run.new_list((), tuple_of((name, run.new_list((), member))))


@model("itertools.batched", "more_itertools.chunked", "itertools.combinations", "itertools.permutations", "itertools.tee")
def _grouped(run: Core, function: External, arguments: Arguments) -> Value:
    member = anything_in(run.iterate(first(arguments)))
    return run.new_list((), None if member is None else run.new_list((), member))


@model("itertools.cycle", "itertools.repeat")
def _again(run: Core, function: External, arguments: Arguments) -> Value:
    repeated = first(arguments) if function.path.endswith("repeat") else any_of(run.iterate(first(arguments)))
    return run.new_list((), repeated)


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
