"""Functions that are being executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lambda_iam_scan.analysis.values.kinds import FunctionObject, ModuleObject, Scope, Value

Pos: TypeAlias = tuple[int, int]
Handing: TypeAlias = "tuple[Activation, ...]"
"""The activations at the moment when a function was given away: it is called from there."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a test says of an attribute or item: where that is still `plain`, and nothing on the way there was set since, `value`.

    `root` is the variable's value and `writes` how often each name on the way was set, at the time of the test.
    """

    plain: Value
    value: Value
    root: Value | None
    writes: tuple[int, ...]


@dataclass(slots=True)
class Activation:
    """One function (or module or class body) being executed. `pos` is the call it stands at."""

    name: str
    module: ModuleObject
    scope: Scope
    function: FunctionObject | None = None
    receiver: Value | None = None
    pos: Pos = (0, 0)
    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    """What a generator gives, in order as long as it surely gives all of it."""
    more_yields: list[Value] = field(default_factory=list)
    exits: list[dict[str, Value]] = field(default_factory=list)
    loops: list[tuple[list[dict[str, Value]], list[dict[str, Value]]]] = field(default_factory=list)
    tries: list[dict[str, Value]] = field(default_factory=list)
    """What has been assigned within each block that an exception may leave at any point and the function go on."""
    leaves: int = 0
    narrowed: Mapping[tuple[str, ...], Narrowed] = field(default_factory=dict)
    """What tests on the way here say of attributes and items; replaced as a whole, never changed."""
