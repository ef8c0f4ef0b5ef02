"""Search by the beginnings of words, with nothing but what every PostgreSQL brings along."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func, Q, Value
from django.db.models.functions import Concat

MOST_WORDS = 8


class Words(Func):
    """The words in some columns. Punctuation parts words: `ada` and `example` are found in ada@example.com.

    An index over the same columns, in the same order, serves the search.
    """

    template = "to_tsvector('simple', translate(%(expressions)s, '@.-_/+''', '       '))"
    output_field = SearchVectorField()

    def __init__(self, *columns: str) -> None:
        spaced = [part for column in columns for part in (column, Value(" "))]
        super().__init__(Concat(*spaced) if len(columns) > 1 else columns[0])


def begins(text: str) -> Q:
    """The condition that each word of the text begins one of the row's `words`; a text without words finds nothing."""
    words = re.findall(r"[^\W_]+", text)[:MOST_WORDS]
    if not words:
        return Q(pk__in=[])
    return Q(words=SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw"))
