"""The embedded brain: SmolLM2-135M with a LoRA adapter, decoding goal forms under the constraint."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer

from pontine.envs.errors import PontineError
from pontine.envs.io import json_text
from pontine.envs.io.plain_text import plain
from pontine.envs.scene import Scene
from pontine.planner.brain.decode import Constraint, Source, Vocabulary
from pontine.planner.brain.reader import FormBrain
from pontine.planner.brain.weights import base_model
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import LATER

SHIPPED = Path(__file__).parent / "adapter"
MAX_PROMPT = 512
"""Longest instruction in tokens; what is longer is no instruction to a robot arm."""

DRAFT = 6
"""Tokens of a copied phrase that are guessed ahead and checked in one pass."""


OTHERS = 3
"""Forms that are tried beside the most likely one, where nothing can be carried out of that one."""


@dataclass(frozen=True)
class Fork:
    """A place in a form where the second choice is taken: the tokens up to there, it included, and the log of their
    probability."""

    tokens: tuple[int, ...]
    logprob: float


@dataclass
class EmbeddedBrain(FormBrain):
    """Reads instructions with a language model in this process. Make one with `load`."""

    model: Any
    vocabulary: Vocabulary
    ask_below: float = 0.0

    @classmethod
    def load(cls, adapter: str | Path | None = None) -> EmbeddedBrain:
        """The brain with the shipped adapter, or the one in the folder `adapter`.

        Raises PontineError if the base model or the adapter cannot be read.
        """
        from transformers import LlamaForCausalLM
        from transformers.utils import logging

        folder = base_model()
        logging.disable_progress_bar()
        try:
            model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # noqa: BLE001 - tokenizers raises nothing narrower
            raise PontineError(
                f"the converted language model in {str(folder)!r} is damaged ({plain(error, longest=300)}); "
                "delete that folder and run again"
            ) from None
        unknown, ask_below = merge_adapter(model, Path(adapter) if adapter else SHIPPED)
        return cls(model.eval(), Vocabulary.of(tokenizer, without=unknown), ask_below)

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float]]:
        """The goal form that is written greedily with its probability under the constraint, then those that begin as
        it does and go on with its second choice, where that was closest.

        With a scene, what its things are called is copied whole or not at all.
        """
        source = Source.of(instruction, self.vocabulary, scene)
        form, chance, forks = self._write(instruction, source, Fork((), 0.0))
        yield form, chance
        for fork in sorted(forks, key=lambda f: -f.logprob)[:OTHERS]:
            yield self._write(instruction, source, fork)[:2]

    @torch.inference_mode()
    def _write(self, instruction: str, source: Source, start: Fork) -> tuple[Form, float, list[Fork]]:
        """The form that goes on greedily from `start`, its probability, and where it could have gone on otherwise."""
        constraint = Constraint(source, self.vocabulary)
        if (tokens := sum(map(len, source.tokens))) > MAX_PROMPT:
            raise PontineError(f"the instruction is too long: {tokens} tokens, at most {MAX_PROMPT}")
        cache, feed = self.begin(instruction)
        feed += start.tokens
        logprob, written, forks = start.logprob, start.tokens, []
        for token in start.tokens:
            constraint = constraint.advance(token)
        drafted: list[int] = []
        while True:
            score = self.scorer(feed + drafted, cache, len(drafted) + 1)
            known = cache.get_seq_length() - len(drafted)
            feed = []
            for i in range(len(drafted) + 1):
                (token, gain), *second = _choose(constraint, score, i)
                forks += [Fork((*written, other), logprob + chance) for other, chance in second]
                logprob, written = logprob + gain, (*written, token)
                constraint = constraint.advance(token)
                if constraint.finished:
                    return Form.from_symbols(constraint.symbols), math.exp(logprob), forks
                if i < len(drafted) and token == drafted[i]:
                    known += 1
                    continue
                feed = [token]
                break
            if surplus := cache.get_seq_length() - known:
                cache.crop(-surplus)
            drafted = _draft(constraint)

    def begin(self, instruction: str) -> tuple[Any, list[int]]:
        """An attention cache, and the tokens of the prompt that are not in it yet."""
        from transformers import DynamicCache

        return DynamicCache(config=self.model.config), self.vocabulary.prompt(instruction)

    def scorer(self, tokens: list[int], cache: Any, last: int) -> Callable[[int, list[int]], torch.Tensor]:
        """Run the model over `tokens`; gives the logits of chosen tokens after the i-th of the `last` ones."""
        hidden = self.model.model(
            input_ids=torch.tensor([tokens]), past_key_values=cache, use_cache=True
        ).last_hidden_state[0, -last:]
        # Only the rows that are asked for: the whole vocabulary would cost a fifth more.
        return lambda i, allowed: self.model.lm_head.weight[allowed] @ hidden[i]


def _choose(constraint: Constraint, score: Callable[[int, list[int]], torch.Tensor], i: int) -> list[tuple[int, float]]:
    """The most likely allowed token at the i-th place and the second, if there is one, each with its log probability
    among the allowed ones."""
    allowed = constraint.allowed()
    if len(allowed) == 1:
        return [(allowed[0], 0.0)]
    found = torch.log_softmax(score(i, allowed).float(), 0).topk(2)
    return [(allowed[k], gain) for gain, k in zip(found.values.tolist(), found.indices.tolist(), strict=True)]


def _draft(constraint: Constraint) -> list[int]:
    """Tokens that are likely to follow: forced ones, and the rest of a phrase being copied."""
    tokens: list[int] = []
    while len(tokens) < DRAFT and not constraint.finished:
        allowed = constraint.allowed()
        if len(allowed) == 1:
            token = allowed[0]
        else:
            onward = constraint.copied_next()
            if onward is None:
                break
            token = onward
        tokens.append(token)
        constraint = constraint.advance(token)
    return tokens


def merge_adapter(model: Any, folder: Path) -> tuple[set[str], float]:
    """Add a LoRA adapter into the weights, which costs nothing at run time.

    Returns what its card says: the verbs of the goal form that it was not taught, and the probability below which it
    asks. Raises PontineError if the adapter is missing, cut short, not of numbers or made for another model.
    """
    try:
        card = json_text.read(folder / "adapter.json", "its card")
        scale, ask_below = card["alpha"] / card["rank"], float(card.get("ask_below", 0.0))
        unknown = set(LATER) - set(card.get("keywords", ()))
        if not 0 <= ask_below <= 1:
            raise ValueError(f"its ask_below is {ask_below}, no probability")
        tensors = load_file(folder / "adapter.safetensors")
        modules = dict(model.named_modules())
        for name in sorted(n.removesuffix(".lora_A") for n in tensors if n.endswith(".lora_A")):
            down, up = tensors[f"{name}.lora_A"].float(), tensors[f"{name}.lora_B"].float()
            weight = modules[name].weight.data
            if (len(up), *down.shape[1:]) != weight.shape:
                raise ValueError(f"{name} is of another size")
            update = scale * (up @ down)
            if not math.isfinite(float(update.sum())):
                raise ValueError(f"{name} has numbers that are not finite")
            weight += update
        return unknown, ask_below
    except (PontineError, OSError, SafetensorError, LookupError, ValueError, TypeError, ArithmeticError,
            AttributeError, RuntimeError) as error:  # fmt: skip
        said = plain(error, longest=300) or type(error).__name__
        raise PontineError(f"the adapter in {str(folder)!r} cannot be used: {said}") from None
