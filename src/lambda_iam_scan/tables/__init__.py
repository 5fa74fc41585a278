"""Typed, lazy access to the compiled rules: one small file a service, read when first asked for."""

from lambda_iam_scan.tables.access import Tables
from lambda_iam_scan.tables.types import (
    Action,
    CloudFormationResource,
    Collection,
    Helper,
    IamAction,
    IamService,
    Need,
    Parameter,
    Place,
    Reference,
    Resource,
    Service,
    Target,
)

__all__ = [
    "Action",
    "CloudFormationResource",
    "Collection",
    "Helper",
    "IamAction",
    "IamService",
    "Need",
    "Parameter",
    "Place",
    "Reference",
    "Resource",
    "Service",
    "Tables",
    "Target",
]
