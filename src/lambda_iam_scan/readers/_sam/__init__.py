"""SAM templates made CloudFormation ones by SAM's own translator, with everything that the author wrote kept in its place."""

from lambda_iam_scan.readers._sam.expand import Expansion, expand

__all__ = ["Expansion", "expand"]
