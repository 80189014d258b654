"""`brain=transformers`: any causal language model, shown the goal form by examples and held to it token by token."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch

from pontine.envs.errors import PontineError
from pontine.envs.io.plain_text import plain
from pontine.planner.brain.decode import Vocabulary
from pontine.planner.brain.embedded_brain import EmbeddedBrain
from pontine.planner.brain.examples import EXAMPLES, RULES
from pontine.planner.language.segments import join_units, split_units


class _Tokens:
    """A transformers tokenizer with the face of a `tokenizers.Tokenizer`, which is all the constraint needs."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer

    def encode(self, text: str, add_special_tokens: bool = True) -> SimpleNamespace:
        return SimpleNamespace(ids=self.tokenizer.encode(text, add_special_tokens=add_special_tokens))


@dataclass
class CausalBrain(EmbeddedBrain):
    """Reads instructions with a causal language model that knows nothing of Pontine. Make one with `load`."""

    shown: list[int] = field(default_factory=list)
    primed: Any = None

    @classmethod
    def load(cls, adapter: Any = None) -> CausalBrain:
        """The brain with the model `adapter` names: a folder, or a name on the Hugging Face hub.

        Runs on a CUDA device if there is one. Raises PontineError if the model cannot be loaded or its tokenizer
        cannot spell goal forms.
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            # A stranger's model brings numbers: no code of its own, and no pickle that could hold some.
            tokenizer = AutoTokenizer.from_pretrained(adapter, trust_remote_code=False)
            model: Any = AutoModelForCausalLM.from_pretrained(
                adapter, dtype="auto", trust_remote_code=False, use_safetensors=True
            )
        except Exception as error:  # noqa: BLE001 - what damaged files make these libraries raise has no end
            why = plain(error, longest=300) or type(error).__name__
            raise PontineError(f"cannot load the model {adapter!r}: {why}") from None
        if not torch.cuda.is_available():
            # Half precision is emulated on most CPUs, and slower there than single precision.
            model = model.float()
        tokens = _Tokens(tokenizer)
        end = tuple(tokens.encode("\n", add_special_tokens=False).ids)
        try:
            vocabulary = Vocabulary.of(tokens, end=end[-1:])
        except ValueError as error:
            raise PontineError(f"the tokenizer of {adapter!r} cannot spell goal forms: {error}") from None
        told = "".join(f"Instruction:{_spaced(said)}\nForm: {form}\n\n" for said, form in EXAMPLES)
        shown = tokens.encode(f"{RULES}\n\n{told}Instruction:").ids
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(model.to(device).eval(), vocabulary, shown=list(shown))

    def begin(self, instruction: str) -> tuple[Any, list[int]]:
        """An attention cache that has the examples in it, and the tokens of the instruction."""
        from transformers import DynamicCache

        if self.primed is None:
            self.primed = DynamicCache(config=self.model.config)
            self._run(self.shown, self.primed, 1)
        encode = self.vocabulary.tokenizer.encode
        said = [t for unit in split_units(instruction) for t in self.vocabulary.unit(unit)]
        asked = encode("\nForm:", add_special_tokens=False).ids
        return copy.deepcopy(self.primed), [*said, *asked]

    def scorer(self, tokens: list[int], cache: Any, last: int) -> Callable[[int, list[int]], torch.Tensor]:
        """Run the model over `tokens`; gives the logits of chosen tokens after the i-th of the `last` ones."""
        logits = self._run(tokens, cache, last)
        return lambda i, allowed: logits[i, allowed]

    def _run(self, tokens: list[int], cache: Any, last: int) -> torch.Tensor:
        ids = torch.tensor([tokens], device=self.model.device)
        with torch.inference_mode():
            out = self.model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=last)
        return out.logits[0, -last:].float().cpu()


def _spaced(instruction: str) -> str:
    """An instruction as its units are spelled: that is how a form copies them."""
    text = join_units(split_units(instruction))
    return f" {text}" if text and text[0].isascii() else text
