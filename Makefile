# Shuke (熟客): `make run` starts it with demo data, `make test` runs every test.
# Needs Python 3.11 or newer and nothing else; PYTHON=/path/to/python names one yourself.

PYTHONS := python3.14 python3.13 python3.12 python3.11 python3
IN_VENV := .venv/bin/python

# Makes .venv from a lock file, or leaves it alone when the lock has not changed.
define install
@for python in $(PYTHON) $(PYTHONS); do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		exec "$$python" tools/make_venv.py $(1); \
	fi; \
done; \
echo 'Shuke needs Python 3.11 or newer: install it (Debian, Ubuntu: apt-get install python3 python3-venv) and try again.' >&2; \
exit 2
endef

.DEFAULT_GOAL := help
.PHONY: help run test soak lint types check format mutants races year birthdays bench lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

run:  ## start Shuke on port 8000 and the sandbox on 8001, with demo data
	$(call install,requirements.txt)
	@exec $(IN_VENV) -m tools.demo

test:  ## install what the tests need, then lint, types and every test (ARGS='-k points' narrows pytest)
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tools.prepare_tests
	@$(MAKE) --no-print-directory lint types
	@$(IN_VENV) -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadgroup $(ARGS)

soak:  ## play the model of the shop for HOURS=1 (MINUTES=5, SEED=n once more, DATABASE=sqlite)
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tests.model.soak

lint:  ## what ruff says of style and format
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .

types:  ## what mypy says, strictly
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m mypy

check: lint types  ## lint, types and the guards of the tree: fast, no server needed
	@$(IN_VENV) -m pytest -q tests/test_architecture.py tests/test_sizes.py tests/test_repository.py

format:  ## let ruff write the format and fix what it safely can
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m ruff format .
	@$(IN_VENV) -m ruff check --fix .

mutants:  ## take away one guard after the other: a test has to notice each (ARGS='"NAME"' for one)
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tools.prepare_tests
	@$(IN_VENV) -m tools.mutants $(ARGS)

races:  ## a hundred clients after what only some can have, on both databases (ROUNDS=1000)
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tests.faults.races $(ARGS)

year:  ## eight schedulers through a simulated year, killed at random (ARGS='--days 60 --kills 20 --seed 7')
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tests.faults.year $(ARGS)

birthdays:  ## greet ten thousand members from 1990 to 2050 (ARGS='--members 1086 --database postgres')
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tests.faults.birthdays $(ARGS)

bench:  ## claims a second beside pgbench, then verifying a million entries
	$(call install,requirements-dev.txt)
	@$(IN_VENV) -m tools.prepare_tests
	@$(IN_VENV) -m benchmarks.claims
	@$(IN_VENV) -m benchmarks.verify_million

# The lock is universal: one file for every system and every Python from 3.11. It names no index.
# Versions stay as they are unless UPGRADE=--upgrade or UPGRADE='--upgrade-package aiohttp' is given.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(UPGRADE)

lock:  ## write requirements.txt and requirements-dev.txt anew from the .in files
	@command -v uv >/dev/null || { echo 'make lock needs uv: pip install uv' >&2; exit 2; }
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove .venv and caches; data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
