# Two commands on a fresh Debian 12 (git, make, Python 3.11): `make demo`, `make test`. infra/README.md says what they do.

PORT ?= 8000
ARGS ?=

# The first of these that is a Python this project runs on.
PYTHON := $(shell for p in python3.11 python3 python3.12; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' >/dev/null 2>&1 && echo $$p && break; done)
MACHINE = $(if $(PYTHON),$(PYTHON) -m infra.machine,$(error 需要 Python 3.11 或 3.12 (apt-get install python3). Python 3.11 or 3.12 is needed))
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo stop clean test bench gallery check

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup: ## install everything both commands need, where it is missing
	@$(MACHINE) setup --tests

demo: ## set up, start and load the demonstration; PORT=8000
	@$(MACHINE) demo --port $(PORT)

stop: ## stop everything `make demo` started
	@$(MACHINE) stop

clean: ## stop, then remove .local, .venv and the private servers' data
	@$(MACHINE) clean

# in the order of tests/conftest.py, longest files first; loadfile: the journeys of a file share a deployment (loadgroup of pytest-xdist 3.8 does nothing under pytest 9.2)
test: setup ## the whole suite with private servers of its own; ARGS='tests/core -k name'
	@$(MACHINE) with-servers -- $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: setup ## ours against the peer, side by side: a table and .local/bench.json
	@$(MACHINE) with-servers -- $(BIN)/python -m tests.bench $(ARGS)

gallery: setup ## every page of every role as a picture, wide and narrow, into .local/gallery/
	@$(BIN)/python -m tests.gallery

check: setup ## format, lint, types, import directions, migrations, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	LIANXIN_DEV=1 $(BIN)/mypy platform tenants billing_free api
	$(BIN)/lint-imports
	LIANXIN_DEV=1 DJANGO_SETTINGS_MODULE=config.settings $(BIN)/django-admin makemigrations --check --dry-run --skip-checks
	for template in policy_templates/*/; do $(BIN)/lianxin policy check $$template || exit 2; done
