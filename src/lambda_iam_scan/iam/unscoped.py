"""What a request of an action without a resource of its own is checked against."""

from __future__ import annotations

from lambda_iam_scan.model.text import PARTITION, Text

ANYTHING = Text.of("*")
_NAMED = {
    # Granted on `arn:aws:s3:::*`: https://docs.aws.amazon.com/AmazonS3/latest/userguide/walkthrough1.html (step 4.2),
    # though the reference knows no resource type of it.
    "s3:listallmybuckets": Text.of("arn:", PARTITION, ":s3:::*"),
}


def asked(action: str, resource: Text) -> Text:
    """The resource of the request that is granted or not: `*`, unless the service is known to name one."""
    return _NAMED.get(action.lower(), resource) if resource == ANYTHING else resource
