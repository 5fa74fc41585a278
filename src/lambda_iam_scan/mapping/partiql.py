"""Which table a PartiQL statement works on: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html"""

from __future__ import annotations

import re

from lambda_iam_scan.mapping.texts import marked, unmarked
from lambda_iam_scan.mapping.values import MAYBE, NOTHING, Found, one
from lambda_iam_scan.model.text import Text

MAX_STATEMENT = 8192
"""Characters; DynamoDB takes no more."""
_MARK = "\ue000-\uf8ff"
_NAME = rf'(?:"([^"]+)"|\'([^\']+)\'|([\w{_MARK}-]+))'
_TABLE = {
    "SELECT": re.compile(rf"\bFROM\s+{_NAME}(?:\.{_NAME})?(?=[\s)\[;]|$)", re.I),
    "INSERT": re.compile(rf"\bINTO\s+{_NAME}(?=[\s(]|$)", re.I),
    "UPDATE": re.compile(rf"\bUPDATE\s+{_NAME}(?=\s|$)", re.I),
    "DELETE": re.compile(rf"\bFROM\s+{_NAME}(?=\s|$)", re.I),
}
_VERB = re.compile(r"\s*([A-Za-z]+)\b")


def named(statement: Text, verb: str, *, index: bool = False) -> Found:
    """The table (or `index`) that a statement of that verb names; nothing when it is of another verb. EXISTS counts as SELECT."""
    shown, unknown = marked(statement)
    shown = shown[:MAX_STATEMENT]
    match = _VERB.match(shown)
    if match is None:
        return MAYBE if unknown else NOTHING
    written = match.group(1).upper()
    if {"EXISTS": "SELECT"}.get(written, written) != verb:
        return NOTHING
    table = _TABLE[verb].search(shown)
    if table is None:
        return MAYBE if unknown else NOTHING
    names = [name for name in table.groups() if name]
    if index:
        return one(unmarked(names[1], unknown)) if len(names) > 1 else NOTHING
    return one(unmarked(names[0], unknown))
