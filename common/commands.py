"""What every command owes its operator: one clear line for a mistake, and an exit status that scripts can trust."""

import os
import sys
from functools import partial
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from common import refusals
from common.errors import DomainError, InvalidInput

OK, FAILED, USAGE, DIFFERENT = 0, 1, 2, 3


class OperatorCommand(BaseCommand):
    """A command whose refusals are one line on stderr: 1 failed, 2 wrong usage, 3 differences found.

    Data goes to stdout; a reader that stops reading (`| head`) ends it quietly.
    """

    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it; `make lint` runs the checks

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if getattr(self, "_called_from_command_line", False):
            parser.error = partial(_usage_error, parser)  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        if sys.stdout is None and not options.get("stdout"):
            raise CommandError("Standard output is closed.", returncode=FAILED)
        try:
            output = super().execute(*args, **options)
            self.stdout.flush()  # a reader that has gone is noticed here, not when the interpreter ends
            return output
        except (DomainError, Error) as error:
            returncode = USAGE if isinstance(error, InvalidInput) else FAILED
            raise CommandError(refusals.in_a_line(error), returncode=returncode) from error
        except UnicodeEncodeError as error:
            raise CommandError("An argument is not text in UTF-8.", returncode=USAGE) from error
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(OK)
            raise CommandError(f"{error.filename or 'file'}: {error.strerror or error}", returncode=FAILED) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=130) from None


def _usage_error(parser: CommandParser, message: str) -> NoReturn:
    parser.exit(USAGE, f"{parser.prog}: {message}\n")
