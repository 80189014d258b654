"""The demonstrators that come with Pontine."""

from __future__ import annotations

from functools import partial

from . import fixture_rules, object_rules, push_rule
from .demonstrator import DEMONSTRATORS, Demonstrator, on_situation

for _demonstrator in (
    Demonstrator("Reach", object_rules.reach, "bring the tool to the goal"),
    Demonstrator("Pick", on_situation(object_rules.pick), "align above the object, descend, close and lift"),
    Demonstrator("Place", on_situation(object_rules.place), "carry it over the goal, lower it, let go and draw back"),
    Demonstrator("Stack", on_situation(object_rules.place), "carry it over the goal, lower it, let go and draw back"),
    # its phases change over within millimetres: of labels from exact poses, a network that sees the object 3 mm off
    # would learn the mean of pushing on and of leaving, and come to rest
    Demonstrator("Push", on_situation(push_rule.push, exact=False), "get behind the object and go through it"),
    # nominal physics bears a higher gain, and an episode is short: it is there after 45 steps instead of 66
    Demonstrator(
        "PickPlace", on_situation(partial(object_rules.pick, carry=True, gain=0.25)), "pick it up, carry it there"
    ),
    Demonstrator("Drawer", on_situation(fixture_rules.slide), "grasp the handle, bring it to the goal, let go"),
    Demonstrator("Button", on_situation(fixture_rules.press), "push the plunger down with closed fingers"),
):
    DEMONSTRATORS.register(_demonstrator)
