"""Running the whole system on one machine: what `manage.py serve` starts, shows and looks after."""
