"""Serverless Framework configurations made CloudFormation templates, as the framework itself does."""

from lambda_iam_scan.readers._serverless.template import template_of, unseen_grants
from lambda_iam_scan.readers._serverless.variables import resolved

__all__ = ["resolved", "template_of", "unseen_grants"]
