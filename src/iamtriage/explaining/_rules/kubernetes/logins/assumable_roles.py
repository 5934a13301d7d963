"""Explain a rejected login of a caller who may assume the role that is mapped.

Source: https://docs.aws.amazon.com/cli/latest/reference/eks/update-kubeconfig.html (--role-arn).
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._rules.basics import Explanation
from iamtriage.explaining._rules.kubernetes.logins import client_configurations
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_PRINCIPAL
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster, find_iam_arns
from iamtriage.explaining._rules.shared.principals.principal_words import underlying_role
from iamtriage.explaining._rules.shared.remedies import your_remedy

_MAX_TEXT = 64_000
# A role that people say the caller assumes, and the roles that they say the cluster knows.
_NAMED_ROLE = r"(?:(?:the|my|our|an?) )?(?:(?:IAM|SSO|AWS) )?(?:[Rr]ole[ :/])?[`\"']?(?:arn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9]{12}:role/)?(?:[\w+=,.@-]{1,64}/){0,4}"
_ROLE = r"[\w+=,@-](?:[\w+=,.@-]{0,62}[\w+=@-])?"
_ASSUMES = lazy_pattern(
    rf"(?a)\b(?:assumes?|assum(?:ed|ing)|switch(?:es)? to|switch into) {_NAMED_ROLE}(?P<role>{_ROLE})"
)
_NOT_ASSUMED = lazy_pattern(
    r"(?i)(?:n't|n’t|\bnot|\bcannot|\bnever|\bunable|\bfail\w{0,3}|\bdenied|\bno longer|\bif|\bshould|\bmust|\bnobody|\bwithout)\b[^.\n]{0,40}\Z"
)
# The name stands before or after these words.
_IS_MAPPED = r"[`\"']?,? (?:\(?(?:that|which) )?(?:(?:role|one) )?(?:is (?:what |the one )?(?:that )?(?:has been )?(?:already )?(?:mapped|in (?:the )?aws-auth|listed)|(?:is what )?has (?:an|the|its) (?:EKS )?access entry|is in (?:the )?aws-auth)"
_MAPPED = lazy_pattern(
    rf"(?a)(?<![\w+=@-])(?P<before>{_ROLE}){_IS_MAPPED}"
    rf"|(?:\baccess entry for|\baws-auth (?:has|maps|contains|lists)|\brolearn:|\bprincipal-?[aA]rn[\"']?[:= ]) ?{_NAMED_ROLE}(?P<after>{_ROLE})"
)


def explain_assumable_role(case: AnyCase) -> Explanation | None:
    """Explain that kubectl does not assume the role that is mapped, or return ``None`` if the text does not say that the caller may."""
    text = case.failure.text[:_MAX_TEXT]
    names = {
        each["role"]
        for each in _ASSUMES.finditer(text)
        if not _NOT_ASSUMED.search(text[max(each.start() - 60, 0) : each.start()])
    }
    mapped = {each["before"] or each["after"] for each in _MAPPED.finditer(text)} if names else set[str]()
    name = only_one(names & mapped)
    pinned = client_configurations.find_pinned_role(case)
    if (
        name is None
        or getattr(pinned, "name", None) == name
        or getattr(underlying_role(case.principal), "name", None) == name
    ):
        return None
    arn = only_one({each for each in find_iam_arns(text) if each.rpartition("/")[2] == name})
    cluster = find_cluster(case)
    lookup = f'"$(aws iam get-role --role-name {name} --query Role.Arn --output text)"'
    where = f" {cluster.argument}" if cluster.name else ""
    return case.explain(
        f"The cluster{where} could not authenticate the caller (401): the role {name} has access, but kubectl signs in without assuming it.",
        OTHER_PRINCIPAL.cause(
            "derived",
            text=f"The text says that the caller assumes {name}, which is mapped. A kubeconfig assumes a role only if it names it (--role-arn), or a profile that does.",
        ),
        topic="kubernetes-login",
        remedies=your_remedy(
            f"Let kubectl assume the role {name}",
            "kubectl then gets its token as the role: aws eks get-token calls sts:AssumeRole with your own credentials.",
            None if arn else "The nested command prints the role's ARN. Run it in the role's account.",
            commands=(f"{cluster.kubeconfig_command()} --role-arn {arn or lookup}", "kubectl auth whoami"),
            url=pages.EKS_KUBECONFIG,
        ),
        notes="The caller's own role needs no entry, as long as it may assume this one.",
    )
