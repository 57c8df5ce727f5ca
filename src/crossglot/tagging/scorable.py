"""Whether gold sentences can be scored with a tagger: where there is nothing to find, 0.00 would be no score."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from crossglot.corpora.chunks import is_tag
from crossglot.corpora.sentences import TaggedSentence
from crossglot.errors import DataError, UsageError
from crossglot.tagging.labels import Labels, entity_types

SHOWN = 12
"""How many names a message lists at most."""


def check_types(types: Iterable[str]) -> list[str]:
    """Entity types that shall count, as a list.

    Raises:
        UsageError: for none, an empty name, or one twice.
    """
    names = [types] if isinstance(types, str) else list(types)
    if not names or not all(names):
        raise UsageError("an entity type without a name: name at least one, divided by single commas")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"the entity type {twice[0]} is named more than once")
    return names


def check_scorable(
    labels: Labels, gold: Sequence[TaggedSentence], types: Collection[str] | None = None, path: Path | str | None = None
) -> None:
    """Refuses gold sentences of which a tagger with these labels cannot get a single tag right.

    Args:
        labels: what the tagger can predict.
        gold: the sentences.
        types: for `ner`, the entity types that count; None for all.
        path: the file that gold is from.

    Raises:
        DataError: if gold has no word, no entity (of these types), or none of the tags that the tagger knows.
        UsageError: for types where there are no entities, or one that neither gold nor the tagger has.
    """
    found = {tag for sentence in gold for tag in sentence.tags}
    if not found:
        raise DataError("has no word to score" if path else "gold has no word to score", path=path)
    if labels.task == "ner":
        _check_entities(labels, found, types, path)
        return
    if types is not None:
        raise UsageError(
            f"entity types ({names_in_short(types)}) are for taggers of entities; this one's task is {labels.task}"
        )
    if not found & set(labels.names):
        what = (
            f"none of gold's tags ({names_in_short(found)}) is a label of this tagger ({names_in_short(labels.names)})"
        )
        raise DataError(what, path=path, remedy="Is this the right tagger, and the right column of tags?")


def unknown_share(
    labels: Labels, gold: Sequence[TaggedSentence], types: Collection[str] | None = None
) -> tuple[int, list[str]]:
    """How many of gold's words (entities, for `ner`) have a tag (type) that the tagger cannot predict, and which."""
    if labels.task != "ner":
        tags = set(labels.names)
        strange = [tag for sentence in gold for tag in sentence.tags if tag not in tags]
        return len(strange), sorted(set(strange))
    known = set(entity_types(labels.names))
    begun = [tag[2:] for sentence in gold for tag in sentence.tags if tag.startswith("B-")]
    strange = [name for name in begun if name not in known and (types is None or name in types)]
    return len(strange), sorted(set(strange))


def _check_entities(labels: Labels, tags: set[str], types: Collection[str] | None, path: Path | str | None) -> None:
    if not all(map(is_tag, tags)):
        what = (
            f"gold's tags ({names_in_short(tag for tag in tags if not is_tag(tag))}) are none of entities, as B-PER is"
        )
        raise DataError(what, path=path, remedy="Is this the right tagger, and the right column of tags?")
    has, knows = entity_types(tags), entity_types(labels.names)
    if not has:
        raise DataError("gold has no entity: there is nothing to score", path=path, remedy="Every tag in it is O.")
    there = f"gold has {names_in_short(has)}"
    if types is not None and (strange := [name for name in types if name not in (*has, *knows)]):
        where = "" if path is None else f"{path}: "
        raise UsageError(f"{where}no entity type {strange[0]!r}: {there}; the tagger knows {names_in_short(knows)}")
    wanted = [name for name in has if types is None or name in types]
    if not wanted:
        raise DataError(
            f"gold has no entity of type {names_in_short(types or ())}",
            path=path,
            remedy=f"Its types: {names_in_short(has)}.",
        )
    if not set(wanted) & set(knows):
        known = names_in_short(knows)
        what = f"none of gold's entity types ({names_in_short(wanted)}) is one that this tagger knows ({known})"
        raise DataError(what, path=path, remedy="Rename them in one of the two, or take another tagger.")


def names_in_short(names: Iterable[str]) -> str:
    """Names as a message lists them: sorted, and not all of very many."""
    listed = sorted(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(map(str, listed[:SHOWN])) + more
