"""Which ARNs a Bedrock model id stands for.

https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html: calling through a cross-region inference profile needs
the profile and the foundation model in every region that it routes to.
"""

from __future__ import annotations

import re

from lambda_iam_scan.mapping.texts import arn, is_arn, marked, opaque, pieces, unmarked
from lambda_iam_scan.mapping.values import Found, Whole, one
from lambda_iam_scan.model.text import REGION, Hole, Part, Text

_GEOGRAPHY = re.compile(r"(?:us-gov|us|eu|apac|jp|au|ca|global)\.(?=.)")
_ANY_REGION = Hole("every region that the inference profile routes to")


def model(name: Text) -> Found:
    """A model id, inference profile id, or ARN of either as ARNs."""
    if is_arn(name):
        return Found((Whole(name), *_behind(name)), given=True)
    if opaque(name):
        return one(Whole(Text.of(Hole("which model is not known"))))
    shown, unknown = marked(name)
    geography = _GEOGRAPHY.match(shown)
    if geography is None:
        return one(Whole(_foundation(name, REGION)))
    base = unmarked(shown[geography.end() :], unknown)
    return Found((Whole(arn("bedrock", "inference-profile/", name)), Whole(_foundation(base, _ANY_REGION))), given=True)


def _foundation(name: Text | Hole, region: Part) -> Text:
    return arn("bedrock", "foundation-model/", name, region=region, account="")


def _behind(profile: Text) -> tuple[Whole, ...]:
    """The foundation models that an inference profile's ARN leads to."""
    resource = Text.of(*(pieces(profile, ":")[5:6]))
    shown, unknown = marked(resource)
    if shown.startswith("application-inference-profile/"):
        return (Whole(_foundation(Hole("the model of an application inference profile"), _ANY_REGION)),)
    if not shown.startswith("inference-profile/"):
        return ()
    name = shown.removeprefix("inference-profile/")
    geography = _GEOGRAPHY.match(name)
    base = unmarked(name[geography.end() :] if geography else name, unknown)
    return (Whole(_foundation(base, _ANY_REGION)),)
