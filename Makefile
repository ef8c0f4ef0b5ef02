# Needs Python 3.11 or newer and make, nothing else. PYTHON chooses the interpreter, PORT and HOST where the server
# listens, ARGS goes to the tests and to the benchmark as it is.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
ARGS ?=

# The tests start a few hundred processes; without its bytecode each would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
SERVER := $(VENV)/requirements.installed
TOOLS := $(VENV)/requirements-dev.installed

.PHONY: help run test test-browser lint openapi fmt bench
help:
	@echo "make run           a running shop: database, demo data, web server and worker (PORT=8000)"
	@echo "make test          the tests (ARGS=oms/tests: some of them)"
	@echo "make test-browser  what staff do all day, in Chromium"
	@echo "make lint          format, types, who imports whom, Django's checks, missing migrations, the OpenAPI document"
	@echo "make openapi       renews docs/openapi.json from the code"
	@echo "make fmt           formats and mends what can be mended"
	@echo "make bench         what placing an order costs, beside a floor and a baseline; see docs/benchmarks.md"

run: $(SERVER)
	@exec $(BIN)/python manage.py serve --demo --host "$(HOST)" --port "$(PORT)"

test: $(TOOLS)
	$(BIN)/python -m pytest $(ARGS)

# Debian's package, where there is none and we may install it.
test-browser: $(TOOLS)
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null
	OMS_BROWSER_TESTS=1 $(BIN)/python -m pytest -n 0 oms/tests/browser $(ARGS)

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py spectacular $(DOCUMENT) --file $(VENV)/openapi.json
	@cmp -s $(VENV)/openapi.json docs/openapi.json || \
		{ echo "docs/openapi.json is not that of the code: run 'make openapi' and commit it." >&2; exit 1; }
	$(BIN)/python -W "ignore:Got an error checking:RuntimeWarning" manage.py makemigrations --check --dry-run

DOCUMENT := --validate --fail-on-warn --format openapi-json
openapi: $(TOOLS)
	$(BIN)/python manage.py spectacular $(DOCUMENT) --file docs/openapi.json

fmt: $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TOOLS)
	$(BIN)/python -m benchmarks $(ARGS)

# Two calls beside each other install one after the other; one that was killed is taken up again.
LOCKED := $(PYTHON) -c 'import fcntl, subprocess, sys; \
	sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; set PYTHON to one."); \
	lock = open(".venv.lock", "w"); fcntl.flock(lock, fcntl.LOCK_EX); sys.exit(subprocess.call(sys.argv[1:]))'
INSTALL = $(LOCKED) sh -ec '$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV); \
	echo "Installing $< ..." >&2; $(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<; touch $@'

$(SERVER): requirements.txt
	@$(INSTALL)

$(TOOLS): requirements-dev.txt requirements.txt
	@$(INSTALL)
