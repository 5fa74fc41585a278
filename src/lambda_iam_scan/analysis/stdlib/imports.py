"""Importing by name: `importlib`, `pkgutil`, `runpy`, and finding what a dotted name means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.modules.program import TASK_ROOT
from lambda_iam_scan.analysis.stdlib.files import listing
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    Const,
    DictObject,
    External,
    ModuleObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
    text,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import as_text, literals
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.text import Text

MAX_MODULES = 64
"""Modules that one name can stand for."""


@model("importlib.import_module", "builtins.__import__")
def _import_module(run: Core, function: External, arguments: Arguments) -> Value:
    """A module by a name that is known, or every module that a partly known name can stand for."""
    package = arguments.get("package", 1) if function.path == "importlib.import_module" else None
    found = [run.import_module(name) for choice in choices(first(arguments, "name")) for name in _names(run, choice, package)]
    return join(*found) if found else Unknown("a module that is not known")


def _names(run: Core, name: Value, package: Value | None) -> tuple[str, ...]:
    known = _absolute(run, as_text(name), package)
    if isinstance(name, Str) and known.literal is not None:
        return (known.literal,)
    found = run.program.like(known) if isinstance(name, Str) else ()
    if not 0 < len(found) <= MAX_MODULES:
        run.gap(GapKind.DYNAMIC_CODE, f"the module to import is not known: {as_text(name)}")
    return found[:MAX_MODULES]


def _absolute(run: Core, name: Text, package: Value | None) -> Text:
    head = name.parts[0] if name.parts and isinstance(name.parts[0], str) else ""
    if not head.startswith("."):
        return name
    base = next(iter(literals(package)), run.frame.module.package) if package is not None else run.frame.module.package
    levels = len(head) - len(head.lstrip(".")) - 1
    above = base.split(".")[: len(base.split(".")) - levels]
    return Text.of(".".join(above), ".", head.lstrip("."), *name.parts[1:])


# ---------------------------------------------------------------- what packages have


@model("pkgutil.iter_modules", "pkgutil.walk_packages")
def _modules(run: Core, function: External, arguments: Arguments) -> Value:
    """A package's modules, as named tuples."""
    prefix = as_text(arguments.get("prefix", 1) or text("")).literal
    paths = arguments.get("path", 0)
    found = [place for path in elements(run.iterate(paths)) for place in choices(path)] if paths is not None and paths != NONE else []
    directories = [listing(run, as_text(path)) for path in found]
    if prefix is None or not directories or any(names is None for names in directories):
        return run.new_list((), _information(run, Str(as_text(Unknown("name of a module"))), Unknown("whether it is a package")))
    deep = function.path.endswith("walk_packages")
    names = sorted({name for names in directories for name in _below(run, names or (), deep)})
    return run.new_list([_information(run, text(prefix + name), Const(package)) for name, package in names])


def _below(run: Core, paths: tuple[str, ...], deep: bool) -> Iterator[tuple[str, bool]]:
    for path in paths:
        name = PurePosixPath(path).name
        if run.program.tree.is_file(f"{path}/__init__.py"):
            yield name, True
            inner = run.program.tree.list(path) if deep else ()
            for below, package in _below(run, tuple(f"{path}/{one.rstrip('/')}" for one in inner), deep):
                yield f"{name}.{below}", package
        elif name.endswith(".py") and name != "__init__.py":
            yield name.removesuffix(".py"), False


def _information(run: Core, name: Value, package: Value) -> Value:
    fields = TupleValue(tuple(map(text, ("module_finder", "name", "ispkg"))))
    cls = run.call(External("collections.namedtuple"), Arguments([text("ModuleInfo"), fields]))
    return run.call(cls, Arguments([Unknown("a finder"), name, package]))


# ---------------------------------------------------------------- specifications


@model("importlib.util.find_spec")
def _found(run: Core, function: External, arguments: Arguments) -> Value:
    return External("importlib.ModuleSpec()", (("name", first(arguments, "name")),), 1)


@model("importlib.util.spec_from_file_location")
def _at_file(run: Core, function: External, arguments: Arguments) -> Value:
    return External("importlib.ModuleSpec()", (("location", first(arguments, "location", 1)),), 1)


@model("importlib.util.module_from_spec")
def _of_specification(run: Core, function: External, arguments: Arguments) -> Value:
    """The module, executed at once: what has a specification is executed next."""
    wanted = first(arguments, "spec")
    found = []
    for spec in choices(wanted):
        if isinstance(spec, External) and (name := spec.argument("name", 99)) is not None:
            found.append(_import_module(run, External("importlib.import_module"), Arguments([name])))
        elif isinstance(spec, External) and (location := spec.argument("location", 99)) is not None:
            found.append(executed_file(run, location))
    return join(*found) if found else Unknown("a module that is not known")


@model("importlib.ModuleSpec().loader.exec_module", "importlib.reload")
def _executed(run: Core, function: External, arguments: Arguments) -> Value:
    return first(arguments) if function.path == "importlib.reload" else NONE


def executed_file(run: Core, location: Value) -> Value:
    """The module that a file of the project's is."""
    path = as_text(location)
    name = (path.literal or "").removeprefix(f"{TASK_ROOT}/").removeprefix("./").removesuffix(".py").replace("/", ".")
    module = run.program.find(name) if name else None
    if isinstance(module, ModuleObject):
        run.execute_module(module)
        return module
    run.gap(GapKind.DYNAMIC_CODE, f"the file to execute is not known: {path}")
    return Unknown("a module that is not known")


@model("runpy.run_module")
def _run_module(run: Core, function: External, arguments: Arguments) -> Value:
    return run.attribute(_import_module(run, External("importlib.import_module"), Arguments([first(arguments, "mod_name")])), "__dict__")


@model("runpy.run_path")
def _run_path(run: Core, function: External, arguments: Arguments) -> Value:
    return run.attribute(executed_file(run, first(arguments, "path_name")), "__dict__")


@model(
    "pkgutil.resolve_name",
    "pydoc.locate",
    "werkzeug.utils.import_string",
    "django.utils.module_loading.import_string",
    "pydantic.utils.import_string",
)
def _resolved(run: Core, function: External, arguments: Arguments) -> Value:
    """What `package.module:name` or `package.module.name` means."""
    found = []
    for name in literals(first(arguments, "name")):
        module, colon, path = name.partition(":")
        if not colon:
            module, _, path = name.rpartition(".")
        value = run.import_module(module)
        for part in path.split("."):
            value = run.attribute(value, part)
        found.append(value)
    if not found:
        run.gap(GapKind.DYNAMIC_CODE, f"the name to import is not known: {as_text(first(arguments, 'name'))}")
    return join(*found) if found else Unknown("something imported by name")


_OF_EVERY_HANDLER = frozenset({"class", "()", "level", "formatter", "filters", "."})
"""Keys of a handler that are no arguments of its class: docs.python.org/3/library/logging.config.html#dictionary-schema-details"""


@model("logging.config.dictConfig")
def _logging_configured(run: Core, function: External, arguments: Arguments) -> Value:
    """Each handler is made of the class that its entry names, and is called for what is logged."""
    for config in choices(first(arguments, "config")):
        handlers = config.entries.get(Text.of("handlers")) if isinstance(config, DictObject) else None
        for entry in handlers.entries.values() if isinstance(handlers, DictObject) else ():
            if isinstance(entry, DictObject):
                maker = entry.entries.get(Text.of("()")) or entry.entries.get(Text.of("class")) or Unknown("a handler's class")
                cls = _resolved(run, function, Arguments([maker])) if isinstance(maker, Str) else maker
                known = {str(key): value for key, value in entry.entries.items() if isinstance(key, Text)}
                given = {name: value for name, value in known.items() if name not in _OF_EVERY_HANDLER}
                run.call(External("logging.getLogger().addHandler"), Arguments([run.call(cls, Arguments([], given))]))
    return NONE
