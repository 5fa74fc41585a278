"""Where the code of a deployed function is: mapped to a local directory, or downloaded with its layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from lambda_iam_scan.errors import RemoteError
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.readers.deployed.api import Recorder
from lambda_iam_scan.readers.deployed.package import Packages
from lambda_iam_scan.snapshot import Refusal

LAYER_ROOTS = ("python", "python/lib/{runtime}/site-packages")
"""Directories of a layer that Python imports from: docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html"""


@dataclass(frozen=True, slots=True)
class Place:
    """A directory on disk and the roots below it that imports start from."""

    directory: Path
    name: str
    roots: tuple[str, ...] = ("",)


def mapped(function: Function, code_map: Iterable[tuple[str, str]]) -> str | None:
    """The local directory that the first matching pattern of the map gives."""
    name = function.name.literal or ""
    return next((directory for pattern, directory in code_map if fnmatchcase(name, pattern)), None)


def tagged(function: Function, tag: str | None, below: Path) -> Path | None:
    """The local directory that the function's tag names. Whoever may tag a function chooses it, so it must lie below `below`."""
    given = dict(function.tags).get(tag or "")
    directory = (below / given).resolve() if given and "\0" not in given else None
    return directory if directory and directory.is_relative_to(below.resolve()) and directory.is_dir() else None


def download_code(
    ask: Recorder, packages: Packages, configuration: Mapping[str, Any], region: str
) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """The function's own package first, then its layers; reasons for the layers that could not be had.

    Raises `RemoteError` when the package itself cannot be had.
    """
    name = configuration["FunctionName"]
    places = [Place(_package(ask, packages, configuration, region), name)]
    reasons = []
    for layer in configuration.get("Layers") or ():
        try:
            places.append(_layer(ask, packages, layer["Arn"], configuration.get("Runtime", ""), region))
        except RemoteError as error:
            reasons.append(f"layer {layer['Arn']} of function {name}: {error}")
    return tuple(places), tuple(reasons)


def _package(ask: Recorder, packages: Packages, configuration: Mapping[str, Any], region: str) -> Path:
    if configuration.get("PackageType") == "Image":
        raise RemoteError("it is a container image, which is not downloaded; give its source with --code-map")
    sha256 = configuration["CodeSha256"]
    known = packages.find(sha256)
    if known:
        return known
    answer = ask.fresh("lambda", "GetFunction", region, FunctionName=configuration["FunctionName"])
    return packages.fetch(sha256, _location(answer, "Code"))


def _layer(ask: Recorder, packages: Packages, arn: str, runtime: str, region: str) -> Place:
    name = "@layers/" + "-".join(arn.split(":")[6:8])
    roots = tuple(root.format(runtime=runtime) for root in LAYER_ROOTS)
    answer = ask("lambda", "GetLayerVersion", region, Arn=arn)
    if isinstance(answer, Refusal) or not answer:
        raise RemoteError("its content may not be read: whoever runs the scan needs lambda:GetLayerVersion")
    sha256 = answer["Content"]["CodeSha256"]
    known = packages.find(sha256)
    if known is None:
        known = packages.fetch(sha256, _location(ask.fresh("lambda", "GetLayerVersion", region, Arn=arn), "Content"))
    return Place(known, name, roots)


def _location(answer: Mapping[str, Any] | Refusal, part: str) -> str:
    if isinstance(answer, Refusal):
        raise RemoteError(f"{answer.permission} is refused ({answer.code})")
    url = str(answer.get(part, {}).get("Location", ""))
    if not url:
        raise RemoteError("there is no address to fetch it from (a snapshot holds none), and it is not in this machine's cache")
    return url
