"""Search by the beginnings of words, with nothing but what every PostgreSQL brings along."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func, Q, QuerySet, Value
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


def first_found(lookups: Sequence[QuerySet[Any]], *, most: int) -> tuple[int, list[int]]:
    """Which of some lookups of ids is the first to find any, and what it found, at most so many; the last, if none is.

    One statement asks them all.
    """
    first, *others = (lookup.order_by().annotate(place=Value(n))[:most] for n, lookup in enumerate(lookups))
    found = list(first.union(*others, all=True))
    place = min((place for _, place in found), default=len(lookups) - 1)
    return place, [pk for pk, its_place in found if its_place == place]
