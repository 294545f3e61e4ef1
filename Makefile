# A new machine needs Debian's python3 (3.11 or newer) with venv; everything else is set up from here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test bench fuzz lint types docs clean system

demo: $(STAMP)
	@$(BIN)/python -m simulators hall --demo

test: system $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n auto --dist loadgroup --cov --cov-report=term:skip-covered

bench: $(STAMP)
	@$(BIN)/python -m benchmarks

docs: $(STAMP)
	@$(BIN)/python -m gate.diagram > docs/journey.md
	@$(BIN)/python -m simulators screenshots --out docs/screens

# Debian packages the tests look for; skipped without root.
system:
	@sh .ci/system-packages

$(STAMP): pyproject.toml
	@sh .ci/environment $(PYTHON) $(VENV)
	@touch $(STAMP)

clean:
	rm -rf $(VENV) var build *.egg-info
