"""What is done in the background for customers: previews of imports that nobody wants any more are cleared away."""

from common.imports.previews import clearing
from customers.imports import IMPORTER

JOBS = (clearing(IMPORTER),)
