"""Read the paths of roles that a text shows without their ARN, and the ARNs that code builds of variables.

``aws iam list-roles`` prints the path and the name in the columns, members or order that the query has. The functions
and pseudo parameters of templates are those of
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("BuiltArn", "find_built_arns", "find_shown_paths")

_PATH = r"(?P<path_{}>/(?:[\w+=,.@-]{{1,64}}/){{1,8}})"
_NAME = r"(?P<name_{}>[\w+=,.@-]{{1,64}})"
_SHOWN = lazy_pattern(
    # Columns, as text or as a table.
    rf"^[ \t|]{{0,8}}{_PATH.format('c')}(?:\t|[ \t]{{0,40}}\|[ \t]{{0,40}}|[ \t]{{1,40}}){_NAME.format('c')}[ \t|]{{0,40}}\r?$"
    rf"|^[ \t|]{{0,8}}{_NAME.format('d')}(?:\t|[ \t]{{0,40}}\|[ \t]{{0,40}}|[ \t]{{1,40}}){_PATH.format('d')}[ \t|]{{0,40}}\r?$"
    # Members of an object in JSON, YAML, a template or Terraform, also of a list.
    rf"|\b[Pp]ath[\"']?\s?[:=]\s?[\"']?{_PATH.format('j')}[\"']?,?\s{{1,40}}[\"']?(?:[Rr]ole_?)?[Nn]ame[\"']?\s{{0,20}}[:=]\s?[\"']?{_NAME.format('j')}"
    rf"|\b(?:[Rr]ole_?)?[Nn]ame[\"']?\s{{0,20}}[:=]\s?[\"']?{_NAME.format('k')}[\"']?,?\s{{1,40}}[\"']?[Pp]ath[\"']?\s{{0,20}}[:=]\s?[\"']?{_PATH.format('k')}"
    rf"|\[\s{{0,20}}\"{_PATH.format('l')}\",\s{{0,20}}\"{_NAME.format('l')}\"\s{{0,20}}\]"
    rf"|\[\s{{0,20}}\"{_NAME.format('m')}\",\s{{0,20}}\"{_PATH.format('m')}\"\s{{0,20}}\]"
    # What people say of it.
    rf"|\brole [`\"']?{_NAME.format('s')}[`\"']?(?: [a-z]{{1,12}}){{0,4}} [Pp]ath(?: is|:)? [`\"']?{_PATH.format('s')}"
    rf"|\b[Pp]ath of (?:the )?(?:role )?[`\"']?{_NAME.format('t')}[`\"']? is [`\"']?{_PATH.format('t')}",
    re.ASCII | re.MULTILINE,
)
_REFERENCE = r"(?:\$\{[^{}\n]{1,80}\}|\{\{[^{}\n]{1,80}\}\}|\$\w{1,60})"
_BUILT = lazy_pattern(
    rf"arn:(?P<partition>aws[a-z-]{{0,12}}|{_REFERENCE}):iam::(?P<account>\d{{12}}|{_REFERENCE}):role/"
    rf"(?P<path>(?:(?:[\w+=,.@-]|{_REFERENCE}){{1,128}}/){{0,8}})(?P<name>(?:[\w+=,.@-]|{_REFERENCE}){{1,128}})(?![\w/*])",
    re.ASCII,
)
_IS_REFERENCE = lazy_pattern(_REFERENCE)
_LAST_WORD = lazy_pattern(r"(\w+)\W*\Z", re.ASCII)
_MAX_CHARS = 64_000


class BuiltArn(NamedTuple):
    """The ARN of a role as code or a template builds it.

    Attributes:
        text: The ARN with its variables.
        account: The account ID, or a variable.
        path: The path between ``role/`` and the name, such as ``"team/"``.
        name: The name of the role, with the value of its variable if the text has that.
        start: Where it begins in the text.
    """

    text: str
    account: str
    path: str
    name: str | None
    start: int

    def with_path(self, path: str) -> str:
        """Return the ARN with another path, such as ``"team/"``.

        >>> BuiltArn("arn:aws:iam::${A}:role/${R}", "${A}", "", None, 0).with_path("team/")
        'arn:aws:iam::${A}:role/team/${R}'
        """
        before, _, after = self.text.partition(":role/")
        return f"{before}:role/{path}{after.removeprefix(self.path)}"


def find_shown_paths(text: str) -> dict[str, str]:
    r"""Return the paths of the roles that a text shows with their names, as in ARNs.

    >>> find_shown_paths("/teams/data/\tetl\n/\tother"), find_shown_paths('"Path": "/ops/", "RoleName": "deploy"')
    ({'etl': 'teams/data/'}, {'deploy': 'ops/'})
    """
    found: dict[str, set[str]] = {}
    for each in _SHOWN.finditer(text, 0, _MAX_CHARS) if "/" in text else ():
        kind = next(name.rpartition("_")[2] for name, value in each.groupdict().items() if value)
        found.setdefault(each[f"name_{kind}"].rstrip(".,"), set()).add(each[f"path_{kind}"].removeprefix("/"))
    return {name: path for name, paths in found.items() if (path := only_one(paths)) is not None}


def find_built_arns(text: str) -> Iterator[BuiltArn]:
    r"""Yield the ARNs of roles in a text that have a variable.

    >>> text = "Role: !Sub arn:aws:iam::${AWS::AccountId}:role/${Name}\nName is etl."
    >>> [(each.text, each.name) for each in find_built_arns(text)]
    [('arn:aws:iam::${AWS::AccountId}:role/${Name}', 'etl')]
    """
    for found in _BUILT.finditer(text, 0, _MAX_CHARS) if ":role/" in text else ():
        if _IS_REFERENCE.search(found[0]) is not None:
            name = found["name"]
            value = _find_value(text, name) if _IS_REFERENCE.search(name) else name
            yield BuiltArn(found[0], found["account"], found["path"], value, found.start())


def _find_value(text: str, name: str) -> str | None:
    """Return the only value that a text gives the variables in a name, or ``None``."""

    def fill(found: re.Match[str]) -> str:
        word = _LAST_WORD.search(found[0])
        # A parameter, an assignment, a parameter of a call, the default of a parameter, or a sentence.
        values = rf"(?<![\w${{]){word[1]}[\"'`]?(?: is(?: set to)?|\s{{0,8}}[=:]|,ParameterValue=|\"?,\s{{0,20}}\"ParameterValue\":|:\s{{1,20}}Type: String\s{{1,20}}Default:) ?[\"'`]?([\w+=,.@-]{{1,64}})(?<![.,])" if word else "(?!)"  # fmt: skip
        return only_one({each[1] for each in re.finditer(values, text)}) or ""

    filled = _IS_REFERENCE.sub(fill, name)
    return filled or None
