"""The OpenGL context that pictures are drawn in: made when somebody draws, in whichever way this machine has."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

import mujoco

from ..errors import PontineError, UnknownNameError

CHOICE = "MUJOCO_GL"
"""The environment variable that names a way; MuJoCo's own."""

_NEVER = ("disable", "disabled", "off", "false", "0")
_ANY = ("", "enable", "enabled", "on", "true", "1")
REMEDY = (
    "on a machine without a screen install Mesa's software renderer (Debian, Ubuntu: apt-get install libegl1 "
    f"libgl1-mesa-dri) and leave {CHOICE} unset or set it to egl"
)
"""What to do where nothing can be drawn."""


class RenderError(PontineError):
    """No picture can be made here."""


def context() -> Any:
    """An OpenGL context, current in this thread: the one that `MUJOCO_GL` names, else the first that can be made.

    On Linux EGL comes first, for it needs no screen: a `DISPLAY` that nobody answers at does no harm.

    Raises RenderError where there is none, UnknownNameError for a name that is not one.
    """
    chosen = os.environ.get(CHOICE, "").strip().lower()
    ways = _ways()
    if chosen in _NEVER:
        raise RenderError(f"{CHOICE}={chosen} says that nothing is to be drawn; leave it unset")
    if chosen not in _ANY and chosen not in ways:
        raise UnknownNameError(f"value of {CHOICE}", chosen, ways)
    failed = []
    for name in ways if chosen in _ANY else (chosen,):
        try:
            with warnings.catch_warnings():
                # glfw warns of what it then raises.
                warnings.simplefilter("ignore")
                made = ways[name]()
                made.make_current()
        # The OpenGL bindings show a missing library as any of these.
        except (ImportError, AttributeError, OSError, RuntimeError, TypeError) as error:
            failed.append(f"{name}: {error}")
        else:
            return made
    raise RenderError(f"cannot make an OpenGL context ({'; '.join(failed)}); {REMEDY}")


def _ways() -> dict[str, Callable[[], Any]]:
    """The ways that there are on such a system, by name."""
    if sys.platform != "linux":
        return {name: lambda: mujoco.GLContext(1, 1) for name in ("glfw", "cgl", "wgl")}
    return {"egl": _egl, "glfw": _glfw, "glx": _glfw, "osmesa": _osmesa}


def _egl() -> Any:
    from mujoco import egl

    try:
        return egl.GLContext(1, 1)
    except egl.error.Error as error:
        raise RuntimeError(str(error)) from error


def _glfw() -> Any:
    from mujoco import glfw

    return glfw.GLContext(1, 1)


def _osmesa() -> Any:
    from mujoco import osmesa

    return osmesa.GLContext(1, 1)
