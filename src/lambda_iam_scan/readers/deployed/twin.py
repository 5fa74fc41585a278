"""Which declared function a deployed one is, and what to scan when both are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from lambda_iam_scan.model.code import Fields, GapKind
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.source import SourceTree

LOGICAL_ID = "aws:cloudformation:logical-id"
"""The tag that CloudFormation puts on what it makes."""

_OF_CODE = frozenset({GapKind.CODE_NOT_FOUND, GapKind.HANDLER_NOT_FOUND})


def twin(deployed: Function, declared: Iterable[Function]) -> Function | None:
    """The declared function of the same name, else of the same logical id, else the only one with the same handler; else None."""
    candidates = tuple(declared)
    name = deployed.name.literal or ""
    for same in (
        [function for function in candidates if function.name.literal == name],
        [function for function in candidates if function.logical_id == dict(deployed.tags).get(LOGICAL_ID, "")],
        [function for function in candidates if function.logical_id and f"-{function.logical_id}-" in name],
        [function for function in candidates if function.handler == deployed.handler and function.name.literal is None],
    ):
        if len(same) == 1:
            return same[0]
    return None


def combine(deployed: Function, declared: Function) -> Function:
    """The function as it runs, at the place where it is declared, with the code that is declared for it."""
    return replace(
        deployed,
        id=declared.id,
        logical_id=declared.logical_id,
        location=declared.location,
        handler_location=declared.handler_location,
        handler=deployed.handler or declared.handler,
        code_roots=declared.code_roots,
        gaps=(*deployed.gaps, *(gap for gap in declared.gaps if gap.kind in _OF_CODE)),
        options=Fields((*deployed.options.entries, *(entry for entry in declared.options.entries if entry[0].literal != "layers"))),
        declared=declared,
    )


def with_code(deployed: Function, tree: SourceTree, paths: tuple[str, ...]) -> Function:
    """Without a template: the code lies under `paths`, and its root is where the handler's module is found, if it is found once."""
    return replace(deployed, code_roots=code_roots(deployed.handler, tree, paths))


def code_roots(handler: str | None, tree: SourceTree, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Directories among or below `paths` from which the handler's module can be imported; `paths` when no one place is."""
    directories = tuple(path if tree.is_dir(path) else str(PurePosixPath(path).parent).removeprefix(".") for path in paths)
    module = (handler or "").rpartition(".")[0].replace(".", "/") + ".py"
    if handler is None or any(tree.is_file(f"{path}/{module}" if path else module) for path in directories):
        return directories
    found = {
        below.removesuffix(module).rstrip("/") for path in directories for below in tree.walk(path) if f"/{below}".endswith(f"/{module}")
    }
    return (*found, *directories) if len(found) == 1 else directories
