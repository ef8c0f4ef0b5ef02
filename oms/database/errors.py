"""What can go wrong with the embedded server, in words for the one who started it."""


class ServerError(Exception):
    """The database server cannot be used; the text says why, and what to do, in one line."""
