# Everything a person runs. Needs Python 3.11 or newer and make, nothing else.
#   make run                     the clinic with demo data on http://localhost:5000   (PORT=8000, DEMO=0)
#   make demo PATIENTS=20000     a larger demo clinic
#   make test                    all tests              (DB=postgres, DB=mongo)
#   make services                MongoDB, PostgreSQL, Redis, Elasticsearch on loopback, to try them   (NODES=3)
#   make check                   what CI checks before the tests
#   make benchmark               how quick each database is   (PATIENTS=2000)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PATIENTS ?= 20000
SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run demo services benchmark test check fix docs requirements clean runtime development

# A variable given to make, such as DEMO=0, reaches the clinic; one that is not given stays unset.
ifdef PORT
export PORT
endif
ifdef DEMO
export DEMO
endif
ifdef DB
export DB
endif

run: runtime
	@exec $(BIN)/python manage.py serve

demo: runtime
	@exec $(BIN)/python manage.py demo --patients $(PATIENTS) $(if $(SEED),--seed $(SEED))

test: development
	@$(if $(filter mongo,$(DB)),$(BIN)/python -m scripts.services install)
	@exec $(BIN)/python -m pytest -n 2 $(PYTEST)

services: development
	@exec $(BIN)/python -m scripts.services

benchmark: PATIENTS = 2000
benchmark: development
	@exec $(BIN)/python -m scripts.benchmark --patients $(PATIENTS) $(BENCHMARK)

check: development
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/check.sh

fix: development
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .
	@$(BIN)/djlint --reformat --quiet templates || true
	@$(BIN)/djlint --reformat --quiet templates || true  # now and then the first pass leaves work for a second

docs: development
	@$(BIN)/python -m scripts.architecture
	@$(BIN)/python -m scripts.status_diagram
	@$(BIN)/python manage.py access_table > docs/access.md.new && mv docs/access.md.new docs/access.md
	@$(BIN)/python manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn

requirements: development
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --output-file requirements.txt requirements.in
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --output-file requirements-dev.txt requirements-dev.in
	@$(MAKE) --no-print-directory development

# The clinic's own data in var/ stays.
clean:
	@rm -rf $(VENV) .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime:
	@PYTHON="$(PYTHON)" sh scripts/install.sh requirements.txt

development:
	@PYTHON="$(PYTHON)" sh scripts/install.sh requirements.txt requirements-dev.txt
