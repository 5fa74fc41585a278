"""Keys that stand twice in a mapping."""

from __future__ import annotations

from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.templates.nodes import Document


def duplicate_gaps(document: Document) -> tuple[Gap, ...]:
    """One gap for each key that stands twice in a mapping."""
    return tuple(
        Gap(kind=GapKind.UNREADABLE, reason=f"the key {key} stands twice here; the last one counts", location=key.location)
        for key in document.duplicates
    )
