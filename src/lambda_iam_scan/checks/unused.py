"""LIS201 and LIS202: actions and resources that a policy names and nothing needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lambda_iam_scan.actions import find_action, named
from lambda_iam_scan.checks._roles import AUTHORED, confidence, everyone, only, place, seen, used_elsewhere
from lambda_iam_scan.checks._unused_rules import UNUSED, UNUSED_RESOURCE
from lambda_iam_scan.iam.describe import granted_on, listed
from lambda_iam_scan.model.finding import Finding, FunctionScan, Rule, Scan
from lambda_iam_scan.model.iam import Role
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.narrowing import narrowed, statement_json
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.usage import EntryUse, StatementUse, roles, usage, uses


class Unused:
    """One finding for each element that somebody wrote down and nothing needs."""

    rules: tuple[Rule, ...] = (UNUSED, UNUSED_RESOURCE)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings in statements of inline, customer managed and given policies."""
        for role, functions in roles(scan):
            if not seen(functions):
                continue
            report = _Report(role, functions, tables)
            for used in usage(role, uses(functions), AUTHORED):
                yield from report.actions(used)
                yield from report.resources(used)


@dataclass(frozen=True, slots=True)
class _Report:
    role: Role
    functions: Sequence[FunctionScan]
    tables: Tables

    def actions(self, used: StatementUse) -> Iterable[Finding]:
        """Named actions that nothing needs; and, beside others that are, those that are needed only elsewhere."""
        for entry in used.actions:
            action = named(entry.entry.text)
            if action is None or find_action(action, self.tables) is None:
                continue
            if not entry.anywhere:
                yield self._unused(used, entry, action)
            elif not entry.here and used.uses:
                where = granted_on([used.statement])
                message = f"{action} is needed by {everyone(self.functions)}, but never on {where}"
                yield self._on_nothing(used, message, action, where, entry.entry.location)

    def _unused(self, used: StatementUse, entry: EntryUse, action: str) -> Finding:
        return Finding(
            code=UNUSED.code,
            name=UNUSED.name,
            severity=UNUSED.severity,
            confidence=confidence([entry.entry.text], self.role, self.functions, self.tables),
            message=f"{action} is granted to {everyone(self.functions)}, and nothing needs it",
            location=place(used.policy, self.role, self.functions, entry.entry.location, used.statement.location),
            function=only(self.functions),
            action=action,
            notes=used_elsewhere(self.role),
            suggestion=_suggestion(used),
        )

    def resources(self, used: StatementUse) -> Iterable[Finding]:
        """Resources that none of the statement's needed actions is needed on."""
        live = list(dict.fromkeys(use.action for entry in used.actions for use in entry.anywhere))
        if not live:
            return
        for entry in used.resources:
            if not entry.here:
                resource = str(entry.entry.text)
                verb = "is" if len(live) == 1 else "are"
                message = f"{listed(live)} {verb} needed by {everyone(self.functions)}, but never on {resource}"
                yield self._on_nothing(used, message, live[0] if len(live) == 1 else None, resource, entry.entry.location)

    def _on_nothing(self, used: StatementUse, message: str, action: str | None, resource: str, location: Location | None) -> Finding:
        return Finding(
            code=UNUSED_RESOURCE.code,
            name=UNUSED_RESOURCE.name,
            severity=UNUSED_RESOURCE.severity,
            confidence=confidence([entry.entry.text for entry in used.actions if entry.anywhere], self.role, self.functions, self.tables),
            message=message,
            location=place(used.policy, self.role, self.functions, location, used.statement.location),
            function=only(self.functions),
            action=action,
            resource=resource,
            notes=used_elsewhere(self.role),
            suggestion=_suggestion(used),
        )


def _suggestion(used: StatementUse) -> str:
    """What is left of the statement."""
    kept = narrowed(used)
    return statement_json(kept) if kept else "remove the statement: nothing of it is needed"


CHECK = Unused()
