"""What every part of the interpreter shares: the state of one analysis, and the operations the parts give one another."""

from lambda_iam_scan.analysis.core.parts import Core

__all__ = ["Core"]
