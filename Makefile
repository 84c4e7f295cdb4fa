# make run     start the program; the first time makes an environment in .venv
# make test    everything that must hold before a change is accepted
#
# Variables: PYTHON=python3.12 chooses the interpreter, ARGS="..." goes to the program or to pytest.

PY := .venv/bin/python
CODE := engine content app main.py
ARGS :=

# Another Python's settings must not leak into this environment.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help run test check-fast format env env-dev clean

help:
	@echo "make run         start Unrolled"
	@echo "make test        style, types, import arrows, shipped banks, tests"
	@echo "make check-fast  the same without banks and tests"
	@echo "make format      let ruff lay out the code"
	@echo "make clean       remove what the tools left behind, and the environment"

env:
	@sh packaging/environment.sh run

env-dev:
	@sh packaging/environment.sh dev

run: env
	@$(PY) main.py $(ARGS)

check-fast: env-dev
	@echo "== style (ruff check)"
	@$(PY) -m ruff check --quiet .
	@echo "== layout (ruff format)"
	@$(PY) -m ruff format --quiet --check . || { echo "run: make format"; exit 1; }
	@echo "== types (mypy)"
	@$(PY) -m mypy --no-error-summary $(CODE)
	@echo "== import arrows (import-linter)"
	@said=$$(.venv/bin/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }

test: check-fast
	@echo "== system libraries"
	@QT_QPA_PLATFORM=offscreen $(PY) -m app.system_check
	@echo "== shipped banks (content check)"
	@$(PY) -m content check --seconds 5 content/banks
	@echo "== tests (pytest)"
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

format: env-dev
	@$(PY) -m ruff check --quiet --fix . || true
	@$(PY) -m ruff format .

clean:
	@echo "removing .venv, caches and builds"
	@rm -rf .venv build dist app/prebuilt .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
