"""A policy as ONNX, for what runs it without Python or torch.

Input `observation` (n, k) float32, output `action` (n, 6) float32, already clipped to [-1, 1]. The card goes
along as metadata `card`, so the file still says what it expects and how well it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pontine.envs.arrays import Array, Float32
from pontine.envs.errors import PontineError
from pontine.envs.files import replacing
from pontine.envs.io import json_text

from .actor import Actor

OPSET = 17
TOLERANCE = 1e-4
"""Largest difference of an action component that the exported file may show; float32 gives about 1e-6."""


class ExportError(PontineError):
    """ONNX is not installed, or the file does not act as the policy does."""


def export(actor: Actor, card: Mapping[str, Any], path: str | Path) -> float:
    """Write `actor` as ONNX and play it back; returns the largest difference found between the two.

    Raises ExportError where `onnx` and `onnxruntime` are missing, or if the written file acts differently.
    """
    try:
        import onnx
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise ExportError(f"{error.name} is not installed: pip install 'pontine[onnx]'") from None
    layers = [m for m in (*actor.body, actor.head) if isinstance(m, torch.nn.Linear)]
    nodes, tensors, flowing = [], [], "observation"
    for i, layer in enumerate(layers):
        last = i == len(layers) - 1
        for kind, values in (("weight", layer.weight), ("bias", layer.bias)):
            tensors.append(onnx.numpy_helper.from_array(values.detach().numpy(), f"{kind}{i}"))
        nodes.append(onnx.helper.make_node("Gemm", [flowing, f"weight{i}", f"bias{i}"], [f"linear{i}"], transB=1))
        flowing = f"linear{i}"
        if not last:
            nodes.append(onnx.helper.make_node("Elu", [flowing], [f"elu{i}"]))
            flowing = f"elu{i}"
    if actor.squash:
        nodes.append(onnx.helper.make_node("Tanh", [flowing], ["squashed"]))
        flowing = "squashed"
    tensors += [
        onnx.numpy_helper.from_array(np.asarray(v, np.float32), name) for name, v in (("low", -1.0), ("high", 1.0))
    ]
    nodes.append(onnx.helper.make_node("Clip", [flowing, "low", "high"], ["action"]))
    graph = onnx.helper.make_graph(
        nodes,
        "policy",
        [onnx.helper.make_tensor_value_info("observation", onnx.TensorProto.FLOAT, ["n", actor.observation])],
        [onnx.helper.make_tensor_value_info("action", onnx.TensorProto.FLOAT, ["n", actor.action])],
        tensors,
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], producer_name="pontine")
    # onnxruntime reads files up to this version of the container whatever the onnx package writes by itself.
    model.ir_version = 10
    onnx.helper.set_model_props(model, {"card": json.dumps(card, ensure_ascii=False)})
    onnx.checker.check_model(model, full_check=True)
    with replacing(path) as temporary:
        onnx.save(model, str(temporary))
        seen = np.random.default_rng(0).normal(size=(256, actor.observation)).astype(np.float32)
        difference = float(np.abs(Exported(temporary).act(seen) - actor.act(seen)).max())
        if difference > TOLERANCE:
            raise ExportError(f"the exported policy's actions differ by {difference:.2g} from the policy's")
    return difference


class Exported:
    """An ONNX policy on one core; acts as `Actor` does."""

    def __init__(self, path: str | Path) -> None:
        """Raises ExportError if the file cannot be read."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            # onnxruntime's errors share no base of their own.
            raise ExportError(f"{path} is no ONNX policy: {str(error).splitlines()[0]}") from error

    @property
    def card(self) -> dict[str, Any]:
        """The policy's card. Raises ExportError where the file has none."""
        with json_text.expecting("the exported policy", ExportError):
            return json_text.parse(self._session.get_modelmeta().custom_metadata_map["card"], "its card", ExportError)

    def act(self, observation: Float32) -> Array:
        """Deterministic actions (n, 6) in [-1, 1] for observations (n, k)."""
        return self._session.run(["action"], {"observation": observation})[0].astype(float)
