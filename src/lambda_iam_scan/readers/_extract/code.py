"""Where a function's code and its layers lie in the project."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Argument, Gap, GapKind, Items
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.templates.intrinsics import is_call

_ARCHIVES = (".zip", ".jar", ".whl")
_FOREIGN = (".js", ".mjs", ".cjs", ".ts", ".mts", ".rb")
_INSTRUCTION = re.compile(r"^\s*(FROM|CMD)\s+(.*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What is known of a function's code. `python` is False when it is certainly another language's."""

    roots: tuple[str, ...] = ()
    handler: str | None = None
    handler_location: Location | None = None
    runtime: str | None = None
    python: bool = True
    gaps: tuple[Gap, ...] = ()
    options: tuple[tuple[Text, Argument], ...] = ()


class CodeFinder:
    """Finds code and layers of one template's functions."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._layers = {
            text: logical_id
            for logical_id, _ in context.scope.of_type("AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion")
            for text in context.scope.reference(logical_id)
        }

    def of(self, logical_id: str, properties: Mapping[str, Any], resource: Mapping[str, Any]) -> Code:
        """Code of one function: of its image, of its directory, or written in the template."""
        scope = self._context.scope
        runtime = scope.known(properties.get("Runtime"))
        if scope.known(properties.get("PackageType")) == "Image" or scope.get(properties, "Code", "ImageUri") is not None:
            return self._image(logical_id, properties, resource)
        if runtime is not None and not runtime.startswith("python"):
            return Code(runtime=runtime, python=False)
        handler = scope.known(properties.get("Handler"))
        place = self._context.key_place(properties, "Handler", logical_id)
        inline = scope.get(properties, "Code", "ZipFile")
        if inline is not None:
            return self._inline(inline, handler, place, runtime, logical_id)
        root, gaps = self._directory(properties, resource, logical_id)
        if runtime is None and root is not None and handler is not None and self._is_foreign(root, handler):
            return Code(python=False)
        roots = () if root is None else (root, *self._layer_roots(properties))
        unseen = tuple(text for text in self._context.texts(properties.get("Layers")) if not self._is_seen(text))
        options = ((Text.of("unseen-layers"), Items(unseen)),) if unseen else ()
        gaps = (*gaps, *self._extensions(properties))
        if handler is None:
            gaps = (*gaps, _gap(GapKind.HANDLER_NOT_FOUND, "the template gives no handler that is known before deployment", place))
        roots = roots if handler else ()
        return Code(roots=roots, handler=handler, handler_location=place, runtime=runtime, gaps=gaps, options=options)

    def _is_foreign(self, root: str, handler: str) -> bool:
        """For a runtime nobody knows: whether the handler's file is there in another language, and not in Python."""
        base = handler.rpartition(".")[0]
        path = f"{root}/{base}" if root else base
        return not self._context.tree.is_file(path + ".py") and any(self._context.tree.is_file(path + suffix) for suffix in _FOREIGN)

    def _inline(self, node: Any, handler: str | None, place: Location, runtime: str | None, logical_id: str) -> Code:
        where = self._context.place_of(node, logical_id)
        source = self._context.scope.text(node)
        gap = _gap(GapKind.CODE_NOT_FOUND, "the code is written in the template (ZipFile)", where)
        options = ((Text.of("inline"), source),)
        return Code(handler=handler, handler_location=place, runtime=runtime, gaps=(gap,), options=options)

    def _directory(self, properties: Mapping[str, Any], resource: Mapping[str, Any], logical_id: str) -> tuple[str | None, tuple[Gap, ...]]:
        """The code's directory: what `sam build` and `aws cloudformation package` take, or CDK's asset."""
        scope = self._context.scope
        place = self._context.key_place(properties, "Code" if "Code" in properties else "CodeUri", logical_id)
        node = scope.first(properties.get("Code", properties.get("CodeUri")))
        path = scope.known(scope.get(resource, "Metadata", "aws:asset:path"))
        if path is None and isinstance(node, str):
            path = str(node)
        if path is None and is_call(node):
            return None, (_gap(GapKind.CODE_NOT_FOUND, "where the code lies is not known before deployment", place),)
        if path is None or path.startswith(("s3://", "https://")):
            return None, (_gap(GapKind.CODE_NOT_FOUND, "the code lies in S3, not beside the template", place),)
        return self._inside(path, place)

    def _inside(self, path: str, place: Location) -> tuple[str | None, tuple[Gap, ...]]:
        found = self._context.relative(path)
        if found is None:
            return None, (_gap(GapKind.CODE_NOT_FOUND, f"the code directory {path} lies outside the project", place),)
        if found.endswith(_ARCHIVES):
            return None, (_gap(GapKind.CODE_NOT_FOUND, f"{path} is an archive; only source directories are analyzed", place),)
        if self._context.tree.is_file(found):
            return found.rpartition("/")[0], ()
        if not self._context.tree.is_dir(found):
            return None, (_gap(GapKind.CODE_NOT_FOUND, f"the code directory {path} does not exist", place),)
        return found, ()

    # --- layers

    def _layer_roots(self, properties: Mapping[str, Any]) -> tuple[str, ...]:
        layers = self._context.texts(properties.get("Layers"))
        return tuple(root for text in layers if text in self._layers for root in self._layer(self._layers[text]))

    def _is_seen(self, layer: Text) -> bool:
        return layer in self._layers and self._layer_directory(self._layers[layer]) is not None

    def _extensions(self, properties: Mapping[str, Any]) -> tuple[Gap, ...]:
        """Layers with external extensions: programs of their own that run beside the handler, with the function's role."""
        own = [self._layers[text] for text in self._context.texts(properties.get("Layers")) if text in self._layers]
        return tuple(
            _gap(
                GapKind.UNKNOWN_LIBRARY,
                f"layer {name} brings a Lambda extension, and what it calls is not known",
                self._context.place(name),
            )
            for name in own
            if (directory := self._layer_directory(name)) is not None
            and self._context.tree.is_dir(f"{directory}/extensions" if directory else "extensions")
        )

    def _layer_directory(self, logical_id: str) -> str | None:
        scope = self._context.scope
        properties = scope.properties(logical_id)
        node = scope.first(properties.get("Content", properties.get("ContentUri")))
        path = scope.known(scope.get(scope.resources[logical_id], "Metadata", "aws:asset:path")) or node
        directory = self._context.relative(str(path)) if isinstance(path, str) and not path.startswith("s3://") else None
        return directory if directory is not None and self._context.tree.is_dir(directory) else None

    def _layer(self, logical_id: str) -> tuple[str, ...]:
        """Import roots of a layer: its `python/`, or the directory itself when the build puts it there (`BuildMethod: python3.x`)."""
        scope, tree = self._context.scope, self._context.tree
        directory = self._layer_directory(logical_id)
        if directory is None:
            return ()
        below = f"{directory}/python" if directory else "python"
        if tree.is_dir(below):
            return (below,)
        method = scope.known(scope.get(scope.resources[logical_id], "Metadata", "BuildMethod")) or ""
        return (directory,) if method.startswith("python") else ()

    # --- images

    def _image(self, logical_id: str, properties: Mapping[str, Any], resource: Mapping[str, Any]) -> Code:
        scope = self._context.scope
        place = self._context.place(logical_id)
        metadata = scope.get(resource, "Metadata")
        directory = scope.known(scope.get(metadata, "DockerContext")) or scope.known(scope.get(metadata, "aws:asset:path"))
        command = [text.literal for text in self._context.texts(scope.get(properties, "ImageConfig", "Command"))]
        root, gaps = self._inside(directory, place) if directory else (None, ())
        dockerfile = scope.known(scope.get(metadata, "Dockerfile")) or scope.known(scope.get(metadata, "aws:asset:dockerfile-path"))
        base, default = self._dockerfile(root, dockerfile or "Dockerfile")
        if root is not None and base is not None and "python" not in base:
            return Code(python=False)
        handler = next((part for part in [*command, default] if part), None)
        if root is None or handler is None:
            missing = "its Dockerfile names no handler" if root is not None else "no build context in the template's Metadata leads to it"
            gaps = (*gaps, _gap(GapKind.CODE_NOT_FOUND, f"the code is in a container image and {missing}", place))
            return Code(handler=handler, gaps=gaps)
        return Code(roots=(root,), handler=handler, handler_location=place, gaps=gaps)

    def _dockerfile(self, root: str | None, name: str) -> tuple[str | None, str | None]:
        """Last base image and the handler that CMD gives."""
        if root is None:
            return None, None
        try:
            text = self._context.tree.read(f"{root}/{name}" if root else name).decode("utf-8", "replace")
        except InputError:
            return None, None
        base, command = None, None
        for line in text.splitlines():
            if match := _INSTRUCTION.match(line):
                if match[1].upper() == "FROM":
                    base = match[2].lower()
                else:
                    command = _first_word(match[2])
        return base, command


def _first_word(arguments: str) -> str | None:
    try:
        words = json.loads(arguments)
    except ValueError:
        words = arguments.split()
    return words[-1] if isinstance(words, list) and words and isinstance(words[-1], str) else None


def _gap(kind: GapKind, reason: str, location: Location) -> Gap:
    return Gap(kind=kind, reason=reason, location=location)
