"""SAM templates: CloudFormation with `Transform: AWS::Serverless-2016-10-31`."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.config import Settings
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.readers._extract import Context, extract
from lambda_iam_scan.readers._extract.opening import duplicate_gaps, open_template
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import Map

SUFFIXES = (".yaml", ".yml", ".json", ".template")


class Sam:
    """Templates with the SAM transform; SAM's own translator says what they mean."""

    name = "sam"

    def claims(self, tree: SourceTree, path: str) -> bool:
        """By suffix, then by the transform or a resource type of SAM's."""
        if not path.endswith(SUFFIXES):
            return False
        try:
            content = tree.read(path)
        except InputError:
            return False
        return b"Resources" in content and b"AWS::Serverless" in content

    def read(self, tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
        """Raises `InputError` when it is no YAML or JSON; one without a Resources mapping deploys nothing."""
        from lambda_iam_scan.readers._sam import expand, only_other_languages

        document = open_template(tree, path)
        root = document.root
        if not isinstance(root, Map) or not isinstance(root.get("Resources"), Map) or only_other_languages(root):
            return Deployment(path=path, functions=())
        given = dict(settings.parameters)
        expansion = expand(root, given)
        context = Context(tree, path, Scope(expansion.template, tables.cloudformation, given), tables, expansion.origin)
        deployment = extract(context, duplicate_gaps(document), expansion.gaps)
        functions = (
            _unread(function, expansion.gaps) if function.logical_id in expansion.unread else function for function in deployment.functions
        )
        return replace(deployment, functions=tuple(functions))


def _unread(function: Function, gaps: tuple[Gap, ...]) -> Function:
    """A function that may have events and permissions which nobody sees."""
    return replace(function, gaps=(*function.gaps, *gaps))


READER = Sam()
