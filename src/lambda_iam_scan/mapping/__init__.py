"""From SDK calls to the IAM permissions they need, by lookup in the tables."""

from lambda_iam_scan.mapping.requirements import requirements

__all__ = ["requirements"]
