"""Sampling goal forms from a model that is being trained, and their log probabilities with gradients.

Both are under the constraint of `decode`: the policy is the model's distribution over the tokens that may come next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pontine.envs.scene import Scene
from pontine.planner.brain.decode import Constraint, Source, Vocabulary
from pontine.planner.language.form import Form
from pontine.planner.tuning.lora import autocast

MAX_TOKENS = 64
"""Longest form in tokens; a longer one counts as wrong."""


@dataclass(frozen=True)
class Rollout:
    """A sampled form: its tokens after the prompt, what was allowed at each, how often it was drawn, and its reward.
    `form` is None if it was too long."""

    prompt: tuple[int, ...]
    tokens: tuple[int, ...]
    allowed: tuple[tuple[int, ...], ...]
    form: Form | None
    count: int = 1
    reward: float = 0.0


@torch.no_grad()
def sample(
    model: Any, vocabulary: Vocabulary, instruction: str, scene: Scene, count: int, generator: torch.Generator
) -> list[Rollout]:
    """`count` forms of an instruction about a scene at temperature 1; equal ones are one rollout that says how often
    it was drawn."""
    from transformers import DynamicCache

    prompt = vocabulary.prompt(instruction)
    start = Constraint(Source.of(instruction, vocabulary, scene), vocabulary)
    cache = DynamicCache(config=model.config)
    causal = model.get_base_model()
    rows = [start] * count
    tokens: list[list[int]] = [[] for _ in rows]
    allowed: list[list[tuple[int, ...]]] = [[] for _ in rows]
    with autocast():
        hidden = causal.model(input_ids=torch.tensor([prompt]), past_key_values=cache, use_cache=True)
        last = hidden.last_hidden_state[:, -1].expand(count, -1)
        cache.batch_repeat_interleave(count)
        for _ in range(MAX_TOKENS):
            logits = causal.lm_head(last).float()
            for i, row in enumerate(rows):
                if row.finished:
                    continue
                options = row.allowed()
                chances = torch.softmax(logits[i, options], 0)
                token = options[int(torch.multinomial(chances, 1, generator=generator))]
                tokens[i].append(token)
                allowed[i].append(tuple(options))
                rows[i] = row.advance(token)
            if all(row.finished for row in rows):
                break
            # Rows that have ended are fed anything: nobody looks at them any more.
            fed = torch.tensor([[t[-1]] for t in tokens])
            last = causal.model(input_ids=fed, past_key_values=cache, use_cache=True).last_hidden_state[:, -1]
    drawn = Counter(tuple(t) for t in tokens)
    found = {}
    for row, taken, offered in zip(rows, tokens, allowed, strict=True):
        form = Form.from_symbols(row.symbols) if row.finished else None
        found[tuple(taken)] = Rollout(tuple(prompt), tuple(taken), tuple(offered), form, drawn[tuple(taken)])
    return list(found.values())


def hidden_states(model: Any, rollouts: Sequence[Rollout]) -> torch.Tensor:
    """The last hidden states from which the rollouts' tokens are predicted, one after another: (tokens, width)."""
    rows = [r.prompt + r.tokens for r in rollouts]
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    states = model.get_base_model().model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return torch.cat([states[i, len(r.prompt) - 1 : len(rows[i]) - 1] for i, r in enumerate(rollouts)])


def log_probabilities(model: Any, rollouts: Sequence[Rollout]) -> torch.Tensor:
    """Log probability of each of the rollouts' tokens among the allowed ones, one rollout after another: (tokens,)."""
    logits = model.get_base_model().lm_head(hidden_states(model, rollouts)).float()
    options = [options for r in rollouts for options in r.allowed]
    taken = [token for r in rollouts for token in r.tokens]
    return torch.stack(
        [
            logits[i, token] - torch.logsumexp(logits[i, list(allowed)], 0)
            for i, (token, allowed) in enumerate(zip(taken, options, strict=True))
        ]
    )
