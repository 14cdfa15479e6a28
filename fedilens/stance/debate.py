"""A debate: a folder with `debate.toml` (targets, reasons, entities) and, if there are any, `examples.jsonl`."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from fedilens.errors import DebateError
from fedilens.types import Entity, Label

SIDES = (Label.FAVOR, Label.AGAINST)
CLASSES = (Label.FAVOR, Label.AGAINST, Label.NONE)
"""The order of the three probabilities everywhere."""
NONE = CLASSES.index(Label.NONE)
"""The last one's number: under it are the sides."""


@dataclass(frozen=True, slots=True)
class Reason:
    """An argument for (`side` favor) or against a target, in our own words."""

    side: Label
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """A proposition that people agree or disagree with; `favor` and `against` describe how that reads."""

    name: str
    statement: str
    favor: str = ""
    against: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Debate:
    """Who argues about what.

    `entities` maps surface forms to the things they name; `wanted` says how many examples of what there should be.
    """

    name: str
    title: str
    folder: Path
    hashtags: tuple[str, ...]
    targets: tuple[Target, ...]
    entities: Mapping[str, Entity]
    wanted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled post. A target that is in `labels` neither way is unknown.

    `cue` says what makes it hard (irony, negation …). `second_labels` are those of a second reader, who also named the
    sentence that shows each stance (`evidence`); where a third one decided against the writer, `first_labels` has
    what the writer had said.
    """

    id: str
    text: str
    labels: Mapping[str, Label]
    language: str = "en"
    split: str = "train"
    voice: str = ""
    cue: str = ""
    first_labels: Mapping[str, Label] | None = None
    second_labels: Mapping[str, Label] | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


def debates_folder() -> Path:
    """Where the debates that ship with fedilens lie."""
    return Path(str(resources.files("fedilens").joinpath("debates")))


def load_debate(name: str) -> Debate:
    """The debate in the folder `name`, or the one of that name that ships. Raises DebateError."""
    folder = Path(name) if (Path(name) / "debate.toml").is_file() else debates_folder() / name
    path = folder / "debate.toml"
    if not re.fullmatch(r"[\w.\-/\\: ]+", name) or not path.is_file():
        shipped = ", ".join(sorted(entry.parent.name for entry in debates_folder().glob("*/debate.toml")))
        raise DebateError(
            f"there is no debate {name!r}: it is no folder with a debate.toml, and those that ship are {shipped}"
        )
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DebateError(f"cannot read {path}: {error}") from error
    targets = tuple(_target(item, path) for item in _tables(raw, "targets", path))
    if not targets:
        raise DebateError(f"{path}: there is no [[targets]]")
    if len({target.name for target in targets}) < len(targets):
        raise DebateError(f"{path}: two targets have the same name")
    return Debate(
        name=_text(raw, "name", path),
        title=str(raw.get("title") or raw["name"]),
        folder=folder,
        hashtags=_hashtags(raw.get("hashtags", []), path),
        targets=targets,
        entities=_entities(_tables(raw, "entities", path), path),
        wanted=_wanted(raw.get("wanted", {}), path),
    )


def load_examples(debate: Debate) -> list[Example]:
    """The labelled posts of a debate; none where it has no examples.jsonl. Raises DebateError naming the line."""
    path = debate.folder / "examples.jsonl"
    if not path.is_file():
        return []
    names = [target.name for target in debate.targets]
    examples = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DebateError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                examples.append(example_from_json(json.loads(line), names))
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                raise DebateError(f"{path}, line {number}: {error}") from error
    return examples


def example_from_json(raw: Any, names: Sequence[str]) -> Example:
    """One line of examples.jsonl. Raises ValueError for labels or targets that do not exist."""
    rest = raw.get("rest") == "none"
    text = raw.get("text") or raw.get("content")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("it has neither text nor content")
    return Example(
        id=str(raw["id"]),
        text=text,
        labels=_labels(raw["labels"], names, rest=rest),
        language=str(raw.get("language", "en")),
        split=str(raw.get("split", "train")),
        voice=str(raw.get("voice", "")),
        cue=str(raw.get("cue", "")),
        first_labels=_labels(raw["first_labels"], names, rest=rest) if "first_labels" in raw else None,
        second_labels=_labels(raw["second_labels"], names, rest=rest) if "second_labels" in raw else None,
        evidence={str(target): str(sentence) for target, sentence in raw.get("evidence", {}).items()},
    )


def _labels(raw: Any, names: Sequence[str], *, rest: bool) -> dict[str, Label]:
    labels = {str(target): Label(label) for target, label in raw.items()}
    strangers = set(labels) - set(names)
    if strangers or Label.UNCLEAR in labels.values():
        raise ValueError(f"no such target or label: {min(strangers, default='unclear')!r}")
    return {name: labels.get(name, Label.NONE) for name in names} if rest else labels


def _wanted(raw: Any, path: Path) -> dict[str, int]:
    if not isinstance(raw, dict) or not all(isinstance(number, int) for number in raw.values()):
        raise DebateError(f"{path}: [wanted] holds names and whole numbers")
    return {str(name): number for name, number in raw.items()}


def _target(raw: Mapping[str, Any], path: Path) -> Target:
    reasons = []
    for item in _tables(raw, "reasons", path):
        if item.get("side") not in ("favor", "against"):
            raise DebateError(f"{path}: the side of a reason is favor or against")
        reasons.append(Reason(Label(item["side"]), _text(item, "text", path)))
    return Target(
        name=_text(raw, "name", path),
        statement=_text(raw, "statement", path),
        favor=str(raw.get("favor", "")),
        against=str(raw.get("against", "")),
        reasons=tuple(reasons),
    )


def _hashtags(raw: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise DebateError(f"{path}: hashtags must be a list")
    return tuple(str(tag).lstrip("#").lower() for tag in raw)


def _entities(raw: Sequence[Mapping[str, Any]], path: Path) -> dict[str, Entity]:
    """Surface forms, as written and in lower case, to the first of their names."""
    found: dict[str, Entity] = {}
    for item in raw:
        names = item.get("names")
        if not isinstance(names, list) or not names:
            raise DebateError(f"{path}: an entity has no names")
        entity = Entity(str(names[0]), _text(item, "label", path))
        for name in names:
            found[str(name)] = found[str(name).lower()] = entity
    return found


def _tables(raw: Mapping[str, Any], key: str, path: Path) -> list[Mapping[str, Any]]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DebateError(f"{path}: {key} must be written as [[{key}]]")
    return value


def _text(raw: Mapping[str, Any], key: str, path: Path) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DebateError(f"{path}: {key} is missing")
    return value
