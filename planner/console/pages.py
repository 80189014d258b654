"""The pages on a console: what each shows, and what a person can do there."""

from __future__ import annotations

import asyncio
import html
import itertools
import threading
from collections.abc import Callable, Coroutine
from functools import partial

import numpy as np
import websockets
from viser import ClientHandle, GlbHandle, GuiButtonHandle, GuiHtmlHandle, LabelHandle, SceneNodeDragEvent

from pontine.envs.arrays import Array
from pontine.envs.io.plain_text import plain
from pontine.envs.scene import Scene
from pontine.planner.console.console import Console
from pontine.planner.console.ghost import Ghost
from pontine.planner.console.guard import CONNECTION, LocalServer
from pontine.planner.console.holding import GONE
from pontine.planner.console.picture import TablePicture
from pontine.planner.console.story import story
from pontine.planner.execution.showing.progress import rehearsed, truths
from pontine.planner.reading import Reading
from pontine.planner.rehearsal.rehearsal import Rehearsal

PULSE = GONE / 5
"""Seconds between two questions to a page whether it is still there."""

STOP, SAY, ANSWERS, STORY, MORE, CAMERA = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0
"""Where things stand in a page, from the top."""

EYE, LOOKED_AT = (0.75, -0.45, 0.6), (0.18, 0.0, 0.03)
"""Where one looks at the table from, and at what of it, m."""

ABOVE = 0.06
"""How far (m) above a thing stands what is said of it."""

DO = "Do it"

LOOKS = """<style>
div:has(> .pontine-stop) + div button { height: 4rem !important; font-size: 1.5rem }
body:not(.pontine-ready) form { visibility: hidden }
</style><div class='pontine-stop'></div>
<img hidden src='data:,' onerror="window.pontine ??= (() => {
    const heard = (form) => {
        const mark = document.querySelector('.pontine-heard'), box = form?.querySelector('input, textarea');
        return !box || mark?.dataset.text === box.value;
    };
    const once = (form, go) => heard(form) ? go() : setTimeout(() => once(form, go), 50);
    window.addEventListener('keydown', (event) => {
        const form = event.target.form;
        if (event.key !== 'Enter' || !form || event.isComposing) return;
        event.preventDefault();
        once(form, () => form.requestSubmit());
    }, true);
    window.addEventListener('click', (event) => {
        const button = event.target.closest?.('button'), form = document.querySelector('form');
        if (button?.innerText.trim() !== 'DO' || heard(form)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        once(form, () => button.click());
    }, true);
    document.body.classList.add('pontine-ready');
    return true;
})()">""".replace("'DO'", repr(DO))
"""A stop that a thumb hits. And what is said is done once the page shows that all of it was heard: viser sends one
message in 50 ms and drops those before the last, so that of what was typed right before Enter a part could be lost. So
nobody can type before that is seen to. (A handler in an attribute has the element itself in its scope: what is listened
to must be said.)"""

HEARD = "<span hidden class='pontine-heard' data-text='{}'></span>"
"""What was heard of what is being typed."""

UNDO = "undo"
"""What is said to take back the last thing that was done."""

WATCHING = "<div class='pontine'><p class='dim'>This page only watches: another one holds the arm.</p></div>"


class Pages:
    """The pages of a console on a server: all show the table, what happens and a stop; the one that holds the arm has
    what it is worked with."""

    def __init__(self, server: LocalServer, console: Console) -> None:
        self.server, self.console = server, console
        self._pages: dict[int, Page] = {}
        self._lock = threading.RLock()
        self._told: object = None
        server.gui.configure_theme(show_logo=False, show_share_button=False)
        server.scene.configure_default_lights(cast_shadow=False)
        server.initial_camera.position, server.initial_camera.look_at = EYE, LOOKED_AT
        server.gui.add_html(LOOKS, order=STOP)
        stop = server.gui.add_button("Stop", color="red", order=STOP + 0.1, hint="the space bar does it too")
        by_key = server.gui.add_command("Stop", description="the arm holds still", hotkey="space")
        self._story = server.gui.add_html("", order=STORY)
        stop.on_click(self._stop)
        by_key.on_trigger(self._stop)
        self.picture = self._drawn()
        self._grabbed: dict[int, Array] = {}
        self._unseen: dict[str, LabelHandle] = {}
        self._count = itertools.count()
        self._ghost: Ghost | None = None
        self._rehearsed: Rehearsal | None = None
        console.changed, console.moved, console.laid, console.failed = self.show, self._moved, self._laid, self.warn
        server.on_client_connect(self._joined)
        server.on_client_disconnect(self._left)
        self.show()
        server.ready.set()

    def show(self) -> None:
        """Bring all pages up to date with what has happened."""
        console, events = self.console, self.console.session.stream.so_far
        told = (events, truths(events, console.scene), console.busy, console.trouble)
        with self._lock:
            if told != self._told:
                self._told = told
                self._story.content = story(events, console.scene, console.busy, console.trouble)
            self._mark_unseen(console.scene)
            self._haunt(rehearsed(events))
            for page in self._pages.values():
                page.show(console.question)

    def warn(self, why: str) -> None:
        """Tell all pages what a person should know."""
        with self._lock:
            for page in self._pages.values():
                page.warn(why)

    def _moved(self) -> None:
        self.picture.update()

    def _laid(self) -> None:
        self.picture.remove()
        self.picture = self._drawn()

    def _drawn(self) -> TablePicture:
        """The table that there is, drawn."""
        drag = None if self.console.simulated is None else self._drag
        return TablePicture(self.server.scene, self.console.table.worlds, drag)

    def _haunt(self, rehearsal: Rehearsal | None) -> None:
        """Show the motion of this rehearsal, and of no other."""
        if rehearsal is self._rehearsed:
            return
        self._rehearsed = rehearsal
        if self._ghost is not None:
            self._ghost.remove()
        way = None if rehearsal is None else rehearsal.way
        self._ghost = None if way is None else Ghost(self.server.scene, way, self.picture.shape)

    def _mark_unseen(self, scene: Scene) -> None:
        """Say above a thing that it is only assumed to be there."""
        unseen = {thing.name: thing.position for thing in scene.objects if thing.name in scene.unseen}
        for name in self._unseen.keys() - unseen.keys():
            self._unseen.pop(name).remove()
        for name, where in unseen.items():
            if name not in self._unseen and where is not None:
                above = np.array(where) + (0.0, 0.0, ABOVE)
                said = plain(f"{name}: not seen now", longest=80)
                self._unseen[name] = self.server.scene.add_label(f"/unseen/{next(self._count)}", said, position=above)

    async def _stop(self, event: object) -> None:
        self.console.stop("a person stopped it")

    async def _joined(self, client: ClientHandle) -> None:
        holds = self.console.holding.joined(client.client_id)
        with self._lock:
            page = self._pages[client.client_id] = Page(client, self.console, holds)
            page.show(self.console.question)
        pulse = asyncio.create_task(self._pulse(client.client_id))
        page.tasks.append(pulse)

    async def _left(self, client: ClientHandle) -> None:
        self.console.holding.left(client.client_id)
        with self._lock:
            page = self._pages.pop(client.client_id, None)
        if page is not None:
            for task in page.tasks:
                task.cancel()

    async def _pulse(self, client_id: int) -> None:
        """Ask a page again and again whether it is there."""
        connection = CONNECTION.get()
        while True:
            try:
                await (await connection.ping())
            except websockets.ConnectionClosed:
                return
            self.console.holding.heard(client_id)
            await asyncio.sleep(PULSE)

    def _drag(self, slot: int, event: SceneNodeDragEvent[GlbHandle]) -> None:
        """Show an object where it is dragged to, and put it down there."""
        console = self.console
        if event.client_id != console.holding.holder or (console.busy and event.phase != "end"):
            return
        # Where it was grabbed moves with what is shown; what counts is where that was when it was.
        if event.phase == "start" or slot not in self._grabbed:
            self._grabbed[slot] = np.array(event.start_position)
        grabbed = self._grabbed[slot]
        eye, end = np.array(event.client.camera.position), np.array(event.end_position)
        ray = end - eye
        if abs(ray[2]) < 1e-6:
            return
        at = eye + ray * (grabbed[2] - eye[2]) / ray[2]
        by = (at - grabbed)[:2]
        if event.phase != "end":
            self.picture.shift(slot, by)
            return
        del self._grabbed[slot]
        self.picture.forget_shift(slot)
        x, y = (console.table.worlds.object_position[0, slot, :2] + by).tolist()
        if (why := console.put(slot, x, y)) is not None:
            self.warn(why)


class Page:
    """One page: what of it is not the same for all."""

    def __init__(self, client: ClientHandle, console: Console, holds: bool) -> None:
        self.client, self.console = client, console
        self.tasks: list[asyncio.Task[None]] = []
        self._asked: Reading | None = None
        self._answers: list[GuiButtonHandle] = []
        self._watching: list[GuiHtmlHandle | GuiButtonHandle] = []
        self._holds = holds
        if holds:
            self._hold()
        else:
            self._watch()

    def show(self, question: Reading | None) -> None:
        """Offer the answers to the question that is open."""
        if question is self._asked or not self._holds:
            return
        self._asked = question
        for button in self._answers:
            button.remove()
        self._answers = []
        for i, option in enumerate(question.options if question is not None else ()):
            button = self.client.gui.add_button(plain(option, longest=80), order=ANSWERS + i / 100, color="blue")
            button.on_click(self._doing(partial(self.console.answer, option)))
            self._answers.append(button)

    def warn(self, why: str | None) -> None:
        """Say something that a person should know, if there is something."""
        if why is not None:
            self.client.add_notification("", plain(why, longest=300), auto_close_seconds=6, color="red")

    def _hold(self) -> None:
        """What the arm is worked with."""
        gui, console = self.client.gui, self.console
        form = gui.add_form(None, order=SAY)
        with form:
            text = gui.add_text("Say", "", hint="in English or Chinese; Enter says it")
        heard = gui.add_html(HEARD.format(""), order=SAY)

        async def typed(event: object) -> None:
            heard.content = HEARD.format(html.escape(text.value))

        async def said(event: object) -> None:
            why = console.say(text.value)
            self.warn(why)
            if why is None:
                text.value = ""  # type: ignore[misc]  # viser sets it in __setattr__
                await typed(event)

        text.on_update(typed)

        form.on_submit(said)
        gui.add_button(DO, order=SAY + 0.1, color="teal").on_click(said)
        gui.add_button("Undo", order=MORE).on_click(self._doing(partial(console.say, UNDO)))
        if console.simulated is not None and console.simulated.lay is not None:
            another = gui.add_button("Another table", order=MORE + 0.1, hint="things can be dragged, too")
            another.on_click(self._doing(lambda: console.another_table((console.session.seed or 0) + 1)))

    def _watch(self) -> None:
        """What there is for somebody who only watches."""
        gui = self.client.gui
        take = gui.add_button("Take the arm", order=SAY + 0.1, hint="once the page that holds it is gone")
        take.on_click(self._take)
        self._watching = [gui.add_html(WATCHING, order=SAY), take]

    async def _take(self, event: object) -> None:
        if not self.console.holding.take(self.client.client_id):
            self.warn("another page holds the arm, and is still there")
            return
        for part in self._watching:
            part.remove()
        self._holds = True
        self._hold()
        self.show(self.console.question)

    def _doing(self, do: Callable[[], str | None]) -> Callable[[object], Coroutine[None, None, None]]:
        """A callback that does something, and warns where it cannot be done."""

        async def callback(event: object) -> None:
            self.warn(do())

        return callback
