"""Serverless Framework configurations (`serverless.yml`)."""

from __future__ import annotations

from posixpath import basename
from typing import Any

from lambda_iam_scan.config import Settings
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.readers._extract import Context, Origin, extract
from lambda_iam_scan.readers._extract.opening import duplicate_gaps
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import Map, load

NAMES = ("serverless.yml", "serverless.yaml", "serverless.json")


class Serverless:
    """Functions, roles and event sources that the framework makes of its configuration."""

    name = "serverless"

    def claims(self, tree: SourceTree, path: str) -> bool:
        """By name, and by a provider that may be AWS."""
        if basename(path) not in NAMES:
            return False
        try:
            return b"provider" in tree.read(path)
        except InputError:
            return False

    def read(self, tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
        """Raises `InputError` when it is no YAML or JSON."""
        from lambda_iam_scan.readers._serverless import resolved, template_of, unseen_grants

        document = load(tree.read(path), path)
        given = dict(settings.parameters)
        if not isinstance(document.root, Map) or not _is_aws(document.root.get("provider")):
            return Deployment(path=path, functions=())
        root = resolved(document.root, given)
        scope = Scope(template_of(root, given.get("stage")), tables.cloudformation, given)
        context = Context(tree, path, scope, tables, Origin(translated=True, incomplete=unseen_grants(root)))
        return extract(context, duplicate_gaps(document))


def _is_aws(provider: Any) -> bool:
    return (provider.get("name") if isinstance(provider, Map) else provider) == "aws"


READER = Serverless()
