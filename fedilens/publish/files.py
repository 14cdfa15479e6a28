"""A folder that any web server can serve: the latest page, a dated archive with an index, and the feed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fedilens.errors import PublishError


@dataclass(frozen=True, slots=True)
class PublicFolder:
    """Files appear whole or not at all: each is written beside its place and then moved there."""

    path: Path

    def write(self, files: Mapping[str, bytes]) -> None:
        """Writes the files (paths below the folder). Raises PublishError."""
        for name, content in files.items():
            self._write(self.path / name, content)

    def read(self, name: str) -> str | None:
        """A file's text, if it is there. Raises PublishError."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise PublishError(f"cannot read {self.path / name}: {error}") from error

    def _make(self, folder: Path) -> None:
        """A folder that a web server may look into, whatever the service's umask says of all else."""
        for one in dict.fromkeys((self.path, folder)):
            if not one.exists():
                one.mkdir(parents=True)
                one.chmod(0o755)

    def _write(self, path: Path, content: bytes) -> None:
        draft = path.with_name(f".{path.name}.part")
        try:
            self._make(path.parent)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o644)
            draft.replace(path)
        except OSError as error:
            raise PublishError(f"cannot write {path}: {error.strerror}") from error
