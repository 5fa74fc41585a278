"""Reading one thing from an account: what cannot be read becomes a gap that says what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambda_iam_scan.errors import PolicyError
from lambda_iam_scan.iam.document import load_json, parse_policy
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.iam import Policy, PolicyKind
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.readers.deployed.api import NOT_RECORDED, Ask
from lambda_iam_scan.snapshot import Refusal

_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "Forbidden", "UnauthorizedOperation"}
)
_THROTTLED = frozenset(
    {"RequestLimitExceeded", "RequestThrottled", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException"}
    | {"TooManyRequestsException"}
)


@dataclass
class Reading:
    """Questions about one function, role or resource. `subject` is its ARN: where its gaps are."""

    ask: Ask
    subject: str
    region: str | None = None
    kind: GapKind = GapKind.UNREADABLE
    gaps: list[Gap] = field(default_factory=list)

    @property
    def location(self) -> Location:
        """What is read from an account has its ARN in place of a path."""
        return Location(self.subject)

    def get(
        self, service: str, operation: str, what: str, *, concerning: tuple[str, ...] = (), **parameters: Any
    ) -> Mapping[str, Any] | None:
        """The answer; empty when AWS says that there is none; None when it may not be read, which is then a gap about `what`.

        `concerning`: services of which something may be needed for what is not read; empty: any.
        """
        answer = self.ask(service, operation, self.region, **parameters)
        if not isinstance(answer, Refusal):
            return answer
        self.gap(f"{what} {_why(answer)}", concerning)
        return None

    def list(self, service: str, operation: str, what: str, key: str, **parameters: Any) -> list[Any]:
        """A list's items; empty when it may not be read (a gap)."""
        answer = self.get(service, operation, what, **parameters)
        return list(answer.get(key) or ()) if answer else []

    def policy(self, document: object, name: str, kind: PolicyKind) -> Policy:
        """A policy document, as the SDK gives it (parsed, or JSON text). What of it breaks the grammar is a gap."""
        try:
            parsed = load_json(document, f"policy {name}") if isinstance(document, str) else document
        except PolicyError as error:
            self.gap(str(error))
            return Policy(name=name, kind=kind, statements=(), location=self.location)
        # An inline policy has no ARN of its own: the role's, with the policy's name as the part in it.
        place = Location(f"{self.subject}#{name}") if kind is PolicyKind.INLINE else self.location
        policy, problems = parse_policy(parsed, name=name, kind=kind, locate=lambda path: place)
        for problem in problems:
            self.gap(f"policy {name}: {problem.error()}")
        return policy

    def gap(self, reason: str, services: tuple[str, ...] = ()) -> None:
        """Note something that could not be read."""
        self.gaps.append(Gap(kind=self.kind, reason=reason, location=self.location, services=services))


def _why(refusal: Refusal) -> str:
    if refusal.code in _DENIED:
        return f"may not be read: whoever runs the scan needs {refusal.permission}"
    if refusal.code in _THROTTLED:
        return f"could not be read: AWS throttles {refusal.permission}; try again later, or with fewer --jobs"
    if refusal.code == NOT_RECORDED:
        return f"is not in the snapshot ({refusal.permission})"
    return f"could not be read: {refusal.permission} answered {refusal.code}"
