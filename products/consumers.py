"""What is done in the background for products: previews of imports that nobody wants any more are cleared away."""

from common.imports.previews import clearing
from products.imports import IMPORTER

JOBS = (clearing(IMPORTER),)
