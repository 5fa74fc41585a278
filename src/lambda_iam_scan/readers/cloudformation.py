"""CloudFormation templates, YAML and JSON."""

from __future__ import annotations

from lambda_iam_scan.config import Settings
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.readers._extract import Context, extract
from lambda_iam_scan.readers._extract.opening import duplicate_gaps, open_template
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import Map

SUFFIXES = (".yaml", ".yml", ".json", ".template")


class CloudFormation:
    """Templates without the SAM transform."""

    name = "cloudformation"

    def claims(self, tree: SourceTree, path: str) -> bool:
        """By suffix, then by what every template says and no SAM template leaves out."""
        if not path.endswith(SUFFIXES):
            return False
        try:
            content = tree.read(path)
        except InputError:
            return False
        return b"Resources" in content and b"AWS::" in content and b"AWS::Serverless" not in content

    def read(self, tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
        """Raises `InputError` when it is no YAML or JSON; one without a Resources mapping deploys nothing."""
        document = open_template(tree, path)
        root = document.root
        if not isinstance(root, Map) or not isinstance(root.get("Resources"), Map):
            return Deployment(path=path, functions=())
        context = Context(tree, path, Scope(root, tables.cloudformation, dict(settings.parameters)), tables)
        return extract(context, duplicate_gaps(document))


READER = CloudFormation()
