"""IAM actions of the catalogue, by name and by pattern."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from lambda_iam_scan.iam.pattern import compiled, lowered, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import IamAction, Tables

_TELLING = 8
"""Letters that tell an action apart from those that begin alike."""


def named(text: Text) -> str | None:
    """The action that an entry of a policy names, as written; None for a wildcard and for what is not known."""
    written = text.literal
    return written if written is not None and "*" not in written and "?" not in written else None


def find_action(name: str, tables: Tables) -> IamAction | None:
    """An action by name, any case."""
    prefix, _, action = name.partition(":")
    service = tables.iam(prefix)
    return service.actions.get(action.lower()) if service else None


def expand(text: Text, tables: Tables) -> tuple[str, ...] | None:
    """Actions of the catalogue that an entry matches, sorted; None when it reaches over services (`*`) or is not known."""
    if (name := named(text)) is not None and ":" in name:
        known = find_action(name, tables)
        return (known.name,) if known is not None else () if tables.iam(name.partition(":")[0]) else None
    prefix, colon, _ = (text.literal or "").partition(":")
    service = tables.iam(prefix) if colon and "*" not in prefix and "?" not in prefix else None
    if service is None:
        return None
    pattern = compiled(pieces(lowered(text), variables=False))
    names = (action.name for action in service.actions.values())
    return tuple(sorted(name for name in names if pattern.relation(Text.of(name.lower())) is Truth.YES))


@lru_cache(maxsize=65536)
def matches(text: Text, action: str) -> bool:
    """Whether an entry of a policy may be about an action."""
    if (name := named(text)) is not None:
        return name.lower() == action.lower()
    return compiled(pieces(lowered(text), variables=False)).relation(Text.of(action.lower())) is not Truth.NO


def nearest(name: str, tables: Tables) -> str | None:
    """The real action whose name is nearest, or None when none is near. Also finds the right prefix (`cloudwatch-logs:` for `logs:`)."""
    prefix, _, action = name.partition(":")
    service = tables.iam(prefix)
    if service is not None:
        return _nearest_of(action, (known.name for known in service.actions.values()))
    # Another prefix is meant: the likely ones first, then whichever service has an action of just that name.
    found = (find_action(f"{other}:{action}", tables) for other in (*_likely_prefixes(prefix, tables), *tables.iam_prefixes))
    return next((known.name for known in found if known is not None), None)


def _nearest_of(action: str, names: Iterable[str]) -> str | None:
    """The shortest name that goes on where the action ends, for most often an end is left out; else the most similar one."""
    by_lower = {name.partition(":")[2].lower(): name for name in sorted(names)}
    written = action.lower()
    longer = [known for known in by_lower if len(action) > _TELLING and known.startswith(written)]
    close = sorted(longer, key=len) or get_close_matches(written, by_lower, n=1, cutoff=0.75)
    return by_lower[close[0]] if close else None


def _likely_prefixes(prefix: str, tables: Tables) -> list[str]:
    """IAM prefixes that may be meant: the one of the SDK service of that name, then similar ones."""
    of_service = tables.prefix(prefix.lower())
    similar = get_close_matches(prefix.lower(), tables.iam_prefixes, n=3, cutoff=0.6)
    return [other for other in (of_service, *similar) if other]
