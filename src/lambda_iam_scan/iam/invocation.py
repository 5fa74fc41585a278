"""What is known, before anything runs, of the requests that a Lambda function's role signs.

Keys and when they are present: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
`lambda:SourceFunctionArn`: https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
"""

from __future__ import annotations

from collections.abc import Mapping

from lambda_iam_scan.iam.arn import ACCOUNT as ACCOUNT_SEGMENT
from lambda_iam_scan.iam.arn import REGION as REGION_SEGMENT
from lambda_iam_scan.iam.arn import split
from lambda_iam_scan.iam.condition import Context
from lambda_iam_scan.iam.principal import Caller
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.iam import Necessity, Requirement, Role, Source
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text

Values = Mapping[str, tuple[Text, ...] | None]

_ALWAYS: dict[str, tuple[Text, ...] | None] = {
    "aws:principaltype": (Text.of("AssumedRole"),),
    "aws:securetransport": (Text.of("true"),),
    # A role that a service assumes has no user name, and its credentials were made without a second factor.
    "aws:username": (),
    "aws:multifactorauthpresent": (Text.of("false"),),
    "aws:multifactorauthage": (),
    "aws:federatedprovider": (),
    # The function calls by itself, not a service for it; `Requirement.context` says so where that is different.
    "aws:viaawsservice": (Text.of("false"),),
    "aws:calledvia": (),
    "aws:calledviafirst": (),
    "aws:calledvialast": (),
    "aws:principalisawsservice": (Text.of("false"),),
    "aws:principalservicename": (),
    "aws:principalservicenameslist": (),
    "aws:sourcearn": (),
    "aws:sourceaccount": (),
    # In the default policy of every topic; set by services only:
    # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html#source-account-versus-source-owner
    "aws:sourceowner": (),
    "aws:sourceorgid": (),
    "aws:sourceorgpaths": (),
    "aws:tokenissuetime": (Text.of(Hole("when the function runs")),),
    "aws:currenttime": (Text.of(Hole("when the function runs")),),
    "aws:epochtime": (Text.of(Hole("when the function runs")),),
}
_ONLY_IN_VPC = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourcevpcarn")
_GLOBAL = frozenset(
    (
        "iam",
        "sts",
        "organizations",
        "cloudfront",
        "route53",
        "route53domains",
        "globalaccelerator",
        "shield",
        "waf",
        "support",
        "ce",
        "budgets",
    )
)
"""Services whose endpoint may lie in a region of its own."""


def invocation_caller(role: Role, function: Function) -> Caller:
    """The role as the signer: its session is named after the function."""
    cut = split(role.arn)
    account = cut[ACCOUNT_SEGMENT] if cut else Text.of(ACCOUNT)
    session = Text.of("arn:", PARTITION, ":sts::", account, ":assumed-role/", role.name, "/", function.name)
    return Caller(role.arn, session)


def invocation_values(role: Role, function: Function) -> Values:
    """Condition keys that every request of the function has in common."""
    cut = split(role.arn)
    known: dict[str, tuple[Text, ...] | None] = dict(_ALWAYS)
    known["aws:principalarn"] = (role.arn,)
    known["aws:principalaccount"] = (cut[ACCOUNT_SEGMENT] if cut else Text.of(ACCOUNT),)
    known["lambda:sourcefunctionarn"] = (function.arn,)
    known.update({f"aws:principaltag/{key.lower()}": (Text.of(value),) for key, value in role.tags})
    if not any(feature.kind == "vpc" for feature in function.features):
        known.update(dict.fromkeys(_ONLY_IN_VPC, ()))
    return known


def request_context(common: Values, requirement: Requirement, resource: Text) -> Context:
    """The context of one requirement's request on one resource."""
    known = dict(common)
    known["aws:requestedregion"] = _region(requirement.action, resource)
    cut = split(resource)
    if cut and cut[ACCOUNT_SEGMENT].parts:
        known["aws:resourceaccount"] = (cut[ACCOUNT_SEGMENT],)
    if requirement.source is Source.CODE and requirement.need is Necessity.ALWAYS and not requirement.reason:
        known["kms:viaservice"] = ()
    known.update({key.lower(): values for key, values in requirement.context})
    return Context(known)


def _region(action: str, resource: Text) -> tuple[Text, ...] | None:
    """Where the request goes: the resource's region, else the function's own, unless the service has one of its own."""
    cut = split(resource)
    if cut and cut[REGION_SEGMENT].parts:
        return (cut[REGION_SEGMENT],)
    prefix = action.partition(":")[0].lower()
    return None if prefix in _GLOBAL else (Text.of(REGION),)
