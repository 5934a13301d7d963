"""An aws-auth ConfigMap with the safe mends made in its text; not for what a person has to decide."""

from __future__ import annotations

import difflib

from iamtriage.aws_auth._checks import Problem, problems
from iamtriage.aws_auth._yaml.embedding import Edit, apply_edits
from iamtriage.aws_auth._yaml.source import ConfigMap, checked, read
from iamtriage.exceptions import AwsAuthError

__all__ = ("diff", "fix")

# A mend can lay bare another one: a text made a list may lack an item. Three rounds have been seen.
_ROUNDS = 10


def fix(text: str) -> str:
    """Mend what can be mended without asking; comments, order, quotes and line ends stay.

    Mended are role ARNs with a path, session ARNs, white space around an ARN, variables that are wrong by
    case or blanks, the groups and user name that nodes need, groups that are a text, and entries that say
    what a later one says. Not mended is an ARN that would then be that of an entry with another user name
    or other groups.

    Args:
        text: as for :func:`load`.

    Returns:
        The text; the same one where nothing is to mend, or where it cannot be read.

    Raises:
        TypeError: ``text`` is no text.
        ImportError: ruamel.yaml is not installed.

    >>> print(fix('''
    ... data:
    ...   mapRoles: |
    ...     - rolearn: arn:aws:iam::111122223333:role/team/view  # ask Ana
    ...       username: view
    ... '''))
    <BLANKLINE>
    data:
      mapRoles: |
        - rolearn: arn:aws:iam::111122223333:role/view  # ask Ana
          username: view
    <BLANKLINE>
    """
    fixed = checked(text)
    for _ in range(_ROUNDS):
        mended = _mended(fixed)
        if mended is None:
            break
        if mended == fixed:
            return fixed
        fixed = mended
    # Nothing half done: what does not come to rest, or reads no more, stays as it was.
    return text


def _mended(text: str) -> str | None:
    """Make the edits that are known now; None where the text cannot be read."""
    config_map = _readable(text)
    if config_map is None:
        return None
    found = problems(config_map)
    mended = apply_edits(text, _edits(config_map, found))
    if _readable(mended) is None:
        # The first line of a block sets its indentation, and an indented comment may come to be the first.
        kept = [problem for problem in found if problem.code != "duplicate"]
        mended = apply_edits(text, _edits(config_map, kept))
    return mended


def _readable(text: str) -> ConfigMap | None:
    try:
        config_map = read(text)
    except AwsAuthError:
        return None
    return None if any(map_text.error is not None for map_text in config_map.maps) else config_map


def _edits(config_map: ConfigMap, found: list[Problem]) -> list[Edit]:
    by_map: dict[str, list[Edit]] = {map_text.name: [] for map_text in config_map.maps}
    for problem in found:
        if problem.map_text is not None:
            by_map[problem.map_text.name] += problem.edits
    return [edit for map_text in config_map.maps for edit in map_text.outer(_apart(by_map[map_text.name]))]


def _apart(edits: list[Edit]) -> list[Edit]:
    """Leave out edits inside of longer ones, and of two at one place the second: the next round makes it."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if not kept or (edit.start > kept[-1].start and edit.start >= kept[-1].end):
            kept.append(edit)
    return kept


def diff(before: str, after: str, name: str) -> str:
    r"""Show what changed, as ``diff -u`` does; empty where nothing did.

    Args:
        before: the text before.
        after: the text after.
        name: the file's name.

    >>> print(diff("a\nb\n", "a\nc\n", "aws-auth.yaml"), end="")
    --- aws-auth.yaml
    +++ aws-auth.yaml
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    lines = difflib.unified_diff(_lines(before), _lines(after), name, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Cut at line feeds only: a carriage return before one, or a form feed, is shown with its line."""
    *lines, rest = text.split("\n")
    return [f"{line}\n" for line in lines] + ([rest] if rest else [])
