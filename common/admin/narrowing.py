"""What narrows a list, in words above it, each with the address of the list without it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from common.admin.filters import FormFilter
from common.admin.tabs import TabFilter


class Narrowing(NamedTuple):
    words: str
    without: str


def narrowings_of(changelist: Any) -> Iterator[Narrowing]:
    """The filters that are on; the tab is seen as it is."""
    unsaid = dict(changelist.get_filters_params())
    for spec in changelist.filter_specs:
        names = [name for name in spec.expected_parameters() if name in unsaid]
        values = {name: unsaid.pop(name)[-1] for name in names}
        if not values or isinstance(spec, TabFilter):
            continue
        if isinstance(spec, FormFilter):
            typed = ((spec.form.fields[name].label, name, value) for name, value in values.items() if value)
            yield from (_narrowing(changelist, f"{label} {value}", name) for label, name, value in typed)
        else:
            chosen = next((choice["display"] for choice in spec.choices(changelist) if choice["selected"]), "")
            yield _narrowing(changelist, f"{spec.title}: {chosen}", *names)
    for name, values in unsaid.items():
        yield _narrowing(changelist, changelist.model_admin.condition_in_words(name, values[-1]), name)


def _narrowing(changelist: Any, words: str, *names: str) -> Narrowing:
    return Narrowing(words, changelist.get_query_string(remove=list(names)))
