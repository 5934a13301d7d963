"""Find a value if the text states no other one of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from iamtriage._patterns import KUBERNETES_NAME, REGION, lazy_pattern, may_name_region, only_one
from iamtriage.explaining._context.values import Stated, quote_match
from iamtriage.policies._masked_arns import find_partition

# Words of a sentence and literals that a pattern can take for a name.
_NO_NAMES = frozenset(
    {
        "is", "in", "not", "the", "a", "an", "of", "for", "to", "has", "was",
        "name", "cluster-name", "cluster_name", "and", "with", "does", "exec", "logs", "null", "none", "true", "false",
    }
)  # fmt: skip
# More of them, which can be names outside of sentences.
NO_SAID_NAMES = frozenset(
    {
        "no", "nr", "number", "that", "which", "this", "it", "itself", "there", "by", "from", "on", "can", "but", "only", "or", "as", "uses", "access",
        "admin", "admins", "level", "scope", "creator", "endpoint", "policy", "policies", "token", "tokens", "role", "roles", "role-arn",
        "annotation", "autoscaling", "user", "users", "cluster", "version", "issuer", "network", "creation", "add-on", "add-ons", "works", "worked",
        "runs", "fails", "failed", "exists", "found", "needs", "both", "either", "too", "again", "yet", "now", "already", "here", "also",
        "prove", "proves", "show", "shows", "say", "says", "does", "do", "did", "get", "gets", "got", "run", "ran", "start", "starts", "started",
        # What a cluster or a namespace has.
        "addons", "api", "autoscaler", "certificate", "certificates", "config", "configuration", "credentials", "events", "info",
        "labels", "logs", "management", "node", "nodes", "object", "objects", "owner", "owners", "permission", "permissions", "pod",
        "pods", "privileges", "quota", "resource", "resources", "rights", "security", "service", "services", "settings", "setup",
        "state", "status", "upgrade", "upgrades",
        "create", "created", "delete", "deleted", "deletion", "deploy", "destroy", "destroyed", "update", "updated", "updates",
        "use", "used", "keep", "keeps", "alone", "instead", "first", "before", "after", "then", "just", "still", "never", "always",
    }
)  # fmt: skip

_STARTS_OF_ADJECTIVES = r"(?:all|auto|brand|cross|multi|non|on|one|self|single|three|two|up)-"
# A name after its noun in a sentence. A plain word is one only at the end of a phrase, and after "is" only a word in quotes,
# or before a Region one that no adjective is, such as self-managed.
_SAID = {
    noun: lazy_pattern(
        rf"(?m)(?<![\w-])(?i:{noun}) (?:(?:is (?:called|named)|name is|is(?= [`\"])) [`\"']?({KUBERNETES_NAME})(?![\w-]|\.\w)"
        rf"|is (?=[a-z]{{0,62}}[0-9-])(?!{_STARTS_OF_ADJECTIVES})({KUBERNETES_NAME})(?<!ed)(?<!-only)(?: in |,? \(|, ){REGION}(?![\w-])"
        rf"|(?:called |named )?[`\"']?(?:([a-z](?=[a-z]{{0,62}}[0-9-]){KUBERNETES_NAME})(?![\w-]|\.\w)"
        rf"|((?![0-9]{{1,3}}\b){KUBERNETES_NAME})(?=[`\",;)]|'(?!(?:t|re|ve|ll|d)\b)|\.?$|\.\s| \(| (?:in|has|was|is|does|uses)\b)))"
        rf"|[`\"]({KUBERNETES_NAME})[`\"] (?:EKS |Kubernetes )?(?i:{noun})\b",
        re.ASCII,
    )
    for noun in ("namespace", "service account", "cluster", "deployment")
}
_SAID_ROLE = lazy_pattern(
    r"(?a)\b[Rr]ole [`\"']?(?P<name>[\w+=@-][\w+=.@-]{1,63})[`\"']? (?:in|of) (?:our |the )?(?:AWS )?account (?P<account>[0-9]{12})\b"
)

# An ARN of another partition than aws, or a Region.
_PARTITION_SIGN = lazy_pattern(
    r"\barn:(aws-(?:cn|us-gov|iso(?:-[a-z])?|eusc)):|(?<![\w-])((?:us-(?:gov|iso[a-z]?)-|[a-z]{2,4}-)(?:[a-z]{4,9})-[0-9])(?![\w-])"
)


def unique_value(
    pattern: re.Pattern[str],
    text: str,
    others: Iterable[Stated] = (),
    *,
    excluded: frozenset[str] = frozenset(),
) -> Stated | None:
    """Return the only value that a pattern finds in a text, and that others have which were found there."""
    found = (
        Stated(next(filter(None, each.groups())).rstrip(".,-"), quote_match(each))
        for each in pattern.finditer(text)
    )
    chosen: Stated | None = None
    for stated in chain(found, others):
        if stated.value in excluded or stated.value in _NO_NAMES:
            continue
        if chosen is not None and chosen.value != stated.value:
            return None
        chosen = chosen or stated
    return chosen


def find_said_name(noun: str, text: str, excluded: frozenset[str] = frozenset()) -> Stated | None:
    """Return the only name that follows a noun in sentences.

    >>> find_said_name("cluster", "My cluster prod is in eu-west-1, the cluster admin is away.").value
    'prod'
    """
    # The first letter can be a capital.
    if noun[1:] not in text:
        return None
    return unique_value(_SAID[noun], text, excluded=excluded | NO_SAID_NAMES)


def find_said_role(text: str) -> Stated | None:
    """Return the ARN of a role of which a sentence has the name and the account."""
    found = _SAID_ROLE.search(text) if "ole " in text and "ccount " in text else None
    if found is None:
        return None
    partition = stated_partition(text) or "aws"
    return Stated(f"arn:{partition}:iam::{found['account']}:role/{found['name']}", quote_match(found))


def stated_partition(text: str) -> str | None:
    """Return the only partition of the Regions in a text and of its ARNs, or ``None``.

    An ARN of the partition ``aws`` in a text about another one is a mistake, or that of an AWS managed policy.

    >>> stated_partition("--region cn-north-1 --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess")
    'aws-cn'
    """
    if not (may_name_region(text) or "arn:aws-" in text):
        return None
    signs = set(_PARTITION_SIGN.findall(text))
    return only_one({arn or find_partition(region) for arn, region in signs} - {None})
