"""Files that appear whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to be written, which takes its name only when the block has ended well and it is on disk.

    Whatever fails before, a full disk included, a file that had the name stays as it was.
    Raises OSError with the name of the file.
    """
    target = path.resolve()  # a link keeps pointing where it does
    if target.exists() and not target.is_file():
        raise OSError(None, "is not an ordinary file and cannot be replaced", str(path))
    draft = target.with_name(f".{uuid.uuid4().hex}.draft")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            draft.unlink()
