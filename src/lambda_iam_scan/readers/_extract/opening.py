"""Opening a template: its loops written out, its local includes in place, its slips told."""

from __future__ import annotations

from dataclasses import replace
from posixpath import dirname, join, normpath
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.templates.include import with_includes
from lambda_iam_scan.templates.loops import load_template
from lambda_iam_scan.templates.nodes import Document, load


def open_template(tree: SourceTree, path: str) -> Document:
    """The template's nodes. Raises `InputError`, one line with place, when it is no YAML or JSON."""
    content = tree.read(path)
    document = load_template(content, path)
    if b"AWS::Include" not in content:
        return document

    def read(name: str) -> Any:
        beside = normpath(join(dirname(path), name))
        try:
            return load(tree.read(beside), beside).root
        except InputError:
            return None

    return replace(document, root=with_includes(document.root, read))


def duplicate_gaps(document: Document) -> tuple[Gap, ...]:
    """One gap for each key that stands twice in a mapping."""
    return tuple(
        Gap(kind=GapKind.UNREADABLE, reason=f"the key {key} stands twice here; the last one counts", location=key.location)
        for key in document.duplicates
    )
