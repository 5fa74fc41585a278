"""Roles and everything attached to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.iam import Policy, PolicyKind, Role
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.context import Context, Entry, unresolved
from lambda_iam_scan.templates.nodes import location_of
from lambda_iam_scan.templates.texts import split


@dataclass(slots=True)
class _Parts:
    """A role under construction."""

    policies: list[Policy] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, found: tuple[Policy | None, tuple[Gap, ...]]) -> None:
        policy, gaps = found
        self.gaps += gaps
        if policy is not None:
            self.policies.append(policy)


class Roles:
    """The template's roles by what refers to them, and roles that it only names."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._attached = list(_attachments(context))
        self._managed = {context.scope.arn(name): name for name, _ in context.scope.of_type("AWS::IAM::ManagedPolicy")}
        self._declared = {name: self._role(name, properties) for name, properties in context.scope.of_type("AWS::IAM::Role")}
        self._by_text = {text: role for role in self._declared.values() for text in (role.arn, role.name)}
        self._foreign: dict[Text, Role] = {}

    def of(self, node: Any, place: Location) -> Role | None:
        """The role that an ARN or name stands for; one with a gap when the template does not declare it; None for nothing."""
        texts = self._context.scope.texts(node)
        found = [role for text in texts if (role := self._by_text.get(text))]
        if not texts:
            return None
        if len(texts) == 1 and found:
            return found[0]
        return self._either(found, place) if found else self._imported(texts[0], place)

    def _either(self, found: list[Role], place: Location) -> Role:
        """A condition of the template decides between roles: what can be read of the first, and a gap."""
        role = found[0]
        gap = Gap(kind=GapKind.UNRESOLVED_ROLE, reason="a condition of the template chooses the role", location=place)
        return replace(role, gaps=(*role.gaps, gap))

    def _imported(self, arn: Text, place: Location) -> Role:
        if arn not in self._foreign:
            name = split(arn, "/")[-1]
            gap = Gap(kind=GapKind.UNRESOLVED_ROLE, reason=f"the template does not declare the role {arn}", location=place)
            parts = _Parts(gaps=[gap])
            for targets, entry in self._attached:
                if arn in targets or name in targets:
                    parts.add(self._attachment(entry))
            self._foreign[arn] = Role(
                id=f"{self._context.path}#role:{arn}",
                name=name,
                arn=arn,
                policies=tuple(parts.policies),
                gaps=tuple(parts.gaps),
                location=place,
            )
        return self._foreign[arn]

    def _role(self, logical_id: str, properties: Mapping[str, Any]) -> Role:
        scope, place = self._context.scope, self._context.place(logical_id)
        name, arn = scope.name(logical_id), scope.arn(logical_id)
        parts = _Parts()
        incomplete = self._context.origin.incomplete.get(logical_id)
        if incomplete is not None:
            parts.gaps.append(Gap(kind=GapKind.UNRESOLVED_ROLE, reason=incomplete, location=place))
        for node in scope.items(properties.get("ManagedPolicyArns")):
            for text in scope.texts(node):
                parts.add(self._named(text, node, logical_id))
        for node in scope.items(properties.get("Policies")):
            parts.add(self._inline(node, logical_id))
        for targets, entry in self._attached:
            if name in targets or arn in targets:
                parts.add(self._attachment(entry))
        boundary, unread = self._boundary(properties.get("PermissionsBoundary"), logical_id)
        parts.gaps += [] if unread is None else [unread]
        trust = self._trust(properties, logical_id, parts)
        return Role(
            id=f"{self._context.path}#{logical_id}",
            name=name,
            arn=arn,
            policies=tuple(parts.policies),
            boundary=boundary,
            unread_boundary=unread,
            trust=trust,
            gaps=tuple(parts.gaps),
            location=place,
        )

    def _inline(self, node: Any, logical_id: str) -> tuple[Policy | None, tuple[Gap, ...]]:
        scope, place = self._context.scope, self._context.place_of(node, logical_id)
        document = scope.get(node, "PolicyDocument")
        if document is None:
            return None, (unresolved("a policy without a PolicyDocument that can be read", place),)
        name = str(scope.text(scope.get(node, "PolicyName")))
        entry = self._context.origin.entries.get((logical_id, name))
        return self._document(document, entry, name, PolicyKind.INLINE, place)

    def _document(self, document: Any, entry: Entry | None, name: str, kind: PolicyKind, place: Location) -> tuple[Policy, tuple[Gap, ...]]:
        """A document under the name its author knows: what has no place of its own was written by the translator."""
        if entry is not None:
            above = entry.location if entry.kind is PolicyKind.SAM_TEMPLATE else None
            return self._context.policy(document, name=entry.name, kind=entry.kind, location=entry.location, place=above)
        if self._context.origin.translated and location_of(document, _NOWHERE) is _NOWHERE:
            if kind is PolicyKind.CUSTOMER_MANAGED:  # the translator makes managed policies for connectors only
                return self._context.policy(document, name=f"connector {name}", kind=PolicyKind.SAM_TEMPLATE, location=place, place=place)
            return self._context.policy(document, name=name, kind=PolicyKind.GENERATED, location=place, place=place)
        return self._context.policy(document, name=name, kind=kind, location=location_of(document, place))

    def _attachment(self, logical_id: str) -> tuple[Policy | None, tuple[Gap, ...]]:
        context, place = self._context, self._context.place(logical_id)
        properties = context.scope.properties(logical_id)
        document = context.scope.first(properties.get("PolicyDocument"))
        if document is None:
            return None, (unresolved(f"{logical_id}: no PolicyDocument that can be read", place),)
        managed = context.scope.type_of(logical_id) == "AWS::IAM::ManagedPolicy"
        given = properties.get("ManagedPolicyName" if managed else "PolicyName")
        name = (context.scope.known(given) if given is not None else None) or logical_id
        kind = PolicyKind.CUSTOMER_MANAGED if managed else PolicyKind.INLINE
        return self._document(document, context.origin.entries.get((logical_id, "")), name, kind, place)

    def _named(self, text: Text, node: Any, logical_id: str) -> tuple[Policy | None, tuple[Gap, ...]]:
        """A managed policy by ARN: the template's own, AWS's, or one that cannot be read."""
        place = self._context.place_of(node, logical_id)
        if text in self._managed:
            return self._attachment(self._managed[text])
        name = aws_managed_name(text)
        document = self._context.tables.managed_policy(name) if name else None
        if name is None or document is None:
            return None, (unresolved(f"the managed policy {text} is not known", place),)
        made = self._context.origin.translated and location_of(node, _NOWHERE) is _NOWHERE
        kind = PolicyKind.GENERATED if made else PolicyKind.AWS_MANAGED
        return self._context.policy(document, name=name, kind=kind, location=place, place=place)

    def _boundary(self, node: Any, logical_id: str) -> tuple[Policy | None, Gap | None]:
        texts = self._context.scope.texts(node)
        if not texts:
            return None, None
        policy, gaps = self._named(texts[0], node, logical_id)
        if policy is None:
            reason = f"the permissions boundary {texts[0]} is not known: it may block what the role's policies grant"
            return None, unresolved(reason, self._context.place_of(node, logical_id))
        return replace(policy, kind=PolicyKind.BOUNDARY), next(iter(gaps), None)

    def _trust(self, properties: Mapping[str, Any], logical_id: str, parts: _Parts) -> Policy | None:
        node = self._context.scope.first(properties.get("AssumeRolePolicyDocument"))
        if node is None:
            return None
        place = self._context.place_of(node, logical_id)
        policy, gaps = self._context.policy(node, name="AssumeRolePolicyDocument", kind=PolicyKind.TRUST, location=place)
        parts.gaps += gaps
        return None if gaps and not policy.statements else policy


def aws_managed_name(arn: Text) -> str | None:
    """The ARN of an AWS managed policy in the tables' own partition, or None when it is another kind of policy."""
    pieces = split(arn, ":")
    if len(pieces) < 6 or pieces[4].literal != "aws" or pieces[2].literal != "iam":
        return None
    path = pieces[5].literal
    return f"arn:aws:iam::aws:{path}" if path else None


def _attachments(context: Context) -> Iterator[tuple[tuple[Text, ...], str]]:
    """Policies that name their roles: the roles' names, and the policy's logical id."""
    for logical_id, properties in context.scope.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        yield context.texts(properties.get("Roles")), logical_id
    for logical_id, properties in context.scope.of_type("AWS::IAM::RolePolicy"):
        yield context.texts(properties.get("RoleName")), logical_id


_NOWHERE = Location("")
