"""The embedded brain: SmolLM2-135M with a LoRA adapter, decoding goal forms under the constraint."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.brain.coverage import unspoken
from pontine.planner.brain.decode import Constraint, Source, Vocabulary
from pontine.planner.brain.form import Form
from pontine.planner.brain.grounder import ground
from pontine.planner.brain.safety import harmful
from pontine.planner.brain.units import is_chinese
from pontine.planner.brain.weights import base_model
from pontine.planner.brain.wording import word
from pontine.planner.reading import Reading, question, refusal

SHIPPED = Path(__file__).parent / "adapter"
MAX_PROMPT = 512
"""Longest instruction in tokens; what is longer is no instruction to a robot arm."""

DRAFT = 6
"""Tokens of a copied phrase that are guessed ahead and checked in one pass."""


@dataclass
class EmbeddedBrain:
    """Reads instructions with a language model in this process. Make one with `load`."""

    model: Any
    vocabulary: Vocabulary

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
        except (OSError, SafetensorError, ValueError) as error:
            raise PontineError(
                f"the converted language model in {str(folder)!r} is damaged ({error}); "
                "delete that folder and start again"
            ) from None
        merge_adapter(model, Path(adapter) if adapter else SHIPPED)
        return cls(model.eval(), Vocabulary.of(tokenizer))

    def read(self, instruction: str, scene: Scene) -> Reading:
        """What the instruction asks for in the scene. Raises PontineError if it is empty or far too long."""
        if not instruction.strip():
            raise PontineError("the instruction is empty; say what the arm should do")
        form, confidence = self.write_form(instruction)
        chinese = is_chinese(instruction)
        reading = ground(form, scene, chinese)
        if reading.kind == "subgoals" and (dropped := unspoken(form, instruction, scene, reading.subgoals)) is not None:
            reading = question(word("leftover", chinese, dropped))
        if reading.reason != "unsafe" and harmful(instruction, scene):
            reading = refusal("unsafe", word("unsafe", chinese))
        return Reading(reading.kind, reading.subgoals, confidence, reading.text, reading.options, reading.reason)

    @torch.inference_mode()
    def write_form(self, instruction: str) -> tuple[Form, float]:
        """The most likely goal form, taken greedily, and its probability under the constraint."""
        prompt = self.vocabulary.prompt(instruction)
        if len(prompt) > MAX_PROMPT:
            raise PontineError(f"the instruction is too long: {len(prompt)} tokens, at most {MAX_PROMPT}")
        constraint = Constraint(Source.of(instruction, self.vocabulary), self.vocabulary)
        from transformers import DynamicCache

        cache = DynamicCache(config=self.model.config)
        feed, logprob = prompt, 0.0
        drafted: list[int] = []
        while True:
            ids = torch.tensor([feed + drafted])
            hidden = self.model.model(input_ids=ids, past_key_values=cache, use_cache=True).last_hidden_state[0]
            known = cache.get_seq_length() - len(drafted)
            feed = []
            for i in range(len(drafted) + 1):
                token, gain = self._choose(constraint, hidden[hidden.shape[0] - len(drafted) - 1 + i])
                logprob += gain
                constraint = constraint.advance(token)
                if constraint.finished:
                    return Form.from_symbols(constraint.symbols), math.exp(logprob)
                if i < len(drafted) and token == drafted[i]:
                    known += 1
                    continue
                feed = [token]
                break
            if surplus := cache.get_seq_length() - known:
                cache.crop(-surplus)
            drafted = _draft(constraint)

    def _choose(self, constraint: Constraint, hidden: torch.Tensor) -> tuple[int, float]:
        """The most likely allowed token and its log probability among the allowed ones."""
        allowed = constraint.allowed()
        if len(allowed) == 1:
            return allowed[0], 0.0
        logits = self.model.lm_head.weight[allowed] @ hidden
        best = int(logits.argmax())
        return allowed[best], float(torch.log_softmax(logits, 0)[best])


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


def merge_adapter(model: Any, folder: Path) -> None:
    """Add a LoRA adapter into the weights, which costs nothing at run time.

    Raises PontineError if the adapter is missing, cut short or made for another model.
    """
    try:
        card = json.loads((folder / "adapter.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "adapter.safetensors")
        scale = card["alpha"] / card["rank"]
        modules = dict(model.named_modules())
        for name in sorted(n.removesuffix(".lora_A") for n in tensors if n.endswith(".lora_A")):
            down, up = tensors[f"{name}.lora_A"].float(), tensors[f"{name}.lora_B"].float()
            modules[name].weight.data += scale * (up @ down)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise PontineError(f"the adapter in {str(folder)!r} cannot be used: {str(error).splitlines()[0]}") from None
