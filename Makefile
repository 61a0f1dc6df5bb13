# Thin names for the commands below; `.venv/bin/satudata --help` has the rest.
.PHONY: up down test bench lint words install install-dev servers
RUN = .venv/bin

up: install
	@$(RUN)/satudata up

down:
	@if [ -x $(RUN)/satudata ]; then $(RUN)/satudata down; fi

test: install-dev servers
	$(RUN)/pytest --numprocesses auto --dist loadfile

bench: install-dev
	$(RUN)/python -m bench.run

lint: install-dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

words: install-dev
	$(RUN)/python -m tools.words
	$(RUN)/pybabel --quiet compile --domain django --directory portal/locale

install:
	@tools/install.sh requirements.lock

install-dev:
	@tools/install.sh requirements-dev.lock

servers:
	@tools/servers.sh
