"""What is put into attributes, lists and dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lambda_iam_scan.analysis.core.state import State
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import ABSENT, NONE, DictObject, ListObject, Path, TupleValue, Unknown, Value, choices
from lambda_iam_scan.analysis.values.lattice import fewer_numbers, join, present
from lambda_iam_scan.analysis.values.strings import why
from lambda_iam_scan.model.text import Hole, Text

MAX_PATTERNS = 12
"""Keys of one dictionary that are known in part and told apart."""


class Stores(State):
    """Changes of what values hold: certain ones replace what was there, others add to it."""

    def update(self, store: dict[str, Value], name: str, value: Value, control: Path | None, *, sure: bool = True) -> None:
        """Set a variable of an object: replaced where the path is the same, else one more possibility."""
        sure = sure and self.fresh(control)
        old = store.get(name)
        if old is value:
            return
        hold(value)
        new = value if old is None or sure else fewer_numbers(join(old, value))
        if new != old:
            store[name] = new
            self.changed(control)

    def append(self, target: ListObject, value: Value) -> None:
        """Add an item: in order while the path is known, else to the rest."""
        if target.held:
            hold(value)
        if self.fresh(target.control) and target.rest is None and len(target.items) < 64:
            target.items.append(value)
            self.changed(target.control, held=target.held)
            return
        new = join(target.rest, value)
        if new != target.rest:
            target.rest = new
            self.changed(target.control, held=target.held)

    def extend(self, target: ListObject, items: ListObject | TupleValue) -> None:
        """Add items; those that may be there or not, perhaps."""
        for item in list(items.items):
            self.append(target, item)
        if isinstance(items, ListObject) and items.rest is not None:
            with self.perhaps():
                self.append(target, items.rest)

    def put(self, target: DictObject, key: Value, value: Value) -> None:
        """Set an entry."""
        names = dict_keys(key)
        if not names:
            self.put_somewhere(target, value)
        for name in names:
            if self._one_too_many(target, name):
                self.put_somewhere(target, value)
            else:
                self.set_entry(target, name, value, self.fresh(target.control) and len(names) == 1)

    def _one_too_many(self, target: DictObject, name: Text | object) -> bool:
        """Whether a key that is known in part would be one more than are told apart."""
        return _is_pattern(name) and name not in target.entries and sum(map(_is_pattern, target.entries)) >= MAX_PATTERNS

    def set_entry(self, target: DictObject, name: Text | object, value: Value, sure: bool) -> None:
        """Set an entry of known key. What it had before may remain where the change is not `sure`, or the value may be absent."""
        if target.held:
            hold(value)
        old = target.entries.get(name)
        new = value if sure and ABSENT not in choices(value) else join(ABSENT if old is None else old, present(value))
        if new != old:
            target.entries[name] = new
            self.changed(target.control, held=target.held)
        if target.owner is not None and isinstance(name, Text) and name.literal is not None:
            self.keep_attribute(target.owner, name.literal, present(value))

    def put_somewhere(self, target: DictObject, value: Value) -> None:
        """Set an entry whose key is not known: it may be any of those that are there, or another."""
        if target.held:
            hold(value)
        rest = join(target.rest, value)
        entries = {name: join(old, value) for name, old in target.entries.items()}
        if rest != target.rest or entries != target.entries:
            target.rest = rest
            target.entries.update(entries)
            self.changed(target.control, held=target.held)

    def merge_into(self, target: DictObject, value: Value) -> None:
        """`target.update(value)`."""
        given_dicts = [choice for choice in choices(value) if isinstance(choice, DictObject)]
        sure = self.fresh(target.control) and len(given_dicts) == len(choices(value))
        somewhere: list[Value] = []
        for key in dict.fromkeys(key for choice in given_dicts for key in choice.entries):
            item = join(*[choice.entries.get(key, ABSENT) for choice in given_dicts])
            if self._one_too_many(target, key):
                somewhere.append(present(item))
            else:
                self.set_entry(target, key, item, sure)
        for choice in choices(value):
            if isinstance(choice, DictObject) and choice.rest is not None:
                somewhere.append(choice.rest)
            elif choice != NONE and not isinstance(choice, DictObject):
                somewhere.append(Unknown(why(choice)))
        if somewhere:
            self.put_somewhere(target, join(*somewhere))

    def remove(self, target: DictObject, names: Iterable[Text | object]) -> None:
        """Take out one of these entries, or any when none is named."""
        wanted = tuple(names)
        known = [name for name in wanted if name in target.entries] if wanted else list(target.entries)
        if not known:
            return
        for name in known:
            if len(wanted) == 1 and self.fresh(target.control):
                del target.entries[name]
            else:
                target.entries[name] = join(target.entries[name], ABSENT)
        self.changed(target.control, held=target.held)

    def new_list(self, items: Iterable[Value] = (), rest: Value | None = None, kind: str = "list") -> ListObject:
        """A fresh list, set or the like."""
        return ListObject(list(items), rest, self.same_line(), kind)

    def new_dict(self, entries: Mapping[Text | object, Value] | None = None, rest: Value | None = None) -> DictObject:
        """A fresh dictionary."""
        return DictObject(dict(entries or {}), rest, self.same_line())

    def keep_attribute(self, owner: Value, name: str, new: Value) -> None:
        """Put an attribute into an object's own dictionary. Implemented by the part that knows objects."""
        raise NotImplementedError


def _is_pattern(name: Text | object) -> bool:
    return isinstance(name, Text) and any(isinstance(part, Hole) for part in name.parts)
