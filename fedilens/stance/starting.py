"""A new debate: a folder with a commented `debate.toml`, an empty `examples.jsonl`, and how to fill them in."""

import re
import tempfile
from importlib import resources
from pathlib import Path

from fedilens.errors import InputError
from fedilens.stance.debate import debates_folder

PLACEHOLDER = "NAME"
"""What stands in the template for the debate's name."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def write_debate(folder: Path) -> None:
    """Writes a new debate, named as its folder is. All of it or, if anything fails, nothing. Raises InputError."""
    name = folder.name
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name for a debate: take lower-case letters, digits, - and _, at most 40")
    if (debates_folder() / name).exists():
        raise InputError(f"a debate {name!r} ships with fedilens; choose another name")
    if folder.exists() or folder.is_symlink():
        raise InputError(f"{folder} is there already; choose another name")
    template = resources.files("fedilens.stance").joinpath("new_debate")
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
            made = Path(aside) / name
            made.mkdir()
            for file in template.iterdir():
                text = file.read_text(encoding="utf-8").replace(PLACEHOLDER, name)
                (made / file.name).write_text(text, encoding="utf-8")
            made.rename(folder)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
