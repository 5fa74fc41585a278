"""A call of a function by a service whose configuration takes more than a path to find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`function` as the service names it, `role` the node of the caller's role."""

    kind: str
    principal: str
    function: Text
    source: Text | None
    location: Location
    role: Any = None
