"""Fix an aws-auth ConfigMap where that is safe."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from iamtriage.aws_auth._checks import find_problems
from iamtriage.aws_auth._yaml.embedding import Edit, apply_edits
from iamtriage.aws_auth._yaml.source import ConfigMap, parse_config_map, require_text
from iamtriage.exceptions import AwsAuthError

if TYPE_CHECKING:
    from iamtriage.aws_auth._problems import Problem

__all__ = ("diff", "fix")

# One fix can reveal another problem: a string that became a list can lack an item. Three rounds have been
# observed.
_MAX_ROUNDS = 10


def fix(text: str) -> str:
    """Fix the problems that are safe to fix. Comments, order, quotes, and newlines stay.

    Fixes role ARNs with a path, session ARNs, whitespace around ARNs, variables with wrong case or spaces,
    the groups and usernames that nodes require, groups that are a string, and identical entries. Does not
    correct an ARN that would then equal that of an entry with another username or other groups.

    Args:
        text: The same as for :func:`load`.

    Returns:
        The fixed text; the same text if there is nothing to fix, or if it cannot be parsed.

    Raises:
        TypeError: ``text`` is not a string.
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
    current = require_text(text)
    for _ in range(_MAX_ROUNDS):
        fixed = _apply_fixes(current)
        if fixed is None:
            break
        if fixed == current:
            return fixed
        current = fixed
    # If the rounds do not end, or the result cannot be parsed, the text stays unchanged.
    return text


def _apply_fixes(text: str) -> str | None:
    """Apply the edits of all problems; ``None`` if the text cannot be parsed."""
    config_map = _parse(text)
    if config_map is None:
        return None
    problems = find_problems(config_map)
    fixed = apply_edits(text, _collect_edits(config_map, problems))
    if _parse(fixed) is None:
        # A block's first line sets its indentation. Without the first entry, that can be an indented comment.
        others = [problem for problem in problems if problem.code != "duplicate"]
        fixed = apply_edits(text, _collect_edits(config_map, others))
    return fixed


def _parse(text: str) -> ConfigMap | None:
    try:
        config_map = parse_config_map(text)
    except AwsAuthError:
        return None
    return None if any(map_text.error is not None for map_text in config_map.maps) else config_map


def _collect_edits(config_map: ConfigMap, problems: list[Problem]) -> list[Edit]:
    by_map: dict[str, list[Edit]] = {map_text.name: [] for map_text in config_map.maps}
    for problem in problems:
        if problem.map_text is not None:
            by_map[problem.map_text.name] += problem.edits
    return [
        edit
        for map_text in config_map.maps
        for edit in map_text.to_source_edits(_drop_overlaps(by_map[map_text.name]))
    ]


def _drop_overlaps(edits: list[Edit]) -> list[Edit]:
    """Drop edits inside longer ones, and the second of two at one position. The next round applies them."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if not kept or (edit.start > kept[-1].start and edit.start >= kept[-1].end):
            kept.append(edit)
    return kept


def diff(before: str, after: str, name: str) -> str:
    r"""Return the difference of two texts in the format of ``diff -u``; empty if they are equal.

    Args:
        before: The text before.
        after: The text after.
        name: The file's name.

    >>> print(diff("a\nb\n", "a\nc\n", "aws-auth.yaml"), end="")
    --- aws-auth.yaml
    +++ aws-auth.yaml
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    lines = difflib.unified_diff(_split_lines(before), _split_lines(after), name, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _split_lines(text: str) -> list[str]:
    """Split only at line feeds, so that carriage returns and form feeds stay in their lines."""
    *lines, rest = text.split("\n")
    return [f"{line}\n" for line in lines] + ([rest] if rest else [])
