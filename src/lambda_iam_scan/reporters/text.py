"""`text`: for a person at a terminal, drawn like a good compiler's diagnostics."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.finding import ChangeKind, Confidence, Finding, FunctionScan, Report
from lambda_iam_scan.model.iam import Necessity, Outcome, Requirement
from lambda_iam_scan.model.source import Frame, Location, SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import by_function, counts, listed, outcomes, plural, title
from lambda_iam_scan.reporters._excerpts import BLOCK, Sources, columns
from lambda_iam_scan.reporters._remedy import Remedy, remedy

_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "bold": "1", "rail": "1;34", "help": "1;32", "dim": "2", "good": "32"}


class TextReporter:
    """Findings grouped by function, each with its source, its way and its remedy; then one summary line."""

    name = "text"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """At most `style.width` columns, down to 60; escape sequences only with `style.colour`."""
        page = _Page(tree, max(style.width, 60), style.colour)
        out: list[str] = []
        for scan, findings in by_function(report):
            if findings or report.changes is None:
                out += page.function(scan, findings)
        out += page.changes(report)
        out += page.summary(report)
        return "\n".join(line.rstrip() for line in out) + "\n"


REPORTER = TextReporter()


class _Page:
    """Draws the parts of one report."""

    def __init__(self, tree: SourceTree, width: int, colour: bool) -> None:
        self._sources = Sources(tree)
        self._width = width
        self._colour = colour

    def _paint(self, kind: str, text: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self._colour and text else text

    # A function and its findings

    def function(self, scan: FunctionScan | None, findings: Sequence[Finding]) -> Iterator[str]:
        """Heading, needs (where there is no role to compare with), findings; a blank line after each."""
        yield from self._heading(scan)
        yield ""
        if scan is not None and scan.comparison is None and scan.requirements:
            yield from self._needs(scan)
            yield ""
        for finding in findings:
            yield from self._finding(finding, scan)
            yield ""

    def _heading(self, scan: FunctionScan | None) -> Iterator[str]:
        if scan is None:
            yield self._paint("bold", "Of several functions, or of none")
            return
        place = scan.function.location
        name, where = plain(title(scan)), f"{plain(place.path)}:{place.line}"
        handler = f" runs {plain(scan.function.handler)}" if scan.function.handler else ""
        first = f"{name}{handler} ({where})"
        yield from (self._paint("bold", line) for line in self._wrap(first, "", "  "))
        yield from (self._paint("dim", line) for line in self._wrap(_state(scan), "  ", "  "))

    def _needs(self, scan: FunctionScan) -> Iterator[str]:
        always = [need for need in scan.requirements if need.need is Necessity.ALWAYS]
        possible = [need for need in scan.requirements if need.need is not Necessity.ALWAYS]
        for heading, needs in (("needs", always), ("may need", possible)):
            for number, need in enumerate(needs):
                yield from self._need(heading if number == 0 else "", need)

    def _need(self, heading: str, need: Requirement) -> Iterator[str]:
        lead, action = f"  {heading:<9}", plain(need.action)
        for number, resource in enumerate(need.resources or ("*",)):
            start = f"{lead}{action} on " if number == 0 else " " * (len(lead) + len(action) + 1) + "or "
            yield from self._wrap(plain(str(resource)), start, " " * (len(lead) + 2))

    # One finding

    def _finding(self, finding: Finding, scan: FunctionScan | None) -> Iterator[str]:
        yield from self._message(finding)
        gutter = self._gutter(finding)
        yield from self._excerpt(finding.location, "-->", gutter, finding.severity.value, "^")
        for related in finding.related:
            yield from self._excerpt(related.location, ":::", gutter, "rail", "-", related.message)
        rail = " " * gutter + " "
        if way := _way(finding.flow):
            yield from self._remark(rail, "way", way)
        if finding.members:
            yield from self._remark(rail, "actions", listed(finding.members, 12))
        for note in finding.notes:
            yield from self._remark(rail, "note", note)
        if finding.confidence is not Confidence.CERTAIN:
            yield from self._remark(rail, "confidence", _confidence(finding, scan))
        if found := remedy(finding):
            yield from self._help(rail, found)

    def _message(self, finding: Finding) -> Iterator[str]:
        lead = f"{finding.severity.value}[{finding.code}]"
        first, *rest = self._wrap(plain(finding.message), f"{lead}: ", "    ")
        yield self._paint(finding.severity.value, lead) + self._paint("bold", first[len(lead) :])
        yield from (self._paint("bold", line) for line in rest)

    def _gutter(self, finding: Finding) -> int:
        places = (finding.location, *(related.location for related in finding.related))
        return len(str(max(min(max(place.end_line, place.line), place.line + BLOCK) for place in places)))

    def _excerpt(self, place: Location, arrow: str, gutter: int, kind: str, mark: str, label: str = "") -> Iterator[str]:
        at = f"{plain(place.path)}:{place.line}:{max(place.column, 1)}" if place.line else plain(place.path)
        head = f"{' ' * gutter}{arrow} "
        yield from self._rails(self._wrap(at + (f"  {plain(label)}" if label else ""), head, " " * len(head)), len(head))
        yield from self._source_lines(place, gutter, kind, mark)

    def _source_lines(self, place: Location, gutter: int, kind: str, mark: str) -> Iterator[str]:
        bar = self._paint("rail", " " * gutter + " |")
        if place.end_line > place.line > 0:
            yield from self._block(place, gutter, kind, bar)
            return
        excerpt = self._sources.excerpt(place, self._width - gutter - 3) if place.line else None
        if excerpt is not None:
            yield bar
            yield self._paint("rail", f"{excerpt.line:>{gutter}} |") + f" {excerpt.text}"
            yield f"{bar} {' ' * excerpt.start}{self._paint(kind, mark * excerpt.length)}"

    def _block(self, place: Location, gutter: int, kind: str, bar: str) -> Iterator[str]:
        """A span of several lines, with a line of its own beside it."""
        shown = self._sources.block(place, self._width - gutter - 5)
        whole = bool(shown) and shown[-1][0] >= place.end_line
        for number, (line, text) in enumerate(shown):
            if number == 0:
                yield bar
            side = "/" if number == 0 else "\\" if whole and number == len(shown) - 1 else "|"
            yield self._paint("rail", f"{line:>{gutter}} |") + f" {self._paint(kind, side)} {text}"
        if shown and not whole:
            yield f"{bar} {self._paint(kind, '...')}"

    def _remark(self, rail: str, label: str, text: str) -> Iterator[str]:
        lead = f"{rail}= {label}: "
        for number, line in enumerate(self._wrap(plain(text), lead, " " * len(lead))):
            yield self._paint("rail", f"{rail}=") + f" {self._paint('bold', label)}" + line[len(lead) - 2 :] if number == 0 else line

    def _help(self, rail: str, found: Remedy) -> Iterator[str]:
        lead = f"{rail}= help: "
        for number, line in enumerate(self._wrap(found.sentence, lead, " " * len(lead))):
            yield self._paint("rail", f"{rail}=") + f" {self._paint('help', 'help')}" + line[len(lead) - 2 :] if number == 0 else line
        # Not wrapped: it is there to be copied.
        yield from (" " * (len(rail) + 4) + self._paint("help", line) for line in found.code)
        if found.otherwise:
            yield from self._wrap(found.otherwise, " " * (len(rail) + 2), " " * (len(rail) + 2))

    def _rails(self, wrapped: Iterable[str], lead: int) -> Iterator[str]:
        for number, line in enumerate(wrapped):
            yield self._paint("rail", line[:lead]) + line[lead:] if number == 0 else line

    # The end

    def changes(self, report: Report) -> Iterator[str]:
        """Permissions newly and no longer needed, with `--since` only."""
        for kind, heading in ((ChangeKind.ADDED, "newly needed"), (ChangeKind.REMOVED, "no longer needed")):
            chosen = [change for change in report.changes or () if change.kind is kind]
            if chosen:
                yield self._paint("bold", f"Permissions {heading}")
                for change in chosen:
                    yield from self._wrap(plain(f"{change.action} on {change.resource} ({change.function})"), "  ", "    ")
                yield ""

    def summary(self, report: Report) -> Iterator[str]:
        """Counts, the number of suppressed findings and other facts: one line where the width allows."""
        found = {kind: plural(number, kind.value) for kind, number in counts(report.findings).items() if number}
        head = ", ".join(found.values()) or ("No problem found" if report.changes is None else "No new problem found")
        facts = [f"{head} in {plural(len(report.functions), 'function')} ({plural(report.files, 'Python file')})"]
        facts += [f"{report.suppressed} suppressed"] * bool(report.suppressed)
        facts += [plain(f"{name} {value}") for name, value in report.extra]
        first, *rest = self._wrap(", ".join(facts), "", "  ")
        for kind, text in found.items():
            first = first.replace(text, self._paint(kind.value, text), 1)
        yield first if found else self._paint("good", first)
        yield from rest

    # Lines

    def _wrap(self, text: str, first: str, rest: str) -> list[str]:
        """Words in lines of the width; a word longer than a line is broken, as nothing may be left out."""
        if columns(first + text) <= self._width:
            return [first + text]
        width = self._width if text.isascii() else self._width // 2
        return _Wrapper(width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False).wrap(text) or [first]


_MAY_BREAK = re.compile(r"\$\{[^{}]*\}|[:/,]")


class _Wrapper(textwrap.TextWrapper):
    """Breaks a word that no line can hold where an ARN or path may be broken."""

    def _handle_long_word(self, reversed_chunks: list[str], cur_line: list[str], cur_len: int, width: int) -> None:
        word, room = reversed_chunks[-1], max(width - cur_len, 1)
        cuts = [found.end() for found in _MAY_BREAK.finditer(word) if found[0] in ":/," and found.end() <= room]
        if not cuts and cur_line:
            return
        cut = cuts[-1] if cuts else room
        cur_line.append(word[:cut])
        reversed_chunks[-1] = word[cut:]


def _state(scan: FunctionScan) -> str:
    """One line on needs and how they stand: `needs 5 permissions: 3 granted, 1 missing, 1 unverified; 2 gaps`."""
    needed = [outcome for need, outcome in zip(scan.requirements, outcomes(scan), strict=True) if need.need is Necessity.ALWAYS]
    text = f"needs {plural(len(needed), 'permission')}" if needed else "needs no permission that the analysis can see"
    if scan.comparison is None:
        text += "; no role to compare with"
    elif needed:
        shown = [(outcome, needed.count(outcome)) for outcome in Outcome]
        text += ": " + ", ".join(f"{number} {outcome.value.replace('-', ' ')}" for outcome, number in shown if number)
    if scan.code.gaps:
        text += f"; {plural(len(scan.code.gaps), 'place')} could not be resolved"
    return text


def _way(flow: Sequence[Frame]) -> str:
    """The way from handler to call in one line; of no interest when the handler itself makes the call."""
    if len(flow) < 2:
        return ""
    return " -> ".join(f"{frame.function} ({frame.location.path}:{frame.location.line})" for frame in flow)


def _confidence(finding: Finding, scan: FunctionScan | None) -> str:
    because = ", as parts of the code could not be resolved" if scan is not None and not scan.complete else ""
    return f"{finding.confidence.value}{because}"
