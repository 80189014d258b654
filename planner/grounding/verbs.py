"""Verbs that a model copied behind `do` although the goal form has one for them: to scatter things is `apart`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pontine.planner.grounding import skills
from pontine.planner.language.form import Clause, Form, NounPhrase, Term
from pontine.planner.language.grammar import SKILL, TWO_PLACE
from pontine.planner.language.languages import data, every, languages
from pontine.planner.language.segments import split_units


def told(form: Form) -> Form:
    """The form with its own verbs for copied ones that mean the same, if no skill is called so.

    Example:
        >>> str(told(Form.parse("do scatter all coins; do exchange the cup & the jar; do hoover the rug")))
        'apart all coins; swap the cup, the jar; do hoover the rug'
        >>> str(told(Form.parse("do clear the crate")))
        'out all @in the crate'
    """
    return Form(tuple(map(_told, form.clauses)))


def _told(clause: Clause) -> Clause:
    if clause.verb != SKILL or not clause.arguments or skills.meant(clause.words) or skills.states(clause.words):
        return clause
    if len(clause.arguments) == 1 and any(
        skills.same(split_units(w), clause.words) for w in every("signs", "emptying")
    ):
        inside = tuple(Term("all", (), "in", (term,)) for term in clause.arguments[0].terms)
        return replace(clause, verb="out", words=(), arguments=(NounPhrase(inside),))
    if (verb := _verb(clause.words)) is None:
        return clause
    arguments = clause.arguments
    if verb in TWO_PLACE and len(arguments) == 1 and not arguments[0].excluded:
        arguments = tuple(NounPhrase((term,)) for term in arguments[0].terms)
    if len(arguments) != (2 if verb in TWO_PLACE else 1):
        return clause
    return replace(clause, verb=verb, words=(), arguments=arguments)


def _verb(words: Sequence[str]) -> str | None:
    """The verb of the goal form that copied words mean; None if they mean none."""
    for code in languages():
        for verb, said in data(code, "signs")["verbs"].items():
            if any(skills.same(split_units(word), words) for word in said):
                return str(verb)
    return None
