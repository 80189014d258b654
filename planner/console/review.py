"""What `pontine review` does: a past run's report as a page in the browser, at any of its times."""

from __future__ import annotations

import math
import threading
import webbrowser
from pathlib import Path

import numpy as np

from pontine.envs.robot import RobotState
from pontine.planner.console.guard import LOOPBACK, LocalServer, start, stop
from pontine.planner.console.pages import EYE, LOOKED_AT
from pontine.planner.console.past import Past
from pontine.planner.console.picture import TablePicture
from pontine.planner.console.story import story
from pontine.planner.console.twin import Twin
from pontine.planner.execution.display import Display

FINE = 0.1
"""Seconds that the slider goes at a time."""

TOP, BELOW = 0.0, 1.0
"""Where slider and story stand in the page."""


class Review:
    """The pages of a past run: all show what had happened, and how the table was last seen, at the slider's time. In
    between two looks nobody knows more: table and arm jump from one to the next."""

    def __init__(self, server: LocalServer, past: Past, title: str) -> None:
        self.server, self.past, self.title = server, past, title
        server.gui.configure_theme(show_logo=False, show_share_button=False)
        server.scene.configure_default_lights(cast_shadow=False)
        server.initial_camera.position, server.initial_camera.look_at = EYE, LOOKED_AT
        self._lock, self.told = threading.Lock(), ""
        last = max(past.seconds, FINE * math.ceil(past.seconds / FINE), FINE)
        self.slider = server.gui.add_slider("Seconds", 0.0, last, FINE, 0.0, hint="since it was said", order=TOP)
        self._story = server.gui.add_html("", order=BELOW)
        first = past.view(0.0)
        self.twin = Twin(first.scene, _standing(first.joints))
        self._picture = TablePicture(server.scene, self.twin.worlds, None)
        self.show(0.0)

        async def slid(event: object) -> None:
            self.show(float(self.slider.value))

        self.slider.on_update(slid)
        server.ready.set()

    def show(self, time: float) -> None:
        """Show how it was at a time (s)."""
        view = self.past.view(time)
        with self._lock:
            if self.twin.follow(view.scene, _standing(view.joints)):
                self._picture.remove()
                self._picture = TablePicture(self.server.scene, self.twin.worlds, None)
            self._picture.update()
            self.told = story(self.past.until(time), view.scene, f"{self.title}, after {time:.1f} s")
            self._story.content = self.told


def _standing(joints: np.ndarray) -> RobotState:
    return RobotState(joints, np.zeros(6), np.zeros(6), joints, 0.0)


def review_verb(report: str, port: int, open_browser: bool) -> int:
    """Serve a report as a page on the loopback interface until Ctrl-C; returns 0. Raises PontineError for a report that
    cannot be used."""
    past, display = Past.read(report), Display()
    server = start(port, "Pontine")
    try:
        Review(server, past, Path(report).name)
        address = f"http://{LOOPBACK}:{server.get_port()}"
        display.say(f"the run is at {address} (Ctrl-C ends)")
        if open_browser:
            webbrowser.open(address)
        threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(server)
    return 0
