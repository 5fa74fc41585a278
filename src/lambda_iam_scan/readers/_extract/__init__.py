"""What CloudFormation resources mean for Lambda: shared by the readers whose input is, or becomes, a CloudFormation template."""

from lambda_iam_scan.readers._extract.context import Context, Origin
from lambda_iam_scan.readers._extract.deployment import extract

__all__ = ["Context", "Origin", "extract"]
