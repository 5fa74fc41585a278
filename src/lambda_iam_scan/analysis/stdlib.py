"""Contracts of the builtins, the standard library and a few packages everyone uses: what is called with what, and what comes back.

Source: the Python language and library reference, and the documentation of the packages named.
"""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.classes import find
from lambda_iam_scan.analysis.core import ANYTHING, Arguments, Core
from lambda_iam_scan.analysis.sdk import dynamic_method
from lambda_iam_scan.analysis.values import (
    ANY_BOOL,
    FALSE,
    NONE,
    BoundMethod,
    ClassObject,
    Client,
    Const,
    Credentials,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    Partial,
    ResourceValue,
    SessionObject,
    Str,
    Super,
    TupleValue,
    Unknown,
    Value,
    Wrapped,
    as_text,
    choices,
    each,
    elements,
    hole,
    join,
    literals,
    nested,
    string,
    text,
    tuple_of,
    wrapped,
)
from lambda_iam_scan.model.code import EXECUTION_ROLE, GapKind
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text

Model = Callable[[Core, External, Arguments], Value]
FUNCTIONS: dict[str, Model] = {}
"""Models by dotted path of what is called."""


def model(*paths: str) -> Callable[[Model], Model]:
    """Register a model."""

    def register(function: Model) -> Model:
        for path in paths:
            FUNCTIONS[path] = function
        return function

    return register


def _first(arguments: Arguments, name: str = "", position: int = 0) -> Value:
    return arguments.get(name, position) or Unknown("an argument that is not given")


# ---------------------------------------------------------------- attributes and environment

_CONTEXT_ARN = Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", Hole("the function's own name"))
_OWN = {"AWS_REGION": string(Text.of(REGION)), "AWS_DEFAULT_REGION": string(Text.of(REGION))}
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def attribute(run: Core, value: External, name: str) -> Value | None:
    """Attributes of external names that are values."""
    if value.path == "lambda context":
        if name == "invoked_function_arn":
            return Str(_CONTEXT_ARN)
        return Unknown(f"the context's {name}")
    if value.path == "lambda event":
        return Unknown("the event")
    if name == "TYPE_CHECKING" and value.path in ("typing", "typing_extensions"):
        return FALSE
    if value.path == "typing.TYPE_CHECKING":
        return FALSE
    return None


def item(run: Core, value: External, index: Value) -> Value | None:
    """Items of external mappings."""
    if value.path == "os.environ":
        return each(index, lambda choice: _variable(run, choice, None))
    return None


def _variable(run: Core, name: Value, default: Value | None) -> Value:
    """An environment variable: what the deployment sets, else the default, else something not known."""
    key = name.literal if isinstance(name, Str) else None
    if key is None:
        return hole("environment variable whose name is not known")
    if (stored := run.external_state.get(("os.environ", key))) is not None:
        return stored
    if key in _KEYS:
        return Credentials(EXECUTION_ROLE)
    if run.environment is not None and key in run.environment:
        return Str(run.environment[key])
    if key in _OWN:
        return _OWN[key]
    unknown = hole(f"environment variable {key}")
    if run.environment is not None and not key.startswith(("AWS_", "_", "LAMBDA_", "TZ", "PATH", "LANG")):
        return default if default is not None else unknown
    return unknown if default is None else join(default, unknown)


@model("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop")
def _getenv(run: Core, function: External, arguments: Arguments) -> Value:
    default = arguments.get("default", 1)
    return each(_first(arguments, "key"), lambda name: _variable(run, name, NONE if default is None else default))


@model("os.environ.__getitem__")
def _environ_item(run: Core, function: External, arguments: Arguments) -> Value:
    return each(_first(arguments), lambda name: _variable(run, name, None))


@model("os.environ.copy")
def _environ_copy(run: Core, function: External, arguments: Arguments) -> Value:
    return External("os.environ")


@model("os.environ.update")
def _environ_update(run: Core, function: External, arguments: Arguments) -> Value:
    return NONE


# ---------------------------------------------------------------- names, attributes, types


@model("builtins.getattr")
def _getattr(run: Core, function: External, arguments: Arguments) -> Value:
    target, name, default = _first(arguments), _first(arguments, "", 1), arguments.get("", 2)
    found: list[Value] = [] if default is None else [default]
    for owner in choices(target):
        for choice in choices(name):
            if isinstance(choice, Str) and choice.literal is not None:
                value = run.attribute(owner, choice.literal)
                if default is None or not isinstance(value, Unknown):
                    found.append(value)
            else:
                found.append(_unknown_attribute(run, owner, choice))
    return join(*found)


def _unknown_attribute(run: Core, owner: Value, name: Value) -> Value:
    if isinstance(owner, (Client, ResourceValue, SessionObject)):
        return dynamic_method(run, owner, name)
    if isinstance(owner, Instance):
        methods = dict.fromkeys(key for cls in owner.cls.order for key, item in cls.vars.items() if isinstance(item, FunctionObject))
        wanted = _beginning(name)
        found = [run.attribute(owner, key) for key in methods if not key.startswith("__") and key.startswith(wanted)]
        return join(*found) if found else Unknown("an attribute whose name is not known")
    if isinstance(owner, ModuleObject):
        wanted = _beginning(name)
        values = [value for key, value in owner.vars.items() if isinstance(value, FunctionObject) and key.startswith(wanted)]
        return join(*values) if values else Unknown("an attribute whose name is not known")
    return Unknown("an attribute whose name is not known")


def _beginning(name: Value) -> str:
    parts = name.text.parts if isinstance(name, Str) else ()
    return parts[0] if parts and isinstance(parts[0], str) else ""


@model("builtins.setattr")
def _setattr(run: Core, function: External, arguments: Arguments) -> Value:
    for name in literals(_first(arguments, "", 1)):
        run.set_attribute(_first(arguments), name, _first(arguments, "", 2))
    return NONE


@model("builtins.hasattr", "builtins.callable", "builtins.any", "builtins.all", "builtins.issubclass", "builtins.bool")
def _some_bool(run: Core, function: External, arguments: Arguments) -> Value:
    return ANY_BOOL


@model("builtins.isinstance")
def _isinstance(run: Core, function: External, arguments: Arguments) -> Value:
    value, kind = _first(arguments), _first(arguments, "", 1)
    if isinstance(kind, External) and kind.path in _BUILTIN_KINDS and isinstance(value, (Str, Const, DictObject, ListObject, TupleValue)):
        known, name = _BUILTIN_KINDS[kind.path], kind.path.rpartition(".")[2]
        return Const(isinstance(value, known) and (not isinstance(value, Const) or type(value.value).__name__ == name))
    if isinstance(kind, ClassObject) and isinstance(value, Instance) and not isinstance(value, External):
        return Const(kind in value.cls.order) if not value.cls.external else ANY_BOOL
    return ANY_BOOL


_BUILTIN_KINDS: dict[str, type] = {"builtins.str": Str, "builtins.dict": DictObject, "builtins.int": Const, "builtins.bytes": Const}


@model("builtins.super")
def _super(run: Core, function: External, arguments: Arguments) -> Value:
    if len(arguments.positional) >= 2 and isinstance(arguments.positional[0], ClassObject):
        return join(*[Super(arguments.positional[0], receiver) for receiver in choices(arguments.positional[1])])
    for frame in reversed(run.stack):
        if frame.function is not None and frame.function.owner is not None and frame.receiver is not None:
            owner = frame.function.owner
            return join(*[Super(owner, receiver) for receiver in choices(frame.receiver)])
    return Unknown("super() outside a method")


@model("builtins.object().__new__", "builtins.object.__new__")
def _new(run: Core, function: External, arguments: Arguments) -> Value:
    return each(_first(arguments), lambda cls: run.new_object(cls) if isinstance(cls, ClassObject) else Unknown("an object"))


@model("builtins.type().__call__")
def _type_call(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    return run.construct(owner, arguments) if isinstance(owner, ClassObject) else Unknown("an object")


@model("builtins.type")
def _type(run: Core, function: External, arguments: Arguments) -> Value:
    value = _first(arguments)
    if len(arguments.positional) == 1:
        return each(value, lambda choice: choice.cls if isinstance(choice, Instance) else Unknown("a class"))
    return Unknown("a class made by type()")


@model("builtins.object().__init__", "builtins.object().__init_subclass__", "builtins.object().__setattr__", "builtins.print")
def _nothing(run: Core, function: External, arguments: Arguments) -> Value:
    return NONE


@model(
    "builtins.property",
    "functools.cached_property",
    "django.utils.functional.cached_property",
    "cached_property.cached_property",
    "abc.abstractproperty",
    "boltons.cacheutils.cachedproperty",
    "werkzeug.utils.cached_property",
)
def _property(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("property", _first(arguments, "fget"), arguments.get("fset", 1))


@model("builtins.staticmethod", "abc.abstractstaticmethod")
def _staticmethod(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("staticmethod", _first(arguments))


@model("builtins.classmethod", "abc.abstractclassmethod")
def _classmethod(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("classmethod", _first(arguments))


@model("builtins.vars")
def _vars(run: Core, function: External, arguments: Arguments) -> Value:
    return run.attribute(_first(arguments), "__dict__") if arguments.positional else Unknown("the variables")


@model("builtins.globals", "builtins.locals")
def _globals(run: Core, function: External, arguments: Arguments) -> Value:
    frame = run.frame
    store = frame.module.vars if function.path.endswith("globals") else frame.scope.vars
    return run.new_dict({Text.of(name): value for name, value in store.items()})


@model("builtins.exec", "builtins.eval", "builtins.compile")
def _dynamic_code(run: Core, function: External, arguments: Arguments) -> Value:
    if function.path != "builtins.compile":
        run.gap(GapKind.DYNAMIC_CODE, f"{function.path[9:]} runs code that is not in any file")
    return Unknown("result of code that is not in any file")


@model("importlib.import_module", "builtins.__import__")
def _import_module(run: Core, function: External, arguments: Arguments) -> Value:
    name, package = _first(arguments, "name"), arguments.get("package", 1)
    found = []
    for choice in choices(name):
        if not isinstance(choice, Str) or choice.literal is None:
            run.gap(GapKind.DYNAMIC_CODE, f"the module to import is not known: {as_text(choice)}")
            continue
        base = literals(package)[0] if package is not None and literals(package) else run.frame.module.package
        full = f"{base}.{choice.literal.lstrip('.')}" if choice.literal.startswith(".") else choice.literal
        found.append(run.import_module(full))
    return join(*found) if found else Unknown("a module that is not known")


# ---------------------------------------------------------------- strings, numbers, containers


@model(
    "builtins.str",
    "builtins.repr",
    "builtins.ascii",
    "builtins.format",
    "pathlib.Path",
    "pathlib.PurePosixPath",
    "os.fspath",
    "urllib.parse.quote",
    "urllib.parse.unquote",
    "urllib.parse.quote_plus",
    "urllib.parse.unquote_plus",
    "markupsafe.escape",
)
def _str(run: Core, function: External, arguments: Arguments) -> Value:
    if not arguments.positional:
        return text("")
    value = arguments.positional[0]
    if function.path.startswith("urllib") and not literals(value):
        return hole("a quoted string")
    return join(*[Str(piece) for piece in run.texts(value)])


@model("builtins.int", "builtins.float", "builtins.len", "builtins.sum", "builtins.abs", "builtins.round", "builtins.id", "builtins.hash")
def _int(run: Core, function: External, arguments: Arguments) -> Value:
    value = arguments.get("", 0)
    if function.path == "builtins.int" and isinstance(value, Str) and value.literal is not None and value.literal.isdigit():
        return Const(int(value.literal[:18]))
    return value if function.path == "builtins.int" and isinstance(value, Const) else Unknown("a number")


@model(
    "builtins.list",
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


@model("builtins.dict", "collections.OrderedDict", "types.MappingProxyType", "collections.Counter")
def _dict(run: Core, function: External, arguments: Arguments) -> Value:
    out = run.new_dict()
    for given in arguments.positional[:1]:
        for choice in choices(given):
            if isinstance(choice, (ListObject, TupleValue)):
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
    for key in elements(run.iterate(_first(arguments))):
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
    value = _first(arguments)
    if isinstance(value, DictObject):
        return run.new_dict(value.entries, value.rest)
    return run.new_list(value.items, value.rest) if isinstance(value, ListObject) else value


@model("builtins.enumerate")
def _enumerate(run: Core, function: External, arguments: Arguments) -> Value:
    found = run.iterate(_first(arguments))
    start = arguments.get("start", 1)
    first = start.value if isinstance(start, Const) and type(start.value) is int else 0
    items: list[Value] = [tuple_of((Const(first + i), value)) for i, value in enumerate(found.items)]
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
def _map(run: Core, function: External, arguments: Arguments) -> Value:
    target = _first(arguments)
    columns = [run.iterate(value) for value in arguments.positional[1:]]
    if function.path == "itertools.starmap":
        return run.new_list((), _call_with_each(run, target, columns[0], spread=True) if columns else None)
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


def _call_with_each(run: Core, target: Value, column: TupleValue | ListObject, spread: bool) -> Value:
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
    found = list(elements(run.iterate(_first(arguments, "", 1))))
    if found and arguments.positional and arguments.positional[0] != NONE:
        run.call(arguments.positional[0], Arguments([join(*found)]))
    return run.new_list((), join(*found) if found else None)


@model("functools.reduce")
def _reduce(run: Core, function: External, arguments: Arguments) -> Value:
    found = list(elements(run.iterate(_first(arguments, "", 1))))
    value = arguments.get("", 2) or (join(*found) if found else Unknown("nothing to reduce"))
    for _ in range(2):
        value = join(value, run.call(_first(arguments), Arguments([value, join(*found) if found else Unknown("no item")])))
    return value


@model("builtins.next", "builtins.min", "builtins.max", "builtins.anext", "random.choice", "heapq.heappop")
def _one_of(run: Core, function: External, arguments: Arguments) -> Value:
    many = function.path in ("builtins.min", "builtins.max") and len(arguments.positional) > 1
    value = _first(arguments)
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
    found = [item for value in elements(run.iterate(_first(arguments))) for item in elements(run.iterate(value))]
    return run.new_list((), join(*found) if found else None)


@model("itertools.islice")
def _islice(run: Core, function: External, arguments: Arguments) -> Value:
    found = list(elements(run.iterate(_first(arguments))))
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


@model("os.path.join", "posixpath.join")
def _path_join(run: Core, function: External, arguments: Arguments) -> Value:
    parts: list[Text | str] = []
    for i, value in enumerate(arguments.positional):
        parts += ["/", as_text(value)] if i else [as_text(value)]
    return string(Text.of(*parts, *([Hole("path")] if arguments.more is not None else [])))


@model("os.path.basename", "os.path.dirname")
def _path_part(run: Core, function: External, arguments: Arguments) -> Value:
    value = _first(arguments)
    if isinstance(value, Str) and value.literal is not None:
        head, _, tail = value.literal.rpartition("/")
        return text(tail if function.path.endswith("basename") else head)
    return hole("part of a path")


@model("os.path.splitext")
def _splitext(run: Core, function: External, arguments: Arguments) -> Value:
    return tuple_of((hole("part of a path"), hole("extension of a path")))


@model("json.loads", "json.load", "yaml.safe_load", "simplejson.loads", "orjson.loads", "ast.literal_eval")
def _parsed(run: Core, function: External, arguments: Arguments) -> Value:
    value = _first(arguments)
    if isinstance(value, Wrapped) and value.kind == "json":
        return value.value
    return Unknown("parsed text")


@model("json.dumps", "simplejson.dumps", "orjson.dumps")
def _dumped(run: Core, function: External, arguments: Arguments) -> Value:
    if (default := arguments.keywords.get("default")) is not None and not isinstance(default, External):
        run.call(default, ANYTHING)
    return hole("JSON")


@model("string.Template().substitute", "string.Template().safe_substitute")
def _template(run: Core, function: External, arguments: Arguments) -> Value:
    form = function.argument("template", 0)
    if not isinstance(form, Str):
        return hole("a filled template")
    import re

    source = "".join(part if isinstance(part, str) else "\0" for part in form.text.parts)
    parts: list[Text | str | Hole] = []
    for i, piece in enumerate(re.split(r"\$\{?(\w+)\}?", source)):
        if i % 2:
            given = arguments.keywords.get(piece)
            parts.append(Hole("value of a template") if given is None else as_text(given))
        else:
            parts.append(piece.replace("\0", ""))
    return string(Text.of(*parts)) if "\0" not in source else hole("a filled template")


# ---------------------------------------------------------------- functools, contextlib, operator


@model("functools.partial", "functools.partialmethod")
def _partial(run: Core, function: External, arguments: Arguments) -> Value:
    target = _first(arguments)
    kept = tuple(arguments.positional[1:])
    depth = nested(target, *arguments.every())
    if depth is None:
        return target
    return each(target, lambda choice: Partial(choice, kept, tuple(arguments.keywords.items()), depth))


@model(
    "functools.lru_cache",
    "functools.cache",
    "functools.total_ordering",
    "functools.wraps",
    "functools.update_wrapper",
    "typing.final",
    "functools.singledispatch",
    "functools.singledispatchmethod",
    "abc.abstractmethod",
    "typing.overload",
    "typing.no_type_check",
    "cachetools.cached",
    "async_lru.alru_cache",
    "typing.override",
    "typing.runtime_checkable",
    "atexit.unregister",
)
def _same(run: Core, function: External, arguments: Arguments) -> Value:
    value = arguments.get("user_function", 0)
    if function.path == "functools.wraps" or not isinstance(value, (FunctionObject, ClassObject, BoundMethod, Descriptor, Partial)):
        return External("keeps its argument")
    return value


@model("keeps its argument")
def _keep(run: Core, function: External, arguments: Arguments) -> Value:
    return _first(arguments)


@model("functools.singledispatch().register")
def _register(run: Core, function: External, arguments: Arguments) -> Value:
    generic, implementation = _first(arguments), arguments.positional[-1] if arguments.positional else Unknown("nothing")
    if isinstance(generic, FunctionObject) and isinstance(implementation, FunctionObject):
        run.update(generic.attrs, "<dispatch>", implementation, None)
    return implementation


@model("contextlib.contextmanager", "contextlib.asynccontextmanager")
def _contextmanager(run: Core, function: External, arguments: Arguments) -> Value:
    return External(f"{function.path}()", (("0", _first(arguments)),))


@model("contextlib.contextmanager()", "contextlib.asynccontextmanager()")
def _enter_generator(run: Core, function: External, arguments: Arguments) -> Value:
    produced = run.call(function.argument("", 0) or Unknown("nothing"), arguments)
    found = list(elements(produced)) if isinstance(produced, ListObject) else [produced]
    return wrapped("context", join(*found) if found else NONE)


@model("contextlib.closing", "contextlib.nullcontext", "contextlib.aclosing")
def _closing(run: Core, function: External, arguments: Arguments) -> Value:
    return wrapped("context", arguments.get("thing", 0) or arguments.get("enter_result", 0) or NONE)


@model(
    "contextlib.ExitStack().enter_context", "contextlib.AsyncExitStack().enter_async_context", "contextlib.AsyncExitStack().enter_context"
)
def _enter_context(run: Core, function: External, arguments: Arguments) -> Value:
    return run.entered_context(_first(arguments, "cm"))


@model("operator.attrgetter")
def _attrgetter(run: Core, function: External, arguments: Arguments) -> Value:
    return External("operator.attrgetter()", (("0", _first(arguments)),))


@model("operator.attrgetter()")
def _attrgot(run: Core, function: External, arguments: Arguments) -> Value:
    value = _first(arguments)
    for path in literals(function.argument("", 0) or NONE)[:1]:
        for name in path.split("."):
            value = run.attribute(value, name)
    return value


@model("operator.itemgetter()")
def _itemgot(run: Core, function: External, arguments: Arguments) -> Value:
    return run.item(_first(arguments), function.argument("", 0) or Unknown("an index"))


@model("operator.methodcaller()")
def _methodcalled(run: Core, function: External, arguments: Arguments) -> Value:
    found = []
    for name in literals(function.argument("", 0) or NONE):
        positional = [value for key, value in function.args if key.isdigit() and key != "0"]
        keywords = {key: value for key, value in function.args if not key.isdigit()}
        found.append(run.call(run.attribute(_first(arguments), name), Arguments(positional, keywords)))
    return join(*found) if found else Unknown("result of a method that is not known")


@model("weakref.ref", "weakref.proxy", "typing.cast", "copy.replace")
def _through(run: Core, function: External, arguments: Arguments) -> Value:
    if function.path == "typing.cast":
        return _first(arguments, "val", 1)
    return Partial(External("keeps its argument"), (_first(arguments),), ()) if function.path == "weakref.ref" else _first(arguments)


# ---------------------------------------------------------------- threads, processes, asyncio


@model(
    "concurrent.futures.ThreadPoolExecutor().submit",
    "concurrent.futures.ProcessPoolExecutor().submit",
    "concurrent.futures.Executor().submit",
    "concurrent.futures.thread.ThreadPoolExecutor().submit",
)
def _submit(run: Core, function: External, arguments: Arguments) -> Value:
    return wrapped("future", run.call(_first(arguments, "fn"), arguments.after(1)))


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
    return _map(run, function, Arguments(arguments.positional, {}, arguments.more))


@model("multiprocessing.Pool().starmap", "multiprocessing.pool.ThreadPool().starmap")
def _pool_starmap(run: Core, function: External, arguments: Arguments) -> Value:
    return run.new_list((), _call_with_each(run, _first(arguments), run.iterate(_first(arguments, "", 1)), spread=True))


@model("multiprocessing.Pool().apply_async", "multiprocessing.Pool().apply", "multiprocessing.pool.ThreadPool().apply_async")
def _apply(run: Core, function: External, arguments: Arguments) -> Value:
    return wrapped("future", _call_target(run, _first(arguments, "func"), arguments.get("args", 1), arguments.get("kwds", 2)))


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


@model("threading.Timer")
def _timer(run: Core, function: External, arguments: Arguments) -> Value:
    _call_target(run, _first(arguments, "function", 1), arguments.get("args", 2), arguments.get("kwargs", 3))
    return External("threading.Timer()")


@model("threading.Thread().start", "multiprocessing.Process().start")
def _start(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    if isinstance(owner, Instance) and find(owner.cls, "run") is not None:
        run.call(run.attribute(owner, "run"), Arguments())
    return NONE


@model("concurrent.futures.as_completed", "asyncio.as_completed")
def _as_completed(run: Core, function: External, arguments: Arguments) -> Value:
    return run.new_list((), join(*found) if (found := list(elements(run.iterate(_first(arguments, "fs"))))) else None)


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
    value = _first(arguments)
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
    value = _first(arguments)
    return value if isinstance(value, Wrapped) else wrapped("future", value)


@model("asyncio.gather")
def _gather(run: Core, function: External, arguments: Arguments) -> Value:
    found = [choice.value if isinstance(choice, Wrapped) else choice for choice in arguments.positional]
    return run.new_list(found, arguments.more)


@model("asyncio.to_thread", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool")
def _to_thread(run: Core, function: External, arguments: Arguments) -> Value:
    return run.call(_first(arguments, "func"), arguments.after(1))


@model("asyncio.get_event_loop().run_in_executor", "asyncio.get_running_loop().run_in_executor", "asyncio.new_event_loop().run_in_executor")
def _in_executor(run: Core, function: External, arguments: Arguments) -> Value:
    return run.call(_first(arguments, "func", 1), arguments.after(2))


@model("atexit.register", "signal.signal")
def _at_exit(run: Core, function: External, arguments: Arguments) -> Value:
    target = arguments.positional[1 if function.path.startswith("signal") else 0 :][:1]
    for value in target:
        run.passed.setdefault(value)
    return target[0] if target else NONE


@model("asgiref.sync.sync_to_async")
def _wraps_function(run: Core, function: External, arguments: Arguments) -> Value:
    return _first(arguments)


# ---------------------------------------------------------------- dataclasses, attrs, namedtuple, pydantic


@model(
    "dataclasses.dataclass",
    "attr.s",
    "attr.attrs",
    "attr.define",
    "attrs.define",
    "attrs.frozen",
    "attr.frozen",
    "attrs.mutable",
    "pydantic.dataclasses.dataclass",
    "attr.dataclass",
    "attr.attributes",
    "dataclasses_json.dataclass_json",
)
def _dataclass(run: Core, function: External, arguments: Arguments) -> Value:
    cls = arguments.get("cls", 0)
    if not isinstance(cls, ClassObject):
        return External(function.path)
    cls.is_dataclass = True
    if function.path.startswith("attr"):
        declared = {name: value for name, value in cls.vars.items() if isinstance(value, External) and value.path.startswith("attr")}
        known = dict(cls.fields)
        cls.fields = tuple({**known, **{name.lstrip("_"): value for name, value in declared.items()}}.items()) if declared else cls.fields
    return cls


@model("dataclasses.replace", "attr.evolve", "attrs.evolve")
def _replace(run: Core, function: External, arguments: Arguments) -> Value:
    value = _first(arguments)
    if not isinstance(value, Instance):
        return value
    made = run.new_object(value.cls)
    made.attrs.update({**value.attrs, **arguments.keywords})
    made.sure.update(made.attrs)
    return made


@model("dataclasses.asdict", "attr.asdict", "attrs.asdict")
def _asdict(run: Core, function: External, arguments: Arguments) -> Value:
    value = _first(arguments)
    return run.new_dict({Text.of(k): v for k, v in value.attrs.items()}) if isinstance(value, Instance) else Unknown("fields")


@model("collections.namedtuple", "typing.NamedTuple")
def _namedtuple(run: Core, function: External, arguments: Arguments) -> Value:
    fields = arguments.get("field_names", 1)
    names: list[str] = []
    if isinstance(fields, Str) and fields.literal is not None:
        names = fields.literal.replace(",", " ").split()
    elif isinstance(fields, (ListObject, TupleValue)):
        for entry in elements(fields):
            first = entry.items[0] if isinstance(entry, TupleValue) and entry.items else entry
            names += literals(first)
    cls = ClassObject("namedtuple", (), {}, run.frame.module, None, tuple((name, None) for name in names), is_dataclass=True)
    cls.order = (cls,)
    return cls


@model("types.SimpleNamespace", "argparse.Namespace", "box.Box", "munch.Munch")
def _namespace(run: Core, function: External, arguments: Arguments) -> Value:
    cls = ClassObject("SimpleNamespace", (), {}, run.frame.module)
    cls.order = (cls,)
    made = run.new_object(cls)
    made.attrs.update(arguments.keywords)
    made.sure.update(made.attrs)
    return made


CONTEXT = External("lambda context")
EVENT = Unknown("the event")
