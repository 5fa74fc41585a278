"""LIS203, and LIS201 for what is granted as one: wildcards, AWS managed policies and SAM policy templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from lambda_iam_scan.actions import expand, find_action, named
from lambda_iam_scan.checks._roles import AS_ONE, AUTHORED, confidence, everyone, only, place, seen, used_elsewhere
from lambda_iam_scan.checks._unused_rules import BROADER, UNUSED
from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.model.finding import Finding, FunctionScan, Rule, Scan
from lambda_iam_scan.model.iam import Policy, PolicyKind, Role, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.narrowing import grantable, narrowed, statement_json, sweeping
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.usage import ANYTHING, EntryUse, StatementUse, Use, known, roles, usage, uses

_OF_CODE = frozenset({Source.CODE, Source.LIBRARY, Source.DECLARED})


class Wildcards:
    """One finding for each wildcard or policy that grants more than is needed."""

    rules: tuple[Rule, ...] = (BROADER,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings on wildcards in authored policies, and on policies that are taken as a whole."""
        for role, functions in roles(scan):
            if not seen(functions):
                continue
            report = _Report(role, functions, tables)
            for _, statements in groupby(usage(role, uses(functions)), key=lambda used: used.ref.policy):
                yield from report.policy(list(statements))


@dataclass(frozen=True, slots=True)
class _Report:
    role: Role
    functions: Sequence[FunctionScan]
    tables: Tables

    def policy(self, statements: Sequence[StatementUse]) -> Iterable[Finding]:
        """Findings of one policy."""
        policy = statements[0].policy
        if policy.kind in AS_ONE:
            yield from self._as_one(policy, statements)
        elif policy.kind in AUTHORED:
            for used in statements:
                yield from self._exception(used) if used.statement.not_actions else self._entries(used)

    def _entries(self, used: StatementUse) -> Iterable[Finding]:
        for entry in used.actions:
            yield from self._action(used, entry)
        for entry in used.resources:
            yield from self._resource(used, entry)

    def _as_one(self, policy: Policy, statements: Sequence[StatementUse]) -> Iterable[Finding]:
        if any(_administrator(used, entry) for used in statements for entry in used.actions):
            return
        needed = {use.action.lower() for used in statements for use in used.uses}
        members = self._members(statements)
        spare = tuple(name for name in members or () if name.lower() not in needed)
        message = f"policy {policy.name} of {everyone(self.functions)} "
        if not needed:
            yield self._finding(policy, None, message + "grants nothing that is needed", members or (), statements, unused=True)
        elif (spare or members is None) and not self._made_for_lambda(policy, statements):
            message += f"grants {_count(members)}, of which only {listed(_spelled(statements, needed))} {_are(needed)} needed"
            yield self._finding(policy, None, message, spare, statements)

    def _made_for_lambda(self, policy: Policy, statements: Sequence[StatementUse]) -> bool:
        """What is prescribed for Lambda itself is taken whole: SAM templates for pollers, and AWS managed policies for execution
        roles; of these it is enough that each of their services is needed."""
        if policy.kind is PolicyKind.SAM_TEMPLATE:
            return all(use.source not in _OF_CODE for used in statements for use in used.uses)
        if policy.name.rpartition("/")[2] not in _prescribed(self.tables):
            return False
        used: dict[str, bool] = {}
        for entry in (entry for statement in statements for entry in statement.actions):
            prefix = str(entry.entry.text).partition(":")[0]
            used[prefix] = used.get(prefix, False) or bool(entry.here)
        return all(used.values())

    def _action(self, used: StatementUse, entry: EntryUse) -> Iterable[Finding]:
        written = str(entry.entry.text)
        if named(entry.entry.text) is not None or entry.entry.text.literal is None or _administrator(used, entry):
            return
        members = expand(entry.entry.text, self.tables)
        if members == ():
            return
        needed = {use.action.lower() for use in entry.here}
        location = entry.entry.location
        if not entry.anywhere:
            message = f"{written} is granted to {everyone(self.functions)}, and nothing needs any of it"
            yield self._finding(used.policy, location, message, members or (), [used], unused=True)
            return
        spare = tuple(name for name in members or () if name.lower() not in needed)
        if needed and (spare or members is None):
            message = f"{written} grants {_count(members)}, of which only {listed(_spelled([used], needed))} {_are(needed)} needed"
            yield self._finding(used.policy, location, f"{message} by {everyone(self.functions)}", spare, [used])

    def _exception(self, used: StatementUse) -> Iterable[Finding]:
        """`NotAction` allows all the rest of AWS."""
        excepted = used.statement.not_actions
        needed = sorted({use.action for use in used.uses})
        message = f"NotAction grants {everyone(self.functions)} every action but {listed(str(entry.text) for entry in excepted)}, of which "
        message += f"only {listed(needed)} {_are(set(needed))} needed" if needed else "nothing is needed"
        yield self._finding(used.policy, excepted[0].location, message, (), [used], unused=not needed)

    def _resource(self, used: StatementUse, entry: EntryUse) -> Iterable[Finding]:
        """A `Resource` that names nothing, where all that is needed is known. What Lambda itself uses is left alone."""
        if not sweeping(entry.entry.text) or any(_administrator(used, action) for action in used.actions):
            return
        asked = [use for use in entry.here if self._on_resources(use)]
        if not any(use.source in _OF_CODE for use in asked) or not all(known(use.resource) for use in asked):
            return
        written = str(entry.entry.text)
        needed = listed(sorted({str(grantable(use.resource)) for use in asked}))
        message = f"{listed(dict.fromkeys(use.action for use in asked))} on {written}, where {everyone(self.functions)} needs only {needed}"
        yield self._finding(used.policy, entry.entry.location, message, (), [used], resource=written)

    def _on_resources(self, use: Use) -> bool:
        """Whether the action can be granted on single resources at all."""
        action = find_action(use.action, self.tables)
        return use.resource != ANYTHING or (action is not None and bool(action.resources))

    def _members(self, statements: Sequence[StatementUse]) -> tuple[str, ...] | None:
        """Every action that statements grant; None when that is more than one can list."""
        found: set[str] = set()
        for used in statements:
            for entry in used.actions:
                expanded = expand(entry.entry.text, self.tables)
                if expanded is None:
                    return None
                found.update(expanded)
        return None if any(used.statement.not_actions for used in statements) else tuple(sorted(found))

    def _finding(
        self,
        policy: Policy,
        location: Location | None,
        message: str,
        members: tuple[str, ...],
        statements: Sequence[StatementUse],
        *,
        unused: bool = False,
        resource: str | None = None,
    ) -> Finding:
        rule = UNUSED if unused else BROADER
        kept = [statement for used in statements for statement in narrowed(used)]
        granted = [Text.of(name) for name in members] or [entry.entry.text for used in statements for entry in used.actions]
        return Finding(
            code=rule.code,
            name=rule.name,
            severity=rule.severity,
            confidence=confidence(granted, self.role, self.functions, self.tables),
            message=message,
            location=place(policy, self.role, self.functions, location),
            function=only(self.functions),
            resource=resource,
            notes=used_elsewhere(self.role),
            suggestion=statement_json(kept) if kept else None,
            members=members,
        )


def _prescribed(tables: Tables) -> frozenset[str]:
    """Names of the AWS managed policies that AWS's documentation prescribes for what Lambda does with the role."""
    tablesets = (tables.lambda_rules(name) for name in ("event_sources", "features", "logging"))
    return frozenset(name for rows in tablesets for row in rows.values() if isinstance(row, dict) for name in row.get("managed", ()))


def _administrator(used: StatementUse, entry: EntryUse) -> bool:
    """`*` on `*` is LIS402's."""
    return entry.entry.text.literal in ("*", "*:*") and any(item.entry.text == ANYTHING for item in used.resources)


def _count(members: Sequence[str] | None) -> str:
    return "every action" if members is None else f"{len(members)} action{'s' if len(members) != 1 else ''}"


def _are(needed: set[str]) -> str:
    return "is" if len(needed) == 1 else "are"


def _spelled(statements: Sequence[StatementUse], needed: set[str]) -> list[str]:
    return sorted({use.action for used in statements for use in used.uses if use.action.lower() in needed})


CHECK = Wildcards()
