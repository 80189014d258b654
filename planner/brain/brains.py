"""The brains that come with Pontine; each is imported when it is loaded."""

from __future__ import annotations

from pontine.planner.brain import BRAINS, Brain, BrainKind


def _embedded(adapter: str | None = None) -> Brain:
    from pontine.planner.brain.embedded_brain import EmbeddedBrain

    return EmbeddedBrain.load(adapter)


def _transformers(model: str) -> Brain:
    from pontine.planner.brain.transformers_brain import CausalBrain

    return CausalBrain.load(model)


def _endpoint(url: str, model: str) -> Brain:
    from pontine.planner.brain.endpoint import EndpointBrain

    return EndpointBrain(url, model)


BRAINS.register(BrainKind("embedded", _embedded, takes=("adapter",)))
BRAINS.register(BrainKind("transformers", _transformers, needs=("model",)))
BRAINS.register(BrainKind("endpoint", _endpoint, needs=("url", "model")))
