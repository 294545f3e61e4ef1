# A new machine needs Debian's python3 (3.11 or newer) with venv; everything else is set up from here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test bench fuzz docs clean system fonts

demo: fonts $(STAMP)
	@$(BIN)/python -m simulators hall --demo

test: system $(STAMP)
	@sh .ci/pcsc $(VENV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n auto --dist loadfile -m 'not hall' --cov --cov-report=
	@$(BIN)/python -m pytest -m hall --cov --cov-append --cov-report=term:skip-covered
	@$(BIN)/coverage report --include='passport_reader/*' --precision=2 --format=total --fail-under=95

bench: $(STAMP)
	@$(BIN)/python -m benchmarks

# A million damaged inputs for the passport reader and a million for the fingerprint codecs; what it finds stays in var/fuzz.
fuzz: $(STAMP)
	@$(BIN)/python -m tests.fuzz

docs: $(STAMP)
	@$(BIN)/python -m gate.diagram > docs/journey.md
	@$(BIN)/python -m examiner_console.web.people_text > docs/people.md
	@$(BIN)/python -m examiner_console.casework.hearing_diagram > docs/hearing-steps.md
	@$(BIN)/python -m tests.passport_matrix > docs/passport-matrix.md
	@$(BIN)/python -m simulators.finger_steps docs/fingerprints
	@$(BIN)/python -m benchmarks.fingers --plot docs/fingerprints/det.svg
	@mkdir -p docs/faces && $(BIN)/python -m benchmarks.face_accuracy --plot docs/faces/det.svg
	@$(BIN)/python -m simulators screenshots --out docs/screens

# Debian packages; without root what is missing is named and the rest goes on.
system:
	@sh .ci/system-packages

fonts:
	@sh .ci/system-packages demo

$(STAMP): pyproject.toml
	@sh .ci/environment $(PYTHON) $(VENV)
	@touch $(STAMP)

clean:
	rm -rf $(VENV) var build *.egg-info
