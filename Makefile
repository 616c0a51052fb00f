# `make run` and `make test` need Python 3.11 (or newer) with its venv module, and nothing else.

# 3.11 first: the version that requirements.txt is tested with.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$python; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PACKAGES := kumon_site conversations scheduling leads billing_rules
CATALOGUE := kumon_site/locale/pt_BR/LC_MESSAGES/django
CHECK_TESTS ?= 1
# What a production server would have, so that `check --deploy` looks at that.
DEPLOYED := DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	ALLOWED_HOSTS=reception.example CSRF_TRUSTED_ORIGINS=https://reception.example \
	DATABASE_URL=postgresql://reception@database.example/reception \
	REDIS_URL=redis://redis.example/0 EVOLUTION_API_URL=https://evolution.example \
	EVOLUTION_API_KEY=key-of-the-gateway EVOLUTION_INSTANCE=unit \
	EVOLUTION_WEBHOOK_TOKEN=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(32))')

.PHONY: run test check bench soak static requirements messages pictures installed installed-dev

run: installed
	@exec $(BIN)/python manage.py up

test: installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests .  # the longest first

check: static
	@if [ "$(CHECK_TESTS)" != 0 ]; then $(MAKE) test; fi

# `makemigrations --check` needs a database and is therefore in tests/test_migrations.py.
static: installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy $(PACKAGES)
	$(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/djlint --lint --quiet templates

# Ten minutes; `.venv/bin/python -m benchmarks --help` names the parts.
bench: installed-dev
	$(BIN)/python -m benchmarks

# The product under fire for MINUTES; the same SEED makes the same plan (docs/reliability.md).
soak: installed-dev
	$(BIN)/python -m tests.faults --seed $(or $(SEED),1) --minutes $(or $(MINUTES),10)

# Pins every library, with hashes, for every platform.
requirements: installed-dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		requirements-dev.in --output-file requirements-dev.txt

# Django reads the .mo; it is committed, so that nobody needs GNU gettext to run.
messages: installed-dev
	$(BIN)/python -c "import polib; polib.pofile('$(CATALOGUE).po').save_as_mofile('$(CATALOGUE).mo')"

installed: $(BIN)/python
	@cmp -s requirements.txt .venv/installed.txt || { \
		echo "Installing what requirements.txt pins (a minute or two, once)…"; \
		$(PIP) -r requirements.txt && cp requirements.txt .venv/installed.txt; }

installed-dev: installed
	@cmp -s requirements-dev.txt .venv/installed-dev.txt || { \
		echo "Installing what requirements-dev.txt pins…"; \
		$(PIP) -r requirements-dev.txt && cp requirements-dev.txt .venv/installed-dev.txt; }

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer with its venv module is needed" \
		"(on Debian or Ubuntu: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

# The README's pictures, taken by the browser test that walks its tour.
pictures: installed-dev
	PICTURES=docs/pictures $(BIN)/python -m pytest tests/browser/test_tour.py
