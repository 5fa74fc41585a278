"""Where the models of this package are kept: by the dotted path of what is called."""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.values.kinds import Arguments, External, Unknown, Value

Model = Callable[[Core, External, Arguments], Value]
FUNCTIONS: dict[str, Model] = {}
"""`module.function`, and `module.Class().method` for a method of what a call of the class gives."""


def model(*paths: str) -> Callable[[Model], Model]:
    """Register a model."""

    def register(function: Model) -> Model:
        for path in paths:
            FUNCTIONS[path] = function
        return function

    return register


def first(arguments: Arguments, name: str = "", position: int = 0) -> Value:
    """An argument that the function can't do without."""
    return arguments.get(name, position) or Unknown("an argument that is not given")
