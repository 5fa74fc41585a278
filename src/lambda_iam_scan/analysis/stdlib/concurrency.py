"""Functions given to threads, processes and event loops."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.stdlib.iterators import map_items, star_mapped
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    BoundMethod,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Partial,
    Unknown,
    Value,
    Wrapped,
    choices,
)
from lambda_iam_scan.analysis.values.lattice import anything_in, each, tuple_of, wrapped
from lambda_iam_scan.model.text import Text


@model(
    "concurrent.futures.ThreadPoolExecutor().submit",
    "concurrent.futures.ProcessPoolExecutor().submit",
    "concurrent.futures.Executor().submit",
    "concurrent.futures.thread.ThreadPoolExecutor().submit",
)
def _submit(run: Core, function: External, arguments: Arguments) -> Value:
    return wrapped("future", run.call(first(arguments, "fn"), arguments.after(1)))


@model(
    "concurrent.futures.ThreadPoolExecutor().map",
    "concurrent.futures.ProcessPoolExecutor().map",
    "multiprocessing.Pool().map",
    "multiprocessing.Pool().imap",
    "multiprocessing.Pool().imap_unordered",
    "multiprocessing.pool.ThreadPool().imap",
    "multiprocessing.dummy.Pool().map",
)
def _pool_map(run: Core, function: External, arguments: Arguments) -> Value:
    return map_items(run, function, Arguments(arguments.positional, {}, arguments.more))


@model("multiprocessing.Pool().starmap", "multiprocessing.pool.ThreadPool().starmap")
def _pool_starmap(run: Core, function: External, arguments: Arguments) -> Value:
    return star_mapped(run, first(arguments), run.iterate(first(arguments, "", 1)))


@model("multiprocessing.Pool().apply_async", "multiprocessing.Pool().apply", "multiprocessing.pool.ThreadPool().apply_async")
def _apply(run: Core, function: External, arguments: Arguments) -> Value:
    result = _call_target(run, first(arguments, "func"), arguments.get("args", 1), arguments.get("kwds", 2))
    for name, position in (("callback", 3), ("error_callback", 4)):
        called = arguments.get(name, position)
        if called is not None and called != NONE:
            run.call(called, Arguments([result if name == "callback" else Unknown("an exception")]))
    return wrapped("future", result)


def _call_target(run: Core, target: Value, args: Value | None, kwargs: Value | None) -> Value:
    inner = Arguments()
    if args is not None and args != NONE:
        found = run.iterate(args)
        inner = Arguments(list(found.items), {}, found.rest if isinstance(found, ListObject) else None)
    for choice in choices(kwargs) if kwargs is not None else ():
        if isinstance(choice, DictObject):
            inner.keywords.update({k.literal: v for k, v in choice.entries.items() if isinstance(k, Text) and k.literal is not None})
    return run.call(target, inner)


@model("threading.Thread", "multiprocessing.Process", "multiprocessing.context.Process")
def _thread(run: Core, function: External, arguments: Arguments) -> Value:
    target = arguments.get("target", 1)
    if target is not None and target != NONE:
        _call_target(run, target, arguments.get("args", 3), arguments.get("kwargs", 4))
    return External(f"{function.path}()")


_THREADS = ("threading.Thread", "multiprocessing.Process", "multiprocessing.context.Process")
_KEPT: dict[str, tuple[str, int, Value]] = {
    "_target": ("target", 1, NONE),
    "_args": ("args", 3, tuple_of(())),
    "_kwargs": ("kwargs", 4, NONE),
}
"""Where a thread keeps what it was made with, for a `run` of the user's own: CPython's threading.py and multiprocessing/process.py."""


def thread_made(run: Core, value: Instance, arguments: Arguments) -> bool:
    """Keep what a thread of the user's class is made with; False when it is no thread. One without `run` of its own calls its target."""
    base = next((path for path in value.cls.external if path in _THREADS), None)
    if base is None:
        return False
    for attribute, (name, position, default) in _KEPT.items():
        run.set_attribute(value, attribute, arguments.get(name, position) or default)
    if find(value.cls, "run") is None:
        _thread(run, External(base), arguments)
    return True


@model(*(f"{path}().__init__" for path in _THREADS))
def _thread_init(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    if isinstance(owner, Instance):
        thread_made(run, owner, arguments)
    return NONE


@model("threading.Timer")
def _timer(run: Core, function: External, arguments: Arguments) -> Value:
    _call_target(run, first(arguments, "function", 1), arguments.get("args", 2), arguments.get("kwargs", 3))
    return External("threading.Timer()")


@model("threading.Thread().start", "multiprocessing.Process().start")
def _start(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    if isinstance(owner, Instance) and find(owner.cls, "run") is not None:
        run.call(run.attribute(owner, "run"), Arguments())
    return NONE


@model("concurrent.futures.as_completed", "asyncio.as_completed")
def _as_completed(run: Core, function: External, arguments: Arguments) -> Value:
    return run.new_list((), anything_in(run.iterate(first(arguments, "fs"))))


@model("concurrent.futures.wait", "asyncio.wait")
def _wait(run: Core, function: External, arguments: Arguments) -> Value:
    found = _as_completed(run, function, arguments)
    return tuple_of((found, found))


@model(
    "asyncio.run",
    "asyncio.get_event_loop().run_until_complete",
    "asyncio.new_event_loop().run_until_complete",
    "anyio.run",
    "asyncio.get_running_loop().run_until_complete",
    "asyncio.Runner().run",
    "asyncio.shield",
    "asyncio.wait_for",
    "asgiref.sync.async_to_sync",
    "asyncio.run_coroutine_threadsafe",
    "nest_asyncio.run",
    "uvloop.run",
    "trio.run",
)
def _awaited(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if isinstance(value, (FunctionObject, BoundMethod, Partial)):
        return value if "async_to_sync" in function.path else run.call(value, arguments.after(1))
    return each(value, lambda choice: choice.value if isinstance(choice, Wrapped) else choice)


@model(
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.get_event_loop().create_task",
    "asyncio.TaskGroup().create_task",
    "asyncio.get_running_loop().create_task",
    "asyncio.new_event_loop().create_task",
)
def _task(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    return value if isinstance(value, Wrapped) else wrapped("future", value)


@model("asyncio.gather")
def _gather(run: Core, function: External, arguments: Arguments) -> Value:
    found = [choice.value if isinstance(choice, Wrapped) else choice for choice in arguments.positional]
    return run.new_list(found, arguments.more)


@model("asyncio.to_thread", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool")
def _to_thread(run: Core, function: External, arguments: Arguments) -> Value:
    return run.call(first(arguments, "func"), arguments.after(1))


@model("asyncio.get_event_loop().run_in_executor", "asyncio.get_running_loop().run_in_executor", "asyncio.new_event_loop().run_in_executor")
def _in_executor(run: Core, function: External, arguments: Arguments) -> Value:
    return run.call(first(arguments, "func", 1), arguments.after(2))


@model("atexit.register", "signal.signal")
def _at_exit(run: Core, function: External, arguments: Arguments) -> Value:
    signal = function.path.startswith("signal")
    target = arguments.positional[1 if signal else 0 :][:1]
    for value in target:
        given = () if signal else tuple(arguments.positional[1:])
        keywords = () if signal else tuple(arguments.keywords.items())
        run.hand(run.passed, Partial(value, given, keywords) if given or keywords else value)
    return target[0] if target else NONE


@model("weakref.finalize")
def _finalize(run: Core, function: External, arguments: Arguments) -> Value:
    given = tuple(arguments.positional[2:])
    if len(arguments.positional) > 1:
        run.hand(run.passed, Partial(arguments.positional[1], given, tuple(arguments.keywords.items())))
    return External("weakref.finalize()")


@model(
    "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor",
    "multiprocessing.Pool",
    "multiprocessing.pool.ThreadPool",
)
def _pool(run: Core, function: External, arguments: Arguments) -> Value:
    initializer = arguments.get("initializer", 1 if function.path.startswith("multiprocessing") else 2)
    if initializer is not None and initializer != NONE:
        _call_target(run, initializer, arguments.get("initargs", 2 if function.path.startswith("multiprocessing") else 3), None)
    return External(f"{function.path}()")


@model("asgiref.sync.sync_to_async")
def _wraps_function(run: Core, function: External, arguments: Arguments) -> Value:
    return first(arguments)
