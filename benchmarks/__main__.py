"""`python -m benchmarks`: measures what placing an order costs and prints one table."""

import os
import runpy
import sys
from pathlib import Path

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"

# Through manage.py, which sees to it that the database server is there.
os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
sys.argv[:1] = [str(MANAGE), "measure_placing"]
runpy.run_path(str(MANAGE), run_name="__main__")
