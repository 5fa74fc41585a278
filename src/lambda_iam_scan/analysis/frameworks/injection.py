"""Values that frameworks put in the place of a parameter: FastAPI's dependencies, and the providers of `dependency_injector`.

Sources: https://fastapi.tiangolo.com/tutorial/dependencies/, https://python-dependency-injector.ets-labs.org/providers/
"""

from __future__ import annotations

import re

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.kinds import (
    ANYTHING,
    NONE,
    Arguments,
    ClassObject,
    External,
    ModuleObject,
    Unknown,
    Value,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join, yielded
from lambda_iam_scan.analysis.values.strings import literals

_DEPENDS = ("fastapi.Depends()", "fastapi.Security()", "fastapi.params.Depends()")
DEPENDENCIES = frozenset(path.removesuffix("()") for path in _DEPENDS)
"""What takes functions and gives what they return to the routes, where it is followed."""
_MARKERS = tuple(f"dependency_injector.wiring.{name}()" for name in ("Provide", "Provider", "Closing"))
_PROVIDERS = "dependency_injector.providers."
_CONFIGURATION = f"{_PROVIDERS}Configuration()"
_CALLING = tuple(
    f"{_PROVIDERS}{name}()"
    for name in ("Factory", "Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "ContextLocalSingleton", "Resource", "Callable")
)
_CONVERSIONS = re.compile(r"\.(as_int|as_float|required)\(\)")
_ATTRIBUTE_CALLED = f"{_PROVIDERS}MethodCaller()"


def injected(run: Core, marker: Value) -> Value | None:
    """What a framework gives where the default is a marker of its own; None when it is none."""
    if not isinstance(marker, External):
        return None
    if marker.path in _DEPENDS and (dependency := marker.argument("dependency", 0)) is not None:
        return _first_yielded(run.call(dependency, ANYTHING))
    if marker.path in _MARKERS and (provider := marker.argument("", 0)) is not None:
        named = literals(provider)
        wanted = join(*[_registered(run, name) for name in named]) if named else provider
        return wanted if marker.path.endswith("Provider()") else provided(run, wanted)
    return None


def _registered(run: Core, name: str) -> Value:
    """`Provide["service"]`: what containers have under a name."""
    modules = [module for module in run.program.modules.values() if isinstance(module, ModuleObject)]
    classes = [cls for module in modules for cls in module.vars.values() if isinstance(cls, ClassObject)]
    found = [cls.vars[name] for cls in classes if name in cls.vars and any(base.endswith("Container") for base in cls.external)]
    return join(*found) if found else Unknown(f"the provider {name}")


def marked(value: External, index: Value) -> Value | None:
    """`Provide[Container.service]`."""
    path = f"{value.path}()"
    return External(path, (("0", index),), 1) if path in _MARKERS else None


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """Making or calling a provider; None when it is none. What a provider is given is called when its object is asked for."""
    path = function.path
    if not path.startswith(_PROVIDERS):
        return None
    if path.startswith(f"{_CONFIGURATION}.") and _configured(run, function, arguments):
        return NONE
    if "().provided." in path and path.endswith(".call"):
        method = External(path.removesuffix(".call"), function.args, function.depth)
        return made(External(_ATTRIBUTE_CALLED.removesuffix("()")), arguments.before(method))
    if path.endswith("()") or path.startswith(f"{_PROVIDERS}Container()."):
        return provided(run, function, arguments)
    return made(function, arguments)


def provided(run: Core, value: Value, arguments: Arguments | None = None) -> Value:
    """What a provider gives, called with further arguments; any other value itself."""
    return each(value, lambda choice: _provided(run, choice, arguments or Arguments()))


def _provided(run: Core, value: Value, further: Arguments) -> Value:
    if not isinstance(value, External) or not value.path.startswith(_PROVIDERS):
        return value
    path = _CONVERSIONS.sub("", value.path)
    positional = [item for key, item in value.args if key.isdigit()]
    named = {key: item for key, item in value.args if not key.isdigit()}
    if path.startswith(_CONFIGURATION):
        return _setting(run, path, named.get("default"))
    if "().provided." in path:
        base, _, way = path.partition("().provided.")
        return _along(run, _provided(run, External(f"{base}()", value.args), Arguments()), way)
    if path.startswith(f"{_PROVIDERS}Container().") and positional:
        return provided(run, _along(run, positional[0], path.removeprefix(f"{_PROVIDERS}Container().")), further)
    if path in (*_CALLING, _ATTRIBUTE_CALLED) and positional:
        given = [provided(run, item) for item in positional[1:]]
        keywords = {**{name: provided(run, item) for name, item in named.items()}, **further.keywords}
        target = provided(run, positional[0]) if path == _ATTRIBUTE_CALLED else positional[0]
        return _first_yielded(run.call(target, Arguments([*given, *further.positional], keywords)))
    if path == f"{_PROVIDERS}Object()" and positional:
        return positional[0]
    if path == f"{_PROVIDERS}List()":
        return run.new_list([provided(run, item) for item in positional])
    if path == f"{_PROVIDERS}Dict()":
        out = run.new_dict()
        for name, item in named.items():
            run.put(out, text(name), provided(run, item))
        return out
    if path == f"{_PROVIDERS}Selector()" and named:
        return join(*[provided(run, item, further) for item in named.values()])
    return Unknown("an object that a container provides")


def _first_yielded(value: Value) -> Value:
    """A dependency that is a generator gives what it yields."""
    return yielded(value) or value


def _along(run: Core, value: Value, way: str) -> Value:
    for name in way.split("."):
        value = run.attribute(value, name)
    return value


# ---------------------------------------------------------------- configuration

_KEPT = "<value>"


def _configured(run: Core, function: External, arguments: Arguments) -> bool:
    """`config.name.from_env("NAME")` and its kind; False for any other method."""
    option, _, source = function.path.rpartition(".")
    if source == "from_env":
        value = run.call(External("os.environ.get"), Arguments([arguments.get("name", 0) or NONE, arguments.get("default", 1) or NONE]))
    elif source in ("from_dict", "from_value", "override"):
        value = arguments.get("options" if source == "from_dict" else "value", 0) or NONE
    elif source in ("from_yaml", "from_ini", "from_json", "from_pydantic"):
        value = Unknown("a configuration file")
    else:
        return False
    run.set_attribute(External(option), _KEPT, value)
    return True


def _setting(run: Core, path: str, default: Value | None) -> Value:
    """A setting by the way to it: its own value, else part of what is set further up."""
    names = path.removeprefix(_CONFIGURATION).strip(".").split(".")
    for i in range(len(names), -1, -1):
        above = ".".join([_CONFIGURATION, *names[:i]])
        value = run.external_state.get((above, _KEPT), default if i == 0 else None)
        for name in names[i:] if value is not None else ():
            value = None if value is None else run.item(value, text(name))
        if value is not None:
            return value
    return hole(f"setting {'.'.join(names)}")
