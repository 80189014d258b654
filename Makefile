# Everything runs in .venv, which the first `make` fills from the lock files.
PYTHON ?= python3
BIN := .venv/bin
CORE := .venv/core
STAMP := .venv/installed
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
PIP := $(BIN)/python -m pip --disable-pip-version-check

# The line in a lock after which stands what only development needs.
ADDED := \# What development adds.

PYTEST := $(BIN)/python -m pytest
# Minutes that `make fuzz` goes on.
MINUTES ?= 5

.PHONY: demo test quick fuzz lint benchmarks lock install clean
.DEFAULT_GOAL := demo

demo: $(CORE)
	$(BIN)/pontine demo instruction="put the red cube in the bowl" seed=3 report=run.json

# Two at a time; apart from the others what keeps real time, for an emulated arm, which needs half a core, is late when
# something that takes a whole one is beside it.
test: $(STAMP)
	@failed=0; \
	$(PYTEST) -n 2 --dist worksteal -m 'not realtime' || failed=1; \
	$(PYTEST) -n 2 --dist worksteal -m realtime || failed=1; \
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
	$(BIN)/pontine bench spots out=bench-spots.json
	$(BIN)/pontine bench skills out=bench-skills.json
	$(BIN)/pontine bench learning
	$(BIN)/pontine bench brain out=bench-brain.json
	$(BIN)/pontine bench arm out=bench-arm.json
	PONTINE_PLUGINS=tests/strangers/pontine_mug $(BIN)/python tests/strangers/mug_benchmark.py 100 > bench-mug.json
	$(BIN)/python -m tests.envs.foreign
	$(BIN)/python -m tests.planner.console.stops 200 > bench-stops.json

install: $(STAMP)

# torch comes from PyTorch's index of CPU builds where that can be reached, whose files no lock names; elsewhere from pip's
# own sources, with CUDA on Linux. Everything else must be a file that the locks know, or it is not installed.
$(CORE): requirements.lock requirements.nodeps.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Pontine needs Python 3.11 or newer (PYTHON=python3.12 make ... names another one)' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo 'this Python cannot make virtual environments: install its venv package (Debian: apt install python3-venv)' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@torch=$$(grep -o '^torch==[^ ]*' requirements.lock); \
	if $(BIN)/python -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' $(TORCH_INDEX)/torch/ 2>/dev/null; \
	then echo 'taking torch from $(TORCH_INDEX)'; $(PIP) install --no-deps --index-url $(TORCH_INDEX) $$torch; \
	else echo '$(TORCH_INDEX) cannot be reached: taking torch from where pip takes everything else'; \
		$(PIP) install $$torch; fi
	for lock in requirements.lock requirements.nodeps.lock; do \
		sed '/^$(ADDED)/,$$d' $$lock > .venv/$$lock && $(PIP) install --no-deps --require-hashes -r .venv/$$lock || exit; done
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# Packages in the second lock declare dependencies that Pontine does not use, one of them a long source build.
$(STAMP): $(CORE)
	for lock in requirements.lock requirements.nodeps.lock; do \
		$(PIP) install --no-deps --require-hashes -r $$lock || exit; done
	@touch $@

# Finds the newest versions that fit pyproject.toml, with torch and MuJoCo held where they are; uv knows the sums of all
# their files, those for other systems too.
lock: $(STAMP)
	test -x .venv/uv/bin/uv || { $(PYTHON) -m venv .venv/uv && .venv/uv/bin/pip install --quiet uv; }
	grep -oE '^(torch|mujoco)==[^ ]*' requirements.lock > .venv/held.txt
	$(PIP) install --dry-run --ignore-installed --quiet --report .venv/all.json -c .venv/held.txt -e '.[dev]'
	$(BIN)/python -c "$$PINS" .venv/all.json > .venv/all.in
	$(PIP) install --dry-run --ignore-installed --quiet --report .venv/core.json -c .venv/all.in -e . 'setuptools>=77' wheel
	$(BIN)/python -c "$$PINS" .venv/core.json > .venv/core.in
	grep -vxFf .venv/core.in .venv/all.in > .venv/added.in
	for part in core added; do .venv/uv/bin/uv pip compile .venv/$$part.in --generate-hashes --no-deps --no-header \
		--no-annotate --quiet -o .venv/$$part.out > /dev/null || exit; done
	{ sed '/^[^#]/,$$d' requirements.lock; cat .venv/core.out; echo '$(ADDED)'; cat .venv/added.out; } > .venv/new.lock
	mv .venv/new.lock requirements.lock

# What a report of pip's would install, without ourselves and without what comes with CUDA.
define PINS
import json, sys
found = {p["metadata"]["name"]: p["metadata"]["version"].split("+")[0] for p in json.load(open(sys.argv[1]))["install"]}
print(*sorted(f"{n}=={v}" for n, v in found.items() if not n.startswith(("pontine", "nvidia-", "cuda-", "triton"))), sep="\n")
endef
export PINS

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
