"""Read the paths of roles that a text shows without their ARN, and the ARNs that code builds of variables.

``aws iam list-roles`` prints the path and the name in the columns, members or order that the query has. The functions
and pseudo parameters of templates are those of
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one

_PATH = r"(?P<path_{}>/(?:[\w+=,.@-]{{1,64}}/){{1,8}})"
_NAME = r"(?P<name_{}>[\w+=,.@-]{{1,64}})"
_SHOWN = lazy_pattern(
    # Columns, as text or as a table.
    rf"(?am)^[ \t|]{{0,8}}{_PATH.format('c')}(?:\t|[ \t]{{0,40}}\|[ \t]{{0,40}}|[ \t]{{1,40}}){_NAME.format('c')}[ \t|]{{0,40}}\r?$"
    rf"|^[ \t|]{{0,8}}{_NAME.format('d')}(?:\t|[ \t]{{0,40}}\|[ \t]{{0,40}}|[ \t]{{1,40}}){_PATH.format('d')}[ \t|]{{0,40}}\r?$"
    # Members of an object in JSON, YAML, a template or Terraform, also of a list.
    rf"|\b[Pp]ath[\"']?\s?[:=]\s?[\"']?{_PATH.format('j')}[\"']?,?\s{{1,40}}[\"']?(?:[Rr]ole_?)?[Nn]ame[\"']?\s{{0,20}}[:=]\s?[\"']?{_NAME.format('j')}"
    rf"|\b(?:[Rr]ole_?)?[Nn]ame[\"']?\s{{0,20}}[:=]\s?[\"']?{_NAME.format('k')}[\"']?,?\s{{1,40}}[\"']?[Pp]ath[\"']?\s{{0,20}}[:=]\s?[\"']?{_PATH.format('k')}"
    rf"|\[\s{{0,20}}\"{_PATH.format('l')}\",\s{{0,20}}\"{_NAME.format('l')}\"\s{{0,20}}\]"
    rf"|\[\s{{0,20}}\"{_NAME.format('m')}\",\s{{0,20}}\"{_PATH.format('m')}\"\s{{0,20}}\]"
    # What people say of it.
    rf"|\brole [`\"']?{_NAME.format('s')}[`\"']?(?: [a-z]{{1,12}}){{0,4}} [Pp]ath(?: is|:)? [`\"']?{_PATH.format('s')}"
    rf"|\b[Pp]ath of (?:the )?(?:role )?[`\"']?{_NAME.format('t')}[`\"']? is [`\"']?{_PATH.format('t')}"
)
_MAX_CHARS = 64_000


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
