"""What a killed run goes on from: networks, optimisers and arrays, with a few facts, in one safetensors file.

Whoever wrote such a file, nothing in it can run: tensors are numbers, the facts are JSON in the file's header, and
what they are put into is made beforehand by the run's own options.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from pontine.envs.errors import PontineError
from pontine.envs.files import make_folder, replacing
from pontine.envs.io import json_text

Part = nn.Module | torch.optim.Optimizer | torch.Tensor | np.ndarray
"""What a checkpoint keeps and fills again; torch sees the memory of an array, so that it is filled in place too."""

UNFIT = (
    PontineError, SafetensorError, OSError, RuntimeError, KeyError, IndexError, TypeError, ValueError, AttributeError,
    OverflowError, MemoryError,
)  # fmt: skip
"""What reading a file raises that is damaged, or holds something else than it should."""

_ADAM = {"step", "exp_avg", "exp_avg_sq"}


class CheckpointError(PontineError):
    """A checkpoint that is damaged, or of a run with other options."""


def keep(path: Path, parts: Mapping[str, Part], facts: Mapping[str, Any] | None = None) -> None:
    """Write the parts by their names, and facts that JSON can say, whole or not at all; makes the folder.

    Raises WriteError where it cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> network, seen = nn.Linear(2, 1), np.zeros(3)
        >>> with TemporaryDirectory() as folder:
        ...     keep(Path(folder) / "a.safetensors", {"network": network, "seen": np.ones(3)}, {"rounds": 4})
        ...     restore(Path(folder) / "a.safetensors", {"network": network, "seen": seen})
        {'rounds': 4}
        >>> seen.tolist()
        [1.0, 1.0, 1.0]
    """
    tensors = {f"{name}/{key}": value for name, part in parts.items() for key, value in _tensors(part).items()}
    write_tensors(path, tensors, {"facts": json.dumps(facts or {})})


def restore(path: Path, parts: Mapping[str, Part]) -> dict[str, Any]:
    """Fill the parts with what `keep` wrote of them; returns the facts. Raises CheckpointError."""
    with reading(path) as (tensors, facts):
        fill(parts, tensors)
    return facts


def fill(parts: Mapping[str, Part], tensors: Mapping[str, torch.Tensor]) -> None:
    """Fill the parts, within `reading`: raises one of `UNFIT` where something is missing or of another shape."""
    for name, part in parts.items():
        _fill(part, {k.removeprefix(f"{name}/"): v for k, v in tensors.items() if k.startswith(f"{name}/")})


@contextmanager
def reading(path: Path) -> Iterator[tuple[dict[str, torch.Tensor], dict[str, Any]]]:
    """The tensors and facts of a checkpoint, for a block that finds out whether they fit. Raises CheckpointError."""
    try:
        tensors, header = read_tensors(path)
        yield tensors, json_text.parse(header["facts"], "its header")
    except UNFIT as error:
        raise CheckpointError(f"the checkpoint {path} cannot be read ({why(error)}); remove it to begin anew") from None


def why(error: BaseException) -> str:
    """What one of `UNFIT` says, in one line."""
    # torch tells what does not fit below a heading.
    lines = [line.strip() for line in str(error).splitlines() if not line.rstrip().endswith(":")]
    reason = next(filter(None, lines), str(error).partition("\n")[0])
    return f"{reason} is missing" if isinstance(error, KeyError) else reason or type(error).__name__


def count(facts: Mapping[str, Any], key: str, most: int = 2**53) -> int:
    """A whole number of the facts, from 0 to `most`. Raises ValueError."""
    value = facts[key]
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{key} is not a whole number from 0 to {most}")
    return value


def write_tensors(path: str | Path, tensors: Mapping[str, torch.Tensor], header: Mapping[str, str]) -> None:
    """Write a safetensors file, whole or not at all; makes its folder. Raises WriteError."""
    make_folder(Path(path).parent)
    whole = save({name: value.detach().contiguous() for name, value in tensors.items()}, dict(header))
    with replacing(path) as temporary:
        temporary.write_bytes(whole)


def read_tensors(path: str | Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors and the header of a safetensors file.

    Raises OSError, SafetensorError or, where a tensor has a number that is not finite, ValueError.
    """
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        header = file.metadata() or {}
    for name, values in tensors.items():
        if values.is_floating_point() and not bool(torch.isfinite(values).all()):
            raise ValueError(f"{name} has numbers that are not finite")
    return tensors, header


def _tensors(part: Part) -> dict[str, torch.Tensor]:
    if isinstance(part, nn.Module):
        # Clones, for a network may know one tensor by two names, and a file does not.
        return {name: value.detach().clone() for name, value in part.state_dict().items()}
    if isinstance(part, torch.optim.Optimizer):
        states = part.state_dict()["state"].items()
        return {f"{index}/{key}": value for index, state in states for key, value in state.items()}
    return {"": torch.from_numpy(np.ascontiguousarray(part)) if isinstance(part, np.ndarray) else part}


def _fill(part: Part, tensors: Mapping[str, torch.Tensor]) -> None:
    if isinstance(part, nn.Module):
        part.load_state_dict(tensors)
    elif isinstance(part, torch.optim.Optimizer):
        _fill_optimizer(part, tensors)
    else:
        there = torch.from_numpy(part) if isinstance(part, np.ndarray) else part.data
        if (tensors[""].shape, tensors[""].dtype) != (there.shape, there.dtype):
            raise ValueError(
                f"{tuple(tensors[''].shape)} {tensors[''].dtype} is not {tuple(there.shape)} {there.dtype}"
            )
        there.copy_(tensors[""])


def _fill_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]) -> None:
    """Rates and the like stay as the run's options have them; a parameter that was never changed has no state."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    states: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition("/")
        shape = () if key == "step" else parameters[int(index)].shape
        if value.shape != shape or not value.is_floating_point():
            raise ValueError(f"an optimiser's {name} is not of the shape {tuple(shape)}")
        states.setdefault(int(index), {})[key] = value
    if isinstance(optimizer, torch.optim.Adam) and any(state.keys() != _ADAM for state in states.values()):
        raise ValueError(f"an optimiser's state is not {', '.join(sorted(_ADAM))}")
    optimizer.load_state_dict({"state": states, "param_groups": optimizer.state_dict()["param_groups"]})
