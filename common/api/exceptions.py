"""What can be wrong with a request before it is about anything."""

from rest_framework import exceptions


class MalformedRequest(exceptions.ParseError):
    default_code = "malformed_request"


class UnknownParameter(exceptions.APIException):
    """The URL names a parameter that this address does not know."""

    status_code = 400
    default_code = "unknown_parameter"

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"Unknown parameter: {', '.join(names)}.")


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is larger than 1 MB."
