"""Terraform modules made CloudFormation templates, so that one extraction serves both."""

from lambda_iam_scan.readers._terraform.module import template_of

__all__ = ["template_of"]
