"""Read the role of a node from what commands print about instance profiles, node groups and stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.unique_values import unique_value

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import Stated

_ARN = r"(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
_NODE_ROLES = lazy_pattern(
    rf"(?am)\"(?:nodeRole|NodeRole)\"\s?:\s?\"{_ARN}\"|\bnode_role_arn\s{{0,20}}= ?\"{_ARN}\""
    # The output of a stack: https://docs.aws.amazon.com/eks/latest/userguide/launch-workers.html
    rf"|\bNodeInstanceRole(?:A(?:rn|RN))?\b[\s|:=\",]{{1,40}}(?:OutputValue\"?[\s:\"]{{1,10}})?{_ARN}"
    rf"|\b(?:get-instance-profile|describe-nodegroup)\b(?:[^\n]|\\\n){{0,300}}\n\s{{0,8}}(?:\[\s{{0,20}})?\"?{_ARN}\"?[ \t]{{0,8}}$"
    # "Instance profile role: arn:…", "the node role is arn:…"
    rf"|\b(?:[Ii]nstance(?: profile)?|[Nn]odes?(?: ?group)?(?:'s?)?|[Ww]orkers?(?:'s?)?|[Kk]arpenter(?:'s)?) (?:IAM |instance ){{0,2}}[Rr]ole(?: ARN)?(?:(?: is)?:?|\s=) [`\"'(]?{_ARN}"
    # The role in an instance profile.
    rf"|\"Roles\"\s?:\s?\[\s{{0,20}}\{{[^{{}}\[\]]{{0,800}}?\"Arn\"\s?:\s?\"{_ARN}\""
)
# "Instance profile role: orders-nodes-2", "the node role is `orders-nodes`"
_NAMED = lazy_pattern(
    r"(?a)(?<!old )(?<!previous )(?<!another )(?<!other )\b(?:[Ii]nstance(?: profile)?|[Nn]odes?(?: ?group)?(?:'s?)?|[Ww]orkers?(?:'s?)?) (?:IAM |instance ){0,2}[Rr]ole(?: name)?(?: is(?: called)?|:| =) "
    r"[`\"']?((?=[\w+=,.@-]{0,63}[\d_-])(?!(?:not|non|read|cross|mis)-|arn:)[A-Za-z][\w+=,.@-]{1,62}\w)(?![\w/:-])"
)
# What the metadata service of an instance lists: the name of the role, without its account.
_METADATA = lazy_pattern(
    r"(?am)/iam/security-credentials/?[\"']?[ \t]{0,8}\n(?P<name>[\w+=,.@-]{1,64})[ \t]{0,8}(?:\r?$|(?=[\w@.-]{0,80}[$#] ))"
)
_ACCOUNTS = lazy_pattern(r"\barn:(aws[a-z-]{0,12}:(?:iam|eks|sts):[a-z0-9-]{0,30}:[0-9]{12}):")
_SIGNS = ("ole", "security-credentials")


def find_stated_node_role(text: str) -> str | None:
    r"""Return the ARN of the only node role that a text states, as far as the text shows it.

    >>> find_stated_node_role('"nodeRole": "arn:aws:iam::111122223333:role/workers"')
    'arn:aws:iam::111122223333:role/workers'
    >>> find_stated_node_role("node role: shop-nodes; arn:aws:iam::111122223333:role/admin has an entry")
    'arn:aws:iam::111122223333:role/shop-nodes'
    """
    if not any(sign in text for sign in _SIGNS):
        return None
    stated: Stated | None = unique_value(_NODE_ROLES, text)
    if stated is not None:
        return stated.value
    named: Stated | None = unique_value(_NAMED, text)
    name = find_listed_role(text) or (None if named is None else named.value)
    if name is None:
        return None
    owners = {(found[1].partition(":")[0], found[1][-12:]) for found in _ACCOUNTS.finditer(text)}
    if len(owners) != 1:
        return None
    [(partition, account)] = owners
    return f"arn:{partition}:iam::{account}:role/{name}"


def find_listed_role(text: str) -> str | None:
    r"""Return the name of the role that the metadata service of an instance lists in a text.

    >>> find_listed_role("$ curl http://169.254.169.254/latest/meta-data/iam/security-credentials/\nworkers\n")
    'workers'
    """
    named = _METADATA.search(text) if "security-credentials" in text else None
    return None if named is None else named["name"]
