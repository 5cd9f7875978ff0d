# Everything starts here: `make demo` tries the bot, `make test` proves it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN    := .venv/bin
LOCK   := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
          --custom-compile-command "make lock" --quiet $(LOCK_OPTIONS)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check bench pictures periods font lock

help:  ## Show these targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1	\2/p' Makefile

demo: .venv/run.stamp  ## Try the bot in a browser, with no token and no server
	$(BIN)/liaison demo

test: .venv/dev.stamp  ## Run the whole suite
	$(BIN)/pytest

check: .venv/dev.stamp  ## Lint, format, types, import rules, commands of the README
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --quiet tests/test_readme_commands.py

bench: .venv/dev.stamp  ## Measure speed on this machine
	$(BIN)/python -m benchmarks

pictures: .venv/dev.stamp  ## Make the handbook's pictures anew
	$(BIN)/python -m docs.make_screenshots

periods: .venv/dev.stamp  ## Write docs/periods.md anew from the data
	$(BIN)/python -m docs.make_periods

font: .venv/dev.stamp  ## Cut the font of the pictures anew
	$(BIN)/python -m docs.make_font

lock: .venv/dev.stamp  ## Pin what pyproject.toml asks for (LOCK_OPTIONS=--upgrade for newer releases)
	$(LOCK) --all-extras --group dev --output-file requirements/dev.txt
	$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	$(LOCK) --group build --constraint requirements/dev.txt --extra postgresql \
	        --output-file requirements/postgresql.txt

.venv/%.stamp: requirements/%.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --require-hashes --requirement $<
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
