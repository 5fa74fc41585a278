"""Copies AWS's operation -> actions tables into rules/authorized-actions/, compactly: `python -m tools.tables.reference DIRECTORY`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def compact(data: dict[str, Any]) -> str:
    """One service's table: an operation a line. An action with `iam:PassedToService` values is a list: the action, then they."""
    rows = []
    for operation, actions in sorted(data["operations"].items()):
        cells = [
            [row["action"], *sorted(row["condition"]["iam:PassedToService"])] if "condition" in row else row["action"] for row in actions
        ]
        rows.append(f"    {json.dumps(operation)}: {json.dumps(cells)}")
    head = {key: data[key] for key in ("service", "source", "note") if key in data}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    lines.append('  "identity": ' + json.dumps(sorted(data["identity_operations"])))
    lines.append('  "operations": {\n' + ",\n".join(rows) + "\n  }" if rows else '  "operations": {}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(directory: Path, target: Path) -> None:
    for path in sorted(directory.glob("*.json")):
        target.joinpath(path.name).write_text(compact(json.loads(path.read_text())))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parents[2] / "rules" / "authorized-actions")
