"""Sets of strings, as sequences of elements, and two exact questions on them: is one inside the other, and do they meet?

A needed text and a granted pattern both become such sequences. Inclusion is decided by running the granted sequence as a
non-deterministic automaton (its states are the bits of an integer) over every string of the needed one; intersection by a
search over pairs of positions. Tokens are strings of which only the name is known:

- a RESOURCE token is a generated name: it equals itself and no literal, but a wildcard may stand for it;
- a PARAMETER token equals itself; it may equal anything else;
- an OWN token with a known shape (account, region, partition) may be any string of that shape.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from lambda_iam_scan.model.text import PARTITION, Token, TokenKind


@dataclass(frozen=True, slots=True)
class Chars:
    """A set of characters: the listed ones, or, when `others`, all but the listed ones."""

    listed: frozenset[str]
    others: bool = False

    def __contains__(self, char: str) -> bool:
        return (char in self.listed) != self.others

    def meets(self, other: Chars) -> bool:
        """Whether some character is in both."""
        if self.others and other.others:
            return True
        if self.others:
            return bool(other.listed - self.listed)
        return bool(self.listed - other.listed if other.others else self.listed & other.listed)


ANY = Chars(frozenset(), others=True)
NO_COLON = Chars(frozenset(":"), others=True)
NO_SLASH = Chars(frozenset("/"), others=True)
NO_DELIMITER = Chars(frozenset(":/"), others=True)


@dataclass(frozen=True, slots=True)
class One:
    """Exactly one character; `wild` when it may be freely chosen (`?`)."""

    chars: Chars
    wild: bool = False


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of characters; `wild` when they may be freely chosen (`*`, a hole)."""

    chars: Chars
    wild: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """One definite string of which nothing is known: may equal anything, certainly equals nothing."""


Element: TypeAlias = One | Many | Token | Unknown
Elements: TypeAlias = tuple[Element, ...]

_SOME_OTHER = "\U0010fffd"
"""Stands for every character that a pattern does not mention."""
_BUDGET = 5_000
_PAIRS = 50_000
"""Steps before a comparison gives up and says "perhaps"; honest patterns need a few hundred."""


def literal(text: str) -> Elements:
    """The one string."""
    return tuple(_CHARS[char] for char in text)


class _CharElements(dict[str, One]):
    def __missing__(self, char: str) -> One:
        self[char] = One(Chars(frozenset(char)))
        return self[char]


_CHARS = _CharElements()
_LOWER, _DIGIT = Chars(frozenset(string.ascii_lowercase)), Chars(frozenset(string.digits))
_SHAPES: dict[str, Elements] = {
    "AWS::AccountId": (One(_DIGIT),) * 12,
    "AWS::Region": (
        *(One(_LOWER), One(_LOWER), *literal("-"), One(_LOWER)),
        Many(Chars(frozenset(string.ascii_lowercase + "-")), wild=False),
        *(*literal("-"), One(_DIGIT)),
    ),
    "AWS::Partition": (*literal("aws"), Many(Chars(frozenset(string.ascii_lowercase + "-")), wild=False)),
    "AWS::URLSuffix": (*literal("amazonaws.com"), Many(Chars(frozenset("cn.")), wild=False)),
}
"""What the deployment's own pseudo parameters look like.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"""


def shape(token: Token) -> Elements | None:
    """What a token's value looks like, where AWS says so."""
    return _SHAPES.get(token.name) if token.kind is TokenKind.OWN else None


class Automaton:
    """A granted sequence, ready to recognise strings. State `j` is bit `j`: the first `j` steps are done.

    `assume`: the deployment's own account and region are taken to be the ones that the other side names. Its partition
    always is: nobody writes policies for another.
    """

    def __init__(self, elements: Elements, assume: bool) -> None:
        self._assume = assume
        self._accept: list[One | Token | Unknown] = []
        self._stay: list[tuple[int, Chars]] = []
        self._jumps: list[tuple[int, int, Token]] = []
        for element in elements:
            self._add(element)
        self.final = 1 << len(self._accept)
        self._tokens = any(not isinstance(step, One) for step in self._accept)
        self._steps: dict[str, tuple[int, int]] = {}
        self._masked: dict[Chars, tuple[int, int]] = {}
        self._alphabets: dict[Chars, list[str]] = {}
        self.tail_any = any(position == len(self._accept) and chars == ANY for position, chars in self._stay)
        self._loops = sum({1 << position for position, chars in self._stay if chars.others})

    def _add(self, element: Element) -> None:
        if isinstance(element, Many):
            self._stay.append((len(self._accept), element.chars))
        elif isinstance(element, Token) and (known := self._assumed(element)) is not None:
            start = len(self._accept)
            for part in known:
                self._add(part)
            self._jumps.append((start, len(self._accept), element))
        else:
            self._accept.append(element)

    def _assumed(self, token: Token) -> Elements | None:
        return shape(token) if self._assume or token == PARTITION else None

    def read(self, states: int, char: str) -> int:
        """States after one character."""
        masks = self._steps.get(char)
        if masks is None:
            masks = self._steps[char] = self._masks(Chars(frozenset(char)))
        advance, stay = masks
        return ((states & advance) << 1) | (states & stay)

    def _masks(self, chars: Chars) -> tuple[int, int]:
        """Bits whose step some character of the set takes, and bits that it may leave in place."""
        if chars not in self._masked:
            self._masked[chars] = self._mask(chars)
        return self._masked[chars]

    def _mask(self, chars: Chars) -> tuple[int, int]:
        advance = sum(1 << j for j, step in enumerate(self._accept) if isinstance(step, One) and step.chars.meets(chars))
        stay = sum({1 << j for j, kept in self._stay if kept.meets(chars)})
        return advance, stay

    def read_token(self, states: int, token: Token) -> int:
        """States after a token."""
        out = states & self._loops
        for j, step in enumerate(self._accept):
            if step == token and states >> j & 1:
                out |= 1 << (j + 1)
        for start, end, jumped in self._jumps:
            if jumped == token and states >> start & 1:
                out |= 1 << end
        if (known := self._assumed(token)) is not None:
            out |= self._read_some(states, known)
        return out

    def reads(self, elements: Elements) -> bool:
        """Whether some string of a sequence without tokens is recognised."""
        return bool(self._read_some(1, elements) & self.final)

    def _read_some(self, states: int, elements: Elements) -> int:
        """States after any one string of a sequence."""
        for element in elements:
            assert isinstance(element, One | Many)
            if isinstance(element, Many) and element.chars == ANY and not self._tokens:
                # Anything may follow: every state from the first one on.
                states = (self.final << 1) - (states & -states) if states else 0
                continue
            advance, stay = self._masks(element.chars)
            if isinstance(element, One):
                states = ((states & advance) << 1) | (states & stay)
                continue
            before = -1
            while states != before:
                before = states
                states |= ((states & advance) << 1) | (states & stay)
            if not states:
                break
        return states

    def alphabet(self, chars: Chars) -> list[str]:
        """One character of each kind that the automaton tells apart, of those in `chars`."""
        if chars not in self._alphabets:
            self._alphabets[chars] = self._kinds(chars)
        return self._alphabets[chars]

    def _kinds(self, chars: Chars) -> list[str]:
        sets = [step.chars for step in self._accept if isinstance(step, One)] + [kept for _, kept in self._stay]
        mentioned = frozenset().union(*(item.listed for item in sets)) | chars.listed
        kinds: dict[tuple[int, int], str] = {}
        for char in sorted(c for c in (*mentioned, _SOME_OTHER) if c in chars):
            kinds.setdefault(self._masks(Chars(frozenset(char))), char)
        return list(kinds.values())


def contains(granted: Automaton, needed: Elements) -> bool:
    """Whether every string of `needed` is in the granted language."""
    todo, seen = [(0, 1)], {(0, 1)}
    while todo:
        index, states = todo.pop()
        if states & granted.final and granted.tail_any:
            continue
        if index == len(needed):
            if not states & granted.final:
                return False
            continue
        for following in _after(granted, needed, index, states):
            if not following[1] or len(seen) > _BUDGET:
                return False
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return True


def _after(granted: Automaton, needed: Elements, index: int, states: int) -> Iterable[tuple[int, int]]:
    element = needed[index]
    if isinstance(element, Many):
        for char in granted.alphabet(element.chars):
            yield index, granted.read(states, char)
        yield index + 1, states
    elif isinstance(element, One):
        for char in granted.alphabet(element.chars) if element.chars.others else element.chars.listed:
            yield index + 1, granted.read(states, char)
    elif isinstance(element, Token):
        yield index + 1, granted.read_token(states, element)
    else:
        yield index + 1, 0


def meet(left: Elements, right: Elements) -> bool:
    """Whether some string may be in both, for some values of the tokens.

    Exact but for PARAMETER tokens inside longer texts, where it may say yes too often, never no.
    """
    if _alone(left) or _alone(right):
        # Needs take a template parameter for a name; one that is granted by itself shows that it is an ARN.
        return True
    # Equal definite elements at both ends say nothing: `${P}-a` and `${P}-b` differ whatever `${P}` is.
    head = _common(left, right)
    left, right = left[head:], right[head:]
    tail = _common(left[::-1], right[::-1])
    return _Meeting(left[: len(left) - tail], right[: len(right) - tail], whole=not head).found()


def _alone(elements: Elements) -> bool:
    return len(elements) == 1 and isinstance(elements[0], Token) and elements[0].kind is TokenKind.PARAMETER


def _common(left: Sequence[Element], right: Sequence[Element]) -> int:
    count = 0
    for mine, theirs in zip(left, right, strict=False):
        if mine != theirs or not _definite(mine):
            break
        count += 1
    return count


def _definite(element: Element) -> bool:
    return isinstance(element, Token) or (isinstance(element, One) and len(element.chars.listed) == 1 and not element.chars.others)


_Pair: TypeAlias = tuple[int, int, int, bool]
"""Positions in both; whose RESOURCE token is being spelled out by the other side (0 none, 1 left, 2 right); whether by a wildcard yet."""


class _Meeting:
    def __init__(self, left: Sequence[Element], right: Sequence[Element], whole: bool) -> None:
        self.whole = whole
        self.left = _spelled(left)
        self.right = _spelled(right)

    def found(self) -> bool:
        todo: list[_Pair] = [(0, 0, 0, False)]
        seen = set(todo)
        end = (len(self.left), len(self.right))
        while todo:
            pair = todo.pop()
            if pair[:2] == end and not pair[2]:
                return True
            if len(seen) > _PAIRS:
                return True
            for following in self._after(*pair):
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return False

    def _after(self, i: int, j: int, spelling: int, wild: bool) -> Iterable[_Pair]:
        if spelling == 1:
            name = self.left[i]
            yield from ((i + done, b, 1 - done, w) for b, w, done in _spell(name, self.right, j, wild, self.whole and i == 0))
        elif spelling == 2:
            name = self.right[j]
            yield from ((a, j + done, 2 * (1 - done), w) for a, w, done in _spell(name, self.left, i, wild, self.whole and j == 0))
        else:
            yield from self._together(i, j)

    def _together(self, i: int, j: int) -> Iterable[_Pair]:
        mine = self.left[i] if i < len(self.left) else None
        theirs = self.right[j] if j < len(self.right) else None
        if isinstance(mine, Many):
            yield i + 1, j, 0, False
        if isinstance(theirs, Many):
            yield i, j + 1, 0, False
        if mine is None or theirs is None:
            return
        if isinstance(mine, Token) or isinstance(theirs, Token):
            yield from self._names(i, j, mine, theirs)
        elif mine.chars.meets(theirs.chars):
            yield i + isinstance(mine, One), j + isinstance(theirs, One), 0, False

    def _names(self, i: int, j: int, mine: One | Many | Token, theirs: One | Many | Token) -> Iterable[_Pair]:
        if mine == theirs:
            yield i + 1, j + 1, 0, False
        if isinstance(mine, Token):
            yield i, j, 1, False
        if isinstance(theirs, Token):
            yield i, j, 2, False


def _spell(
    name: One | Many | Token, elements: Sequence[One | Many | Token], at: int, wild: bool, free: bool
) -> Iterable[tuple[int, bool, int]]:
    """Next steps while `elements` spell out a generated name: (position, wildcard met, 1 when the name may end here).

    A generated name holds no `:` or `/`, unless it starts its text (then it may be a whole ARN). Another attribute of the same
    logical resource (`Table`, `Table.Arn`) may be a part of it, or all.
    """
    if wild:
        yield at, False, 1
    if at == len(elements):
        return
    element = elements[at]
    if isinstance(element, Token) and isinstance(name, Token) and _resource(element) == _resource(name):
        yield at + 1, True, 0
    if isinstance(element, Token) or not element.chars.meets(ANY if free else NO_DELIMITER):
        return
    yield at + 1, wild or element.wild, 0
    if isinstance(element, Many) and element.wild:
        yield at, True, 0


@lru_cache(maxsize=8192)
def loosened(elements: Elements) -> Elements:
    """A larger language without tokens: a quick way to see that two do not meet."""
    return tuple(Many(ANY) if isinstance(element, Token) else element for element in _spelled(elements))


def _resource(token: Token) -> str:
    return token.name.partition(".")[0]


def _spelled(elements: Sequence[Element]) -> list[One | Many | Token]:
    """The same language or a larger one, without tokens that may equal literals."""
    out: list[One | Many | Token] = []
    for element in elements:
        if isinstance(element, Unknown):
            out.append(Many(ANY))
        elif isinstance(element, Token) and element.kind is not TokenKind.RESOURCE:
            known = shape(element) or (Many(ANY, wild=element.kind is TokenKind.PARAMETER),)
            out.extend(part for part in known if isinstance(part, One | Many))
        else:
            out.append(element)
    return out
