"""`python -m benchmarks [placing | acts | importing | replay | generate | reading | pages | reports]`, or `placing`.

`generate` makes the large database that `reading`, `pages` and `reports` read; the others measure in one of their own.
"""

import os
import runpy
import sys
from pathlib import Path

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
OWN, LARGE = "benchmarks.settings", "benchmarks.large_settings"
COMMANDS = {
    "placing": ("measure_placing", OWN),
    "acts": ("measure_acts", OWN),
    "importing": ("measure_importing", OWN),
    "replay": ("measure_replay", OWN),
    "generate": ("generate_large", LARGE),
    "reading": ("measure_reading", LARGE),
    "pages": ("measure_pages", LARGE),
    "reports": ("measure_reports", LARGE),
}

arguments = sys.argv[1:]
name = arguments.pop(0) if arguments[:1] and arguments[0] in COMMANDS else "placing"
command, settings = COMMANDS[name]

# Through manage.py, which sees to it that the database server is there.
os.environ["DJANGO_SETTINGS_MODULE"] = settings
sys.argv = [str(MANAGE), command, *arguments]
runpy.run_path(str(MANAGE), run_name="__main__")
