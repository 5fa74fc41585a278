"""What Lambda gives a function: its environment variables, the event and the context."""

from __future__ import annotations

from pathlib import PurePosixPath

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.modules.program import TASK_ROOT
from lambda_iam_scan.analysis.objects import outside
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.externals import GENERIC
from lambda_iam_scan.analysis.values.kinds import (
    FALSE,
    NONE,
    Arguments,
    ClassObject,
    Credentials,
    External,
    Str,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import depth_of, each, join
from lambda_iam_scan.analysis.values.strings import as_text, string
from lambda_iam_scan.model.code import EXECUTION_ROLE
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text

_CONTAINERS = frozenset(
    f"{module}.{name}"
    for module, names in (("builtins", "list dict set tuple frozenset"), ("typing", "List Dict Set Tuple Sequence Mapping Iterable"))
    for name in names.split()
)
"""Classes that say in a subscript what their objects hold."""
ANNOTATED = ("typing.Annotated", "typing_extensions.Annotated")
"""A type with remarks, which frameworks read."""
_CONTEXT_ARN = Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", Hole("the function's own name"))


_OWN = {"AWS_REGION": string(Text.of(REGION)), "AWS_DEFAULT_REGION": string(Text.of(REGION))}


_DESCRIBED = ("dataclasses.Field()", "pydantic.ValidationInfo()", "pydantic.ModelField()")
"""Objects that have what they were made with as attributes."""
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def attribute(run: Core, value: External, name: str) -> Value | None:
    """Attributes of external names that are values."""
    if value.path == "lambda context":
        if name == "invoked_function_arn":
            return Str(_CONTEXT_ARN)
        return outside.read(run, value, name) or Unknown(f"the context's {name}")
    if value.path == "lambda event":
        return Unknown("the event")
    if name == "TYPE_CHECKING" and value.path in ("typing", "typing_extensions"):
        return FALSE
    if value.path == "typing.TYPE_CHECKING":
        return FALSE
    if value.path in _DESCRIBED:
        return value.argument(name, 99)
    return None


def item(run: Core, value: External, index: Value) -> Value | None:
    """Items of external mappings."""
    if value.path == "os.environ":
        return each(index, lambda choice: _variable(run, choice, None))
    if value.path == "sys.modules":
        own = run.frame.module
        return each(index, lambda choice: run.import_module(as_text(choice).literal or own.name) if choice != text(own.name) else own)
    if value.path in ANNOTATED and isinstance(index, TupleValue):
        return External("typing.Annotated", tuple((str(i), part) for i, part in enumerate(index.items)), index.depth + 1)
    if value.path in _CONTAINERS:
        held = index.items[-1] if isinstance(index, TupleValue) and index.items else index
        if isinstance(held, ClassObject) or (isinstance(held, External) and held.path == GENERIC):
            return External(GENERIC, (("0", value), ("1", held)), depth_of(held) + 1)
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
    return each(first(arguments, "key"), lambda name: _variable(run, name, NONE if default is None else default))


@model("os.environ.__getitem__")
def _environ_item(run: Core, function: External, arguments: Arguments) -> Value:
    return each(first(arguments), lambda name: _variable(run, name, None))


@model("os.environ.copy")
def _environ_copy(run: Core, function: External, arguments: Arguments) -> Value:
    return External("os.environ")


@model("os.environ.update")
def _environ_update(run: Core, function: External, arguments: Arguments) -> Value:
    return NONE


@model("contextvars.ContextVar().set")
def _set_variable(run: Core, function: External, arguments: Arguments) -> Value:
    run.set_attribute(External("contextvars.ContextVar()"), _name_of(function), first(arguments, "value"))
    return Unknown("a token")


@model("contextvars.ContextVar().get")
def _get_variable(run: Core, function: External, arguments: Arguments) -> Value:
    default = arguments.get("default", 0) or function.argument("default", 99)
    known = run.external_state.get(("contextvars.ContextVar()", _name_of(function)))
    return join(known, default) if known is not None or default is not None else Unknown("a context variable that nothing sets")


def _name_of(function: External) -> str:
    """The name that a context variable was made with; its content is kept under it."""
    return as_text(function.argument("name", 0) or NONE).literal or ""


@model("sys.path.insert", "sys.path.append", "site.addsitedir")
def _search_path(run: Core, function: External, arguments: Arguments) -> Value:
    for given in choices(first(arguments, "", 1 if function.path.endswith("insert") else 0)):
        for root in directories(run, as_text(given)):
            run.program.add_root(root)
    return NONE


@model("sys.path.extend")
def _search_paths(run: Core, function: External, arguments: Arguments) -> Value:
    for item in elements(run.iterate(first(arguments))):
        _search_path(run, External("sys.path.append"), Arguments([item]))
    return NONE


def directories(run: Core, path: Text) -> list[str]:
    """Directories of the project that a path can mean: what follows an unknown beginning is looked for beside the module and below the
    code's root; of a path that is all unknown (`dirname(__file__)`), the module's own directory and the one above."""
    own = PurePosixPath(run.frame.module.path).parent
    tail = path.parts[-1] if path.parts and isinstance(path.parts[-1], str) else ""
    if not tail and not path.parts:
        return []
    relative = PurePosixPath(tail.removeprefix(TASK_ROOT).lstrip("/"))
    bases = [own, own.parent, *(PurePosixPath(root) for root in run.program.roots)]
    if not relative.parts:
        return [plain_path(base) for base in bases[:2]]
    return [plain_path(base / relative) for base in bases]


def plain_path(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", ".."):
            parts.append(part)
    return "/".join(parts)


CONTEXT = External("lambda context")


EVENT = Unknown("the event")
