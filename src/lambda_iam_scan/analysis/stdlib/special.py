"""Functions that ask an object by a special method, where the user's class has it. Source: the Python language reference, data model."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.stdlib.registry import FUNCTIONS, Model
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.kinds import Arguments, External, Instance, Value, choices, elements
from lambda_iam_scan.analysis.values.lattice import join

_ASKED = {
    "builtins.int": ("__int__", "__index__", "__trunc__"),
    "builtins.float": ("__float__", "__index__"),
    "builtins.complex": ("__complex__",),
    "builtins.bool": ("__bool__", "__len__"),
    "builtins.bytes": ("__bytes__",),
    "builtins.hash": ("__hash__",),
    "builtins.abs": ("__abs__",),
    "builtins.round": ("__round__",),
    "builtins.divmod": ("__divmod__",),
    "builtins.pow": ("__pow__",),
    "builtins.dir": ("__dir__",),
    "builtins.reversed": ("__reversed__",),
    "math.floor": ("__floor__",),
    "math.ceil": ("__ceil__",),
    "math.trunc": ("__trunc__",),
    "operator.index": ("__index__",),
    "os.fspath": ("__fspath__",),
    "pathlib.Path": ("__fspath__",),
    "builtins.open": ("__fspath__",),
    "copy.copy": ("__copy__",),
    "copy.deepcopy": ("__deepcopy__",),
    "pickle.dumps": ("__reduce_ex__", "__reduce__", "__getstate__"),
    "pickle.dump": ("__reduce_ex__", "__reduce__", "__getstate__"),
}
"""The methods, in the order they are looked for."""
_ORDERED = {"builtins.sorted": "__lt__", "builtins.min": "__lt__", "builtins.max": "__gt__"}
"""Functions that compare items, and the method that decides."""


def _asking(names: tuple[str, ...], otherwise: Model | None) -> Model:
    def called(run: Core, function: External, arguments: Arguments) -> Value:
        found: list[Value] = []
        others: list[Value] = []
        for value in choices(arguments.positional[0]) if arguments.positional else ():
            further = arguments.positional[1:]
            answers = (run.special(value, name, *further) for name in names) if isinstance(value, Instance) else ()
            answer = next((answer for answer in answers if answer is not None), None)
            (others if answer is None else found).append(value if answer is None else answer)
        if others or not found:
            rest = Arguments([join(*others), *arguments.positional[1:]] if others else arguments.positional, arguments.keywords)
            rest.more, rest.more_keywords = arguments.more, arguments.more_keywords
            found.append(made(function, rest) if otherwise is None else otherwise(run, function, rest))
        return join(*found)

    return called


def _comparing(name: str, otherwise: Model) -> Model:
    def called(run: Core, function: External, arguments: Arguments) -> Value:
        if arguments.positional and "key" not in arguments.keywords:
            several = len(arguments.positional) > 1
            found = arguments.positional if several else list(elements(run.iterate(arguments.positional[0])))
            items = [choice for item in found for choice in choices(item)]
            for item in items if len(found) > 1 or not several else ():
                if isinstance(item, Instance):
                    run.special(item, name, join(*items))
        return otherwise(run, function, arguments)

    return called


def register() -> None:
    """Put the questions before what the functions do otherwise."""
    for path, names in _ASKED.items():
        FUNCTIONS[path] = _asking(names, FUNCTIONS.get(path))
    for path, name in _ORDERED.items():
        FUNCTIONS[path] = _comparing(name, FUNCTIONS[path])
