"""Find the levels of an organization whose attached service control policies a text lists."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple

_TARGET = r"(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})"
_LISTS = lazy_pattern(
    rf"(?a)\blist-policies-for-target\b[^\n]{0, 400}?--target-id[ =][\"']?(?P<target>{_TARGET})?"
)
# Another type of policies, or a list that the caller did not get.
_OTHER_TYPE = lazy_pattern(r"--filter[ =][\"']?(?!SERVICE_CONTROL_POLICY\b)[A-Z_0-9]{4,60}\b")
_FAILED = lazy_pattern(r"\AAn error occurred \(|\bException\b|\berror:|\b[Uu]nable to locate credentials\b")
_LEVEL = lazy_pattern(rf"(?a)\W{{0,8}}(?P<target>{_TARGET})\W{{0,8}}")
_ID = lazy_pattern(
    r"(?a)(?<![\w-])(?P<id>p-[0-9A-Za-z_]{1,128})(?![\w-])(?:[ \t|]{1,20}(?P<name>[\w+=,.@-]{1,128}))?"
)
# In JSON, YAML, or the table of a single policy.
_NAME = lazy_pattern(
    r"\"Name\": ?\"(?P<json>[^\"\n]{1,128})\"|^[ \t]{0,8}Name: (?P<yaml>\S[^\n]{0,127})|^\|{1,8} {1,4}Name {1,40}\| {1,4}(?P<table>\S[^|\n]{0,127}?) {1,200}\|"
)
_PROFILE = lazy_pattern(r"(?a) --profile[ =][\"']?([\w.@/+-]{1,64})")
_COMMAND = lazy_pattern(r"\baws [a-z]")


def find_organization_profile(text: str) -> str | None:
    """Return the profile with which the commands of a text list the policies of an organization."""
    lines = (line for line in text.split("\n") if "list-policies-for-target" in line)
    return only_one({found[1] for line in lines if (found := _PROFILE.search(line))})


class Level(NamedTuple):
    """A level of an organization: its root, an organizational unit or an account.

    Attributes:
        target: Its ID.
        policies: The IDs of the attached service control policies, with their names.
    """

    target: str
    policies: dict[str, str]


def find_levels(text: str) -> list[Level]:
    r"""Return the levels whose attached service control policies a text lists.

    >>> find_levels("$ aws organizations list-policies-for-target --target-id r-ab12 --filter X\np-FullAWSAccess\tFullAWSAccess")
    [Level(target='r-ab12', policies={'p-FullAWSAccess': 'FullAWSAccess'})]
    """
    levels: dict[str, dict[str, str]] = {}
    target, last, is_open = None, None, False
    for line in text.split("\n") if "list-policies-for-target" in text else ():
        if (lists := _LISTS.search(line)) is not None:
            target, is_open = lists["target"], _OTHER_TYPE.search(line) is None
        elif _COMMAND.search(line):
            is_open = False
        elif is_open and _FAILED.search(line) is not None:
            levels.pop(target or "", None)
            is_open = False
        elif is_open and (level := _LEVEL.fullmatch(line)) is not None:
            target = level["target"]
        elif is_open and target is not None:
            for found in _ID.finditer(line):
                last = found["id"]
                levels.setdefault(target, {})[last] = found["name"] or last
            if (
                last is not None
                and (named := _NAME.search(line)) is not None
                and last in levels.get(target, {})
            ):
                levels[target][last] = next(filter(None, named.groups()))
        if target is not None and is_open:
            levels.setdefault(target, {})
    return [Level(*each) for each in levels.items()]
