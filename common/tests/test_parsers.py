"""Bodies are read strictly: whatever two parsers might read in two ways is refused before anything is done."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from common import bodies
from common.api.exceptions import MalformedRequest, TooLarge
from common.api.parsers import StrictJSONParser

MEGABYTE = 1_000_000
DEEP = 5_000


def parse(body: bytes) -> Any:
    return StrictJSONParser().parse(BytesIO(body))


MALFORMED = {
    "nested in lists": b"[" * DEEP + b"]" * DEEP,
    "nested in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "opened and never closed": b"[" * DEEP,
    "nested after a string full of brackets": b'["]]]]", ' + b"[" * 40 + b"]" * 40 + b"]",
    "NUL in a string": b'{"a": "x\\u0000y"}',
    "NUL in a name": b'{"a\\u0000": 1}',
    "raw NUL": b'{"a": "\x00"}',
    "lone high surrogate": b'{"a": "\\ud800"}',
    "lone low surrogate": b'{"a": ["\\udfff"]}',
    "surrogates in the wrong order": b'{"a": "\\ude00\\ud83d"}',
    "lone surrogate in a name": b'{"\\ud800": 1}',
    "surrogate as UTF-8": b'{"a": "\xed\xa0\x80"}',
    "a name twice": b'{"a": 1, "a": 2}',
    "a name twice, once escaped": b'{"a": 1, "\\u0061": 2}',
    "a name twice deep inside": b'{"a": [{"b": 1, "b": 1}]}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b'{"a": -Infinity}',
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "latin-1": b'{"a": "caf\xe9"}',
    "an overlong encoding": b'{"a": "\xc0\xaf"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "nothing but space": b"  ",
    "something after it": b'{"a": 1} x',
    "two of them": b'{"a": 1}{"a": 1}',
    "cut off": b'{"a": ',
    "single quotes": b"{'a': 1}",
    "a trailing comma": b'{"a": 1,}',
    "a comment": b'{"a": 1} // one',
    "a raw line break in a string": b'{"a": "x\ny"}',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_refuses(name: str) -> None:
    with pytest.raises(MalformedRequest):
        parse(MALFORMED[name])


def test_reads_what_is_plain_json() -> None:
    deep_enough = "[" * 32 + "]" * 32

    assert parse(b'{"a": [1, 2.5, true, null, "\\ud83d\\ude00 [[["]}') == {"a": [1, 2.5, True, None, "😀 [[["]}
    assert parse(deep_enough.encode()) is not None
    assert parse(b'{"a": ' + b"1" + b"0" * 400 + b"}") == {"a": 10**400}


def test_brackets_inside_strings_are_not_nesting() -> None:
    assert parse(b'["' + b"[{" * DEEP + b'", "\\"' + b"[" * DEEP + b'"]') == ["[{" * DEEP, '"' + "[" * DEEP]


def test_reads_a_megabyte_and_not_a_byte_more() -> None:
    padding = b" " * (MEGABYTE - 2)

    assert parse(b"{}" + padding) == {}
    with pytest.raises(TooLarge):
        parse(b"{}" + padding + b" ")


# Over the API


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.django_db
def test_the_api_answers_malformed(name: str, api: Client) -> None:
    answer = api.post("/api/v1/orders/", MALFORMED[name], content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"[]", b"[1]", b'"text"', b"1", b"true", b"null", b"0", b'""', b"1e400"])
def test_a_body_that_is_no_object_is_not_valid(body: bytes, api: Client) -> None:
    answer = api.post("/api/v1/orders/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


@pytest.mark.django_db
def test_a_compressed_body_is_not_read(api: Client) -> None:
    plain = b'{"email": "a@example.com", "first_name": "A", "last_name": "B"}'

    for coding, status in (("gzip", 415), ("identity", 201)):
        answer = api.post(
            "/api/v1/customers/", plain, content_type="application/json", headers={"Content-Encoding": coding}
        )
        assert answer.status_code == status, coding


@pytest.mark.django_db
def test_unknown_fields_are_told_with_the_other_faults(api: Client) -> None:
    body = {"email": "a@example.com", "first_name": 1, "vip": True}

    answer = api.post("/api/v1/customers/", body, content_type="application/json")

    faults = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert faults == {("/vip", "unknown_field"), ("/first_name", "invalid"), ("/last_name", "required")}


@pytest.mark.django_db
def test_an_absent_body_counts_as_an_empty_one(api: Client) -> None:
    answer = api.post("/api/v1/customers/", b"", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/email", "/first_name", "/last_name"}


@pytest.mark.django_db
def test_more_than_a_megabyte_is_too_large(api: Client) -> None:
    answer = api.post("/api/v1/orders/", b'{"note": "' + b"x" * MEGABYTE + b'"}', content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.django_db
def test_rubbish_is_not_answered_by_ten_times_as_much(api: Client) -> None:
    names = ",".join(f'"a{n}":1' for n in range(50_000))

    answer = api.patch("/api/v1/customers/1/", "{" + names + "}", content_type="application/json")

    assert len(answer.json()["errors"]) == 1_000


# Bodies in chunks


class Chunks:
    """A stream that hands out what arrived, never more than a few bytes at once."""

    def __init__(self, body: bytes) -> None:
        self.body = BytesIO(body)
        self.taken = 0

    def read(self, size: int) -> bytes:
        piece = self.body.read(min(size, 7))
        self.taken += len(piece)
        return piece


def received(body: bytes, limit: int, **environ: str) -> tuple[bytes, str | None, int]:
    """What an application gets of a body, its length as told, and how much was read beforehand."""
    seen: dict[str, Any] = {}
    stream = Chunks(body)

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ, taken=stream.taken)
        return []

    bodies.whole(application, limit=limit)({"wsgi.input": stream, **environ}, lambda *args: None)
    return seen["wsgi.input"].read(limit + 5), seen.get("CONTENT_LENGTH"), seen["taken"]


def test_a_body_in_chunks_is_read_whole() -> None:
    assert received(b'{"note": "all of it"}', 100, HTTP_TRANSFER_ENCODING="chunked") == (
        b'{"note": "all of it"}', "21", 21,
    )  # fmt: skip


def test_a_body_in_chunks_is_not_read_far_beyond_the_limit() -> None:
    body, length, taken = received(b"x" * 1_000, 100, HTTP_TRANSFER_ENCODING="Chunked")

    assert (len(body), length, taken) == (101, "101", 101)


def test_a_body_with_its_length_is_left_alone() -> None:
    assert received(b"12345", 100, CONTENT_LENGTH="5")[1:] == ("5", 0)
