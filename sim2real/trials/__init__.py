"""The emulated arm put to the test: faults, identification, scenes, timing."""
