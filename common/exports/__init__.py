"""Tables as files: what the columns are, how their cells are written, and how a file is sent."""
