"""Tables that are uploaded: CSV as spreadsheets save it, plain or gzipped."""

import gzip
import zlib
from io import BytesIO
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from common.imports.sources import GZIP, Source, UnreadableFile
from common.uploads import MOST_BYTES

MOST_UNPACKED = 20_000_000
DELIMITERS = ",;\t"
LIMIT = f"{MOST_BYTES // 1_000_000} MB"


class TableField(forms.FileField):
    """A file of comma-separated values, read into a Source; semicolons and tabulators are understood, too."""

    widget = forms.FileInput(attrs={"accept": ".csv,.txt,.gz,text/csv"})
    default_error_messages: ClassVar = {
        "required": f"No file has arrived. A file may have {LIMIT}; larger ones are imported by command.",
        "empty": "The file is empty.",
    }

    def clean(self, data: Any, initial: Any = None) -> Source:
        file = super().clean(data, initial)
        content = _unpacked(file.read())
        try:
            first, _, _ = content.decode("utf-8-sig").partition("\n")
        except UnicodeDecodeError:
            raise ValidationError("The file is not UTF-8 text. Save it as “CSV UTF-8”.") from None
        try:
            delimiter = max(DELIMITERS, key=first.count)
            return Source(BytesIO(content), name=file.name, encoding="utf-8-sig", delimiter=delimiter)
        except UnreadableFile as error:
            raise ValidationError(error.detail) from error


def _unpacked(content: bytes) -> bytes:
    """A few bytes of gzip can be very many when unpacked: no more of them are made than a table may have."""
    if not content.startswith(GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as stream:
            plain = stream.read(MOST_UNPACKED + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ValidationError("The gzip data are damaged.") from None
    if len(plain) > MOST_UNPACKED:
        raise ValidationError(f"Unpacked it has more than {MOST_UNPACKED // 1_000_000} MB: import it by command.")
    return plain
