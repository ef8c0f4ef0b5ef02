"""Fields find their columns, and a map that makes no sense is refused in one line."""

import pytest

from common.imports.fields import Field, Layout, WrongMap
from common.imports.values import Rejected, text

HEADER = ["Number", "Name", "Town", "email", "Twice", "Twice"]
FIELDS = (
    Field("email", text(), required=True, aliases=("customer_email",)),
    Field("name", text(), otherwise=""),
    Field("title", text(), like="name", otherwise=""),
)
ROW = ["7", " Ada ", "", "ada@example.com", "a", "b"]


def values(*maps: str) -> list[str]:
    return Layout(FIELDS, HEADER, maps).values(ROW)


def test_a_field_without_a_map_takes_the_column_of_its_name() -> None:
    assert values() == ["ada@example.com", "", ""]


def test_a_map_takes_a_column_and_a_field_may_follow_another() -> None:
    assert values("name=Name") == ["ada@example.com", "Ada", "Ada"]


def test_a_field_has_other_names() -> None:
    assert values("customer_email=Name")[0] == "Ada"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{Number}@import.invalid", "7@import.invalid"),
        ("{Name} no. {Number}", "Ada no. 7"),
        ("{Number}-{Town}", ""),
        ("{Town}@import.invalid", ""),
    ],
)
def test_a_template_is_filled_and_is_empty_when_one_of_its_columns_is(template: str, expected: str) -> None:
    assert values(f"email={template}")[0] == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mail=Name", "There is no field 'mail'. Fields: email, name, title."),
        ("email=Nome", "There is no column 'Nome'. The file has: Number, Name, Town, email, Twice, Twice."),
        ("email={Nome}@x", "There is no column 'Nome'"),
        ("email={Name", "There is no column '{Name'"),
        ("email=", "There is no column ''"),
        ("email", "A map reads field=Column"),
        ("email=Twice", "more than one column 'Twice'"),
    ],
)
def test_says_what_is_wrong_with_a_map(text: str, complaint: str) -> None:
    with pytest.raises(WrongMap) as refusal:
        values(text)

    assert complaint in refusal.value.detail


def test_a_field_is_mapped_once() -> None:
    with pytest.raises(WrongMap, match="email is mapped twice"):
        values("email=Name", "customer_email=Town")


def test_names_the_missing_fields_and_what_there_is() -> None:
    with pytest.raises(WrongMap) as refusal:
        Layout(FIELDS, ["Number", "strange\nname"], [])

    assert refusal.value.detail == (
        "No column for email. The file has: Number, strange name. Fields: email, name, title."
    )


@pytest.mark.parametrize(("cells", "code"), [(ROW[:-1], "wrong_number_of_columns"), (None, "unreadable_row")])
def test_a_row_of_another_length_is_rejected(cells: list[str] | None, code: str) -> None:
    with pytest.raises(Rejected) as rejected:
        Layout(FIELDS, HEADER, []).values(cells)

    assert rejected.value.code == code
