"""Sending an answer to a browser or a program."""

from common.exports import files
from reporting.services import Answer
from reporting.writing import MEDIA_TYPES, write


def download(answer: Answer, format_name: str) -> files.Download:
    """The answer as a response in a format, written whole before its first byte is sent."""
    return files.download(
        lambda file: write(answer, format_name, file),
        name=f"{answer.question.report.name}.{format_name}",
        media_type=MEDIA_TYPES[format_name],
        attached=format_name != "json",
    )
