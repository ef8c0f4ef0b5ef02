"""`python -m benchmarks [placing | importing | replay]`: measures and prints. Placing an order is the first choice."""

import os
import runpy
import sys
from pathlib import Path

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
NAMES = ("placing", "importing", "replay")

arguments = sys.argv[1:]
name = arguments.pop(0) if arguments[:1] and arguments[0] in NAMES else NAMES[0]

# Through manage.py, which sees to it that the database server is there.
os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
sys.argv = [str(MANAGE), f"measure_{name}", *arguments]
runpy.run_path(str(MANAGE), run_name="__main__")
