"""Read a kubeconfig in the text, and explain that it gets its token for another cluster than it calls.

A token of EKS is signed for one cluster: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.clusters import AnyCase

_MAX_TEXT = 64_000
_CHARS_OF_USER = 2_000
_NAME = r"[\"']?(?P<{}>[\w.:@/-]{{1,200}})[\"']?"
_CONTEXT = lazy_pattern(
    rf"^ {{0,8}}- context:\s{{1,40}}cluster: {_NAME.format('cluster')}\s{{1,40}}(?:namespace: \S{{1,80}}\s{{1,40}})?user: {_NAME.format('user')}\s{{1,40}}name: {_NAME.format('name')}",
    re.MULTILINE,
)
_CURRENT = lazy_pattern(rf"^current-context: {_NAME.format('name')}", re.MULTILINE)
_USER = lazy_pattern(rf"^ {{0,8}}- name: {_NAME.format('name')}\s{{1,40}}user:", re.MULTILINE)
_CLUSTER_ARN = lazy_pattern(
    r"arn:aws[\w-]{0,12}:eks:(?P<region>[a-z0-9-]{5,30}):[0-9]{12}:cluster/(?P<name>[0-9A-Za-z][\w-]{0,99})"
)
_EKSCTL = lazy_pattern(r"(?P<name>[0-9A-Za-z][\w-]{0,99})\.(?P<region>[a-z0-9-]{5,30})\.eksctl\.io")
# An argument is an item of a list, on its own line or in brackets.
_ARGUMENT = r"[\"']?\s{{0,40}}(?:,\s{{0,4}}|\n\s{{0,40}}- )[\"']?(?P<{}>[\w-]{{1,100}})[\"']?"
_OF_TOKEN = lazy_pattern(rf"(?:--cluster-name|--cluster-id|(?<![\w-])-i){_ARGUMENT.format('name')}")
_REGION_OF_TOKEN = lazy_pattern(rf"--region{_ARGUMENT.format('region')}")


class OtherToken(NamedTuple):
    """A kubeconfig whose token is for another cluster than it calls.

    Attributes:
        context: The name of the context.
        user: The name of the user, whose plugin gets the token.
        called: The cluster that is called.
        region: Its Region.
        signed: The cluster of the token.
        signed_region: The Region of the token, if the plugin states it.
    """

    context: str
    user: str
    called: str
    region: str
    signed: str
    signed_region: str | None


def find_other_token(text: str) -> OtherToken | None:
    """Return the current context of a kubeconfig, if its token is for another cluster than it calls."""
    if "- context:" not in text or "exec:" not in text:
        return None
    text = text[:_MAX_TEXT]
    contexts = {each["name"]: each for each in _CONTEXT.finditer(text)}
    current = _CURRENT.search(text)
    context = contexts.get(current["name"]) if current else None
    if context is None and len(contexts) == 1:
        context = next(iter(contexts.values()))
    called = None
    if context is not None:
        called = _CLUSTER_ARN.fullmatch(context["cluster"]) or _EKSCTL.fullmatch(context["cluster"])
    if context is None or called is None:
        return None
    users = [*_USER.finditer(text)]
    user = next((each for each in users if each["name"] == context["user"]), None)
    if user is None:
        return None
    following = (each.start() for each in users if each.start() > user.end())
    end = min(next(following, len(text)), user.end() + _CHARS_OF_USER)
    signed = _OF_TOKEN.search(text, user.end(), end)
    if signed is None:
        return None
    region = _REGION_OF_TOKEN.search(text, user.end(), end)
    signed_region = None if region is None else region["region"]
    if signed["name"] == called["name"] and signed_region in {None, called["region"]}:
        return None
    return OtherToken(
        context["name"], user["name"], called["name"], called["region"], signed["name"], signed_region
    )


def explain_other_token(case: AnyCase, found: OtherToken) -> Explanation:
    """Explain that a kubeconfig gets its token for another cluster than it calls."""
    cluster = find_cluster(case)
    is_region = found.signed == found.called
    other = f"a cluster in {found.signed_region}" if is_region else f"the cluster {found.signed}"
    option = "--region" if is_region else "--cluster-name"
    wrong, right = (found.signed_region or "", found.region) if is_region else (found.signed, found.called)
    update = "aws eks update-kubeconfig --name {} --region {}"
    arguments = [commands.cluster(found.called), commands.region(found.region)]
    if not found.context.startswith("arn:") and commands.cluster(found.context) == found.context:
        update += " --alias {}"
        arguments.append(found.context)
    principal = build_cluster_principal(case.stated_principal, case.caller or "the caller")
    return case.explain(
        f"The kubeconfig calls the cluster {found.called} with a token for {other}: a token is valid for one cluster only, so the API server does not accept it.",
        OTHER_CLUSTER.cause(
            "derived",
            (
                f"The context {clip_text(found.context)} calls {found.called} in {found.region}.",
                f"Its user {clip_text(found.user)} gets the token with {option} {wrong}.",
            ),
            text=f"The user of the context gets its token with {option} {wrong}, not {right}.",
        ),
        topic="kubernetes-login",
        remedies=(
            your_remedy(
                f"Get the token for {found.called if not is_region else found.region}",
                f"The command writes the context again. Or change {option} to {right} in the args of the user {clip_text(found.user)}.",
                "If the API server still does not accept the caller, the principal has no access to the cluster: the next remedy shows who has.",
                commands=(fill_command(update, *arguments), "kubectl auth whoami"),
                url=pages.EKS_KUBECONFIG,
            ),
            principal.inspect_access_remedy(cluster),
        ),
        notes=("Neither RBAC roles nor IAM policies help: the API server does not know who calls.",),
    )
