"""SAM templates made CloudFormation ones by SAM's own translator, with everything that the author wrote kept in its place."""

from lambda_iam_scan.readers._sam.expand import Expansion, expand
from lambda_iam_scan.readers._sam.plain import only_other_languages

__all__ = ["Expansion", "expand", "only_other_languages"]
