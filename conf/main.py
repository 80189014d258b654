"""The `pontine` command: finds the verb, runs it, and turns errors into exit statuses.

0 means done, 1 that the work ran and did not reach its goal, 2 that what was typed
or handed in is wrong, 130 that Ctrl-C stopped it. A traceback means a bug.
"""

from __future__ import annotations

import os
import sys

from pontine.envs.errors import PontineError

from . import verbs


def main() -> int:
    """Entry point of the `pontine` command."""
    args = sys.argv[1:]
    try:
        return dispatch(args)
    except PontineError as error:
        print(f"pontine: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pontine: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has left (`pontine ... | head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def dispatch(args: list[str]) -> int:
    """Run a command line (without the program's name). Raises PontineError if it is wrong."""
    if not args or args[0] in ("-h", "--help"):
        print(verbs.overview())
        return 0
    if args[0] in verbs.families() and not _second_words(args):
        print(verbs.family_overview(args[0]))
        return 0
    verb, rest = verbs.find(args)
    if {"-h", "--help"} & set(rest):
        print(verb.help())
        return 0
    from . import app

    return app.run(verb, rest)


def _second_words(args: list[str]) -> list[str]:
    return [word for word in args[1:] if word not in ("-h", "--help")]


if __name__ == "__main__":
    sys.exit(main())
