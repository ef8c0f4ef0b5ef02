"""How much of an uploaded file is taken in."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MOST_BYTES = 5_000_000


class Bounded(FileUploadHandler):
    """Leaves out a file that is too large, as it arrives: nothing of it is kept, and its form says that it lacks it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > MOST_BYTES:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None
