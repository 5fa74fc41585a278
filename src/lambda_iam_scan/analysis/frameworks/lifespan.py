"""What an application's lifespan yields: each request has it as its state.

Source: https://www.starlette.io/lifespan/#lifespan-state
"""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import outside
from lambda_iam_scan.analysis.values.kinds import ANYTHING, DictObject, Unknown, Value, choices
from lambda_iam_scan.analysis.values.lattice import yielded
from lambda_iam_scan.model.text import Text

APPLICATIONS = frozenset({"fastapi.FastAPI", "fastapi.applications.FastAPI", "fastapi.APIRouter", "starlette.applications.Starlette"})


def keep_state(run: Core, lifespan: Value) -> None:
    """Put what the function yields where the routes read it: `yield {"client": client}`, then `request.state.client`."""
    given = yielded(run.perhaps_call(lifespan, ANYTHING))
    for choice in choices(given) if given is not None else ():
        for name, value in choice.entries.items() if isinstance(choice, DictObject) else ():
            if isinstance(name, Text) and name.literal is not None:
                outside.put(run, Unknown(outside.GIVEN), name.literal, value)
