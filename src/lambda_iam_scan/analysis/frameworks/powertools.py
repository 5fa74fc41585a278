"""What Powertools' event handlers keep for the routes: `app.append_context(table=...)`, read as `app.context["table"]`.

Resolver and routers share it: https://docs.aws.amazon.com/powertools/python/latest/core/event_handler/api_gateway/#sharing-contextual-data
"""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.values.kinds import NONE, Arguments, DictObject, External, Unknown, Value, text

_HANDLERS = "aws_lambda_powertools.event_handler."
_KEY = ("aws_lambda_powertools.event_handler", "context")


def attribute(run: Core, value: External, name: str) -> Value | None:
    """`app.context`, of a resolver or router."""
    return _context(run) if name == "context" and value.path.startswith(_HANDLERS) and value.path.endswith("()") else None


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """`app.append_context(...)`."""
    if not (function.path.startswith(_HANDLERS) and function.path.endswith("().append_context")):
        return None
    context = _context(run)
    for name, value in arguments.keywords.items():
        run.put(context, text(name), value)
    if arguments.more_keywords is not None:
        run.put(context, Unknown("a key"), arguments.more_keywords)
    return NONE


def _context(run: Core) -> DictObject:
    known = run.external_state.get(_KEY)
    if not isinstance(known, DictObject):
        known = run.external_state[_KEY] = DictObject({}, control=None, held=True)
    return known
