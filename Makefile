# Two commands, each doing all its own set-up:
#
#   make demo   plans the week of a sales team and leaves the pictures in demo-out/
#   make test   everything that must hold: style, types, floors, tests
#
# They need make and Python 3.11 or newer, nothing else; PYTHON=python3.12 picks another one.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUT    := demo-out

.DEFAULT_GOAL := help
.PHONY: help demo test clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -6

demo: $(VENV)/.demo
	@sh docs/demo.sh $(BIN)/crmrules $(OUT)

# All checks run, so that one answer names everything that is wrong.
test: $(VENV)/.test
	@failed=; \
	for check in "ruff check ." "ruff format --check ." "mypy" "lint-imports --no-cache" "python -m pytest"; do \
	  echo "== $$check"; $(BIN)/$$check || failed="$$failed; $$check"; \
	done; \
	[ -z "$$failed" ] || { echo "failed$$failed" | sed 's/;/:/'; exit 1; }

# A stamp is renewed when what is installed changes, so that a second run starts at once.
$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	@echo "installing crmrules into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[state,calendars]'
	@touch $@

$(VENV)/.test: pyproject.toml $(wildcard plugins/*/pyproject.toml) | $(VENV)/bin/python
	@echo "installing crmrules and what its tests need into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' \
	  $(foreach plugin,$(wildcard plugins/*/pyproject.toml),-e $(dir $(plugin)))
	@touch $@ $(VENV)/.demo

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; crmrules needs Python 3.11 or newer (make PYTHON=…)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), crmrules needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

clean:
	rm -rf $(VENV) $(OUT)
