"""Sending an answer to a browser or a program."""

from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse

from reporting.services import Answer
from reporting.writing import MEDIA_TYPES, write

MOST_IN_MEMORY = 1_000_000  # bytes; what is longer waits on disk


class Download(FileResponse):
    block_size = 65_536


def download(answer: Answer, format_name: str) -> Download:
    """The answer as a response in a format, written whole before its first byte is sent.

    Sent as it is read, a slow reader would hold the snapshot and its connection, and a failure on the way would look
    like the end. So it waits in a temporary file: memory is the same for any size, and its length is told before.
    """
    file: Any = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        write(answer, format_name, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{answer.question.report.name}.{format_name}"
    attached = format_name != "json"
    return Download(file, as_attachment=attached, filename=name, content_type=MEDIA_TYPES[format_name])
