"""What the analysis found in code: SDK calls with what is known of their arguments, and gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from lambda_iam_scan.model.source import Frame, Location
from lambda_iam_scan.model.text import Text


@dataclass(frozen=True, slots=True)
class Constant:
    """A known value that is no string."""

    value: bool | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set; `open` when it may hold more than the items known, `loose` when it holds any number of each in any order."""

    values: tuple[Argument, ...]
    open: bool = False
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """A dictionary or keyword arguments; `open` when it may hold more than the entries known."""

    entries: tuple[tuple[Text, Argument], ...]
    open: bool = False
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Everything that an operation returns carries its arguments, and is compared by content: hashed once, not at each step.
        object.__setattr__(self, "_hash", hash((self.entries, self.open)))

    def __hash__(self) -> int:
        return self._hash

    def get(self, name: str) -> Argument | None:
        """The value under a literal key, or None: absent, or, when `open`, perhaps present after all."""
        return next((value for key, value in self.entries if key.literal == name), None)


NO_FIELDS = Fields(())


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few known values (two branches, an environment default ...)."""

    choices: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value nothing is known of, and why."""

    reason: str


Argument: TypeAlias = Text | Constant | Items | Fields | OneOf | Unknown


class PrincipalKind(StrEnum):
    """Whose credentials sign a call."""

    EXECUTION_ROLE = "execution-role"
    ASSUMED_ROLE = "assumed-role"
    OTHER = "other"
    """Explicit keys, a profile, unsigned requests: not the execution role, nothing more is known."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose credentials sign a call; `role` is the assumed role's ARN as far as known."""

    kind: PrincipalKind = PrincipalKind.EXECUTION_ROLE
    role: Text | None = None


EXECUTION_ROLE = Principal()


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkCall:
    """One AWS API operation that the code may call.

    `service` is the SDK's name (`s3`, `stepfunctions`), `operation` the API's (`PutObject`). `arguments` are the
    operation's own parameters: helpers (`upload_file`), resources (`Table("t").put_item`), paginators, waiters and
    presigned URLs arrive here already translated. `trace` leads from the handler (first) to the call's own frame (last).
    `library` names the package that makes the call on the code's behalf, if any.
    """

    service: str
    operation: str
    arguments: Fields
    location: Location
    trace: tuple[Frame, ...] = ()
    principal: Principal = EXECUTION_ROLE
    library: str | None = None
    region: Text | None = None
    """`region_name` of the client when the code sets one."""
    possible: bool = False
    """A library makes the call only in situations that the code does not show: what it needs is never missing, nor unused."""


class GapKind(StrEnum):
    """Why something could not be resolved."""

    DYNAMIC_SERVICE = "dynamic-service"
    DYNAMIC_OPERATION = "dynamic-operation"
    UNKNOWN_OPERATION = "unknown-operation"
    ESCAPED_CLIENT = "escaped-client"
    DYNAMIC_CODE = "dynamic-code"
    BUDGET = "budget"
    UNPARSABLE = "unparsable"
    HANDLER_NOT_FOUND = "handler-not-found"
    CODE_NOT_FOUND = "code-not-found"
    MODULE_NOT_FOUND = "module-not-found"
    """The project's own code, but not where this function imports from."""
    UNKNOWN_LIBRARY = "unknown-library"
    UNRESOLVED_POLICY = "unresolved-policy"
    UNRESOLVED_ROLE = "unresolved-role"
    UNREADABLE = "unreadable"
    SHARED_ROLE = "shared-role"
    """Something whose code was not scanned uses the same role, so what is unused here may be needed there."""
    USED_NOT_SEEN = "used-not-seen"
    """IAM recorded a use of a granted action that no code found accounts for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be resolved: never dropped, never guessed.

    `services` are the SDK services the gap can concern; empty means any.
    """

    kind: GapKind
    reason: str
    location: Location
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUse:
    """Everything one function's code does with AWS. `handler` is where the entry point is defined, if found."""

    calls: tuple[SdkCall, ...]
    gaps: tuple[Gap, ...]
    handler: Location | None = None
    modules: tuple[str, ...] = ()
    """Paths of the modules that the entry reaches, sorted."""
