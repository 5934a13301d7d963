"""Tests that hostile names cannot change the commands, manifests and policies of explanations."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import get_session
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from iamtriage import from_record, parse
from iamtriage.explaining._context.values import Rule, Subject
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import classify_user
from iamtriage.explaining._rules.shared.kubernetes.manifests import object_name, write_role
from iamtriage.failures import (
    AccessEntry,
    ConsoleKubernetesAccess,
    InvalidArn,
    KubernetesForbidden,
    KubernetesUnauthorized,
)
from tests.explaining.golden.cases import KUBERNETES as CASES
from tests.explaining.rules.aws_cli import KNOWS_ALL, check_call
from tests.explaining.rules.explained import explained, explained_failure
from tests.explaining.rules.shell import PROGRAMS, arguments_of
from tests.strategies import record_of
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage import Failure
    from iamtriage.explaining import Explanation

HOSTILE = (
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "a\ntouch pwned",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "a | touch pwned",
    "a && touch pwned",
    "> pwned",
    "--output=text",
    "-x",
    "file://secret",
    "*",
    "~",
    "a b",
    "{{SessionName}}",
    "a: b\n- c",
    "no",
    "1e3",
    "2026-01-02",
    "&a [x]",
    "!!python/object",
    "\u2028",
    "\x85",
    "\x1b[31m",
    "\U0001f600",
    "\ud800",
    "\x7f\x00",
)
names = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=30),
    st.sampled_from(("shop", "orders", "pods", "list", "apps")),
)
principals = st.one_of(
    names,
    names.map("arn:aws:iam::111122223333:role/{}".format),
    names.map("arn:aws:sts::111122223333:assumed-role/dev/{}".format),
    names.map("system:serviceaccount:shop:{}".format),
    names.map("system:node:{}".format),
    st.sampled_from(
        (
            "arn:aws:iam::111122223333:role/-x",
            "arn:aws:iam::111122223333:instance-profile/-x",
            "arn:aws:iam::111122223333:role/$(id)/app",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana",
            "arn:aws:iam::xxxx:role/app",
            "arn:aws:iam::111122223333:root",
            "system:anonymous",
        )
    ),
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "cluster": names,
        "region": st.one_of(names, st.just("eu-west-1")),
        "namespace": names,
        "service_account": names,
        "caller": principals,
        "resource": principals,
        "authentication_mode": st.sampled_from(("API", "CONFIG_MAP", "API_AND_CONFIG_MAP")),
    },
)
optional_names = st.none() | names


@st.composite
def forbidden(draw: st.DrawFn) -> KubernetesForbidden:
    """Draw a denial whose sentence matches its fields, whatever their values."""
    user, verb = draw(principals), draw(st.one_of(names, st.sampled_from(("get", "list", "create", "bind"))))
    resource = draw(st.one_of(names, st.sampled_from(("pods", "pods/log", "nodes", "secrets"))))
    group, namespace, name = draw(optional_names), draw(optional_names), draw(optional_names)
    place = "at the cluster scope" if namespace is None else f'in the namespace "{namespace}"'
    text = f'{resource} "{name}" is forbidden: User "{user}" cannot {verb} resource "{resource}" in API group "{group}" {place}'
    return KubernetesForbidden(
        text=text,
        span=(0, len(text)),
        principal=user,
        user=user,
        verb=verb,
        kubernetes_resource=resource,
        api_group=group,
        namespace=namespace,
    )


@st.composite
def others(draw: st.DrawFn) -> Failure:
    """Draw a failure of another kind: a golden text with replaced names."""
    text = draw(st.sampled_from([text for _, text, _ in CASES]))
    for value in ("orders", "dev", "shop", "cart", "111122223333", "arn:aws:iam", "ip-10-0-0-1"):
        if draw(st.booleans()):
            text = text.replace(value, draw(principals))
    kinds: tuple[Callable[..., Failure], ...]
    kinds = (KubernetesUnauthorized, ConsoleKubernetesAccess, AccessEntry, InvalidArn)
    return draw(st.sampled_from(kinds))(
        text=text, span=(0, len(text)), principal=draw(st.none() | principals)
    )


tried = cache(arguments_of)
# Arguments that can begin with a hyphen: options of these commands, and a lone hyphen for standard input.
OPTION = re.compile(
    r"-|-[denofu]|-(?:noout|subject|issuer|dates|in)|--[a-z]+(?:-[a-z]+)*|--(?:as|as-group|subresource|user|group|patch|type)=.*"
    r"|--(?:verb|resource|resource-name|non-resource-url|serviceaccount|role|clusterrole)=[\w./:,-]+",
    re.DOTALL,
)
PIPES = (" | iamtriage aws-auth ", " -o yaml | grep ", " | cut -d . -f 2 | base64 -d")


def check_commands(found: Explanation) -> None:
    for remedy in found.remedies:
        for command in remedy.commands:
            assert "\n" not in command
            calls = tried(command)
            outer = (
                [call for call in calls if call[:3] != ["aws", "iam", "get-role"]]
                if len(calls) > 1
                else calls
            )
            pipes = command.count(" | ") if any(each in command for each in PIPES) else 0
            # What the second command changes is what the first one prints.
            chains = command.startswith("groups=$(aws eks describe-access-entry ")
            assert len(outer) == 1 + pipes + chains, command
            for program, *arguments in calls:
                assert program in PROGRAMS
                assert all(OPTION.fullmatch(each) for each in arguments if each.startswith("-")), command
                assert not any(each.startswith("file:") and each != "file://trust.json" for each in arguments)
                assert "touch pwned" not in " ".join(
                    each for each in arguments if not each.startswith(("--as", "--user="))
                )


@given(forbidden(), facts)
@example(
    KubernetesForbidden(
        user="$(touch pwned)", verb="list", kubernetes_resource="pods", api_group="", namespace="shop"
    ),
    {"cluster": "; touch pwned"},
)
def test_commands_for_denials_run_what_they_name(
    failure: KubernetesForbidden, given_facts: dict[str, object]
) -> None:
    check_commands(explained_failure(failure, given_facts))


@given(others(), facts)
def test_commands_of_other_explanations_run_what_they_name(
    failure: Failure, given_facts: dict[str, object]
) -> None:
    check_commands(explained_failure(failure, given_facts))


@pytest.mark.unmeasured
@check_rows(("text", "given_facts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_commands_of_the_golden_cases_run(text: str, given_facts: dict[str, object]) -> None:
    check_commands(explained(text, given_facts))


@pytest.mark.unmeasured
@pytest.mark.skipif(not KNOWS_ALL, reason="this botocore lacks operations that remedies name")
@check_rows(("text", "given_facts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_aws_cli_has_these_commands(text: str, given_facts: dict[str, object]) -> None:
    for remedy in explained(text, given_facts).remedies:
        for command in remedy.commands:
            for program, *words in tried(command):
                if program == "aws":
                    check_call(words)


# ------------------------------------------------------------------ manifests


def load(text: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe", pure=True).load_all(text))


@given(forbidden(), facts)
def test_manifests_grant_exactly_the_denied_request(
    failure: KubernetesForbidden, given_facts: dict[str, object]
) -> None:
    manifests = [each.manifest for each in explained_failure(failure, given_facts).remedies if each.manifest]
    kind = classify_user(failure.user)
    if kind in {"anonymous", "component", "node"}:
        assert not manifests
        return
    [text] = manifests
    made, bound = load(text)
    [rule] = made["rules"]
    assert rule["verbs"] == [failure.verb]
    [subject] = bound["subjects"]
    if subject["kind"] == "User":
        assert subject["name"] == ("USER" if kind == "unknown" else failure.user)
    if failure.api_group is not None:
        assert (rule["apiGroups"], rule["resources"]) == ([failure.api_group], [failure.kubernetes_resource])
    for each in (made, bound):
        metadata = each["metadata"]
        assert isinstance(metadata, dict)
        assert re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", metadata["name"])
        if failure.namespace:
            assert metadata["namespace"] == failure.namespace
    assert bound["roleRef"] == {
        "kind": made["kind"],
        "name": made["metadata"]["name"],
        "apiGroup": "rbac.authorization.k8s.io",
    }


@given(st.lists(names, min_size=6, max_size=6))
@example(list(HOSTILE[:6]))
@example(list(HOSTILE[-6:]))
def test_every_name_stays_a_string(values: list[str]) -> None:
    verb, group, resource, name, subject, namespace = values
    account = Subject("ServiceAccount", subject, namespace)
    on_object, on_url = Rule((verb,), (group,), (resource,), (name,)), Rule((verb,), urls=(name,))
    written = {
        on_object: {"apiGroups": [group], "resources": [resource], "resourceNames": [name], "verbs": [verb]},
        on_url: {"nonResourceURLs": [name], "verbs": [verb]},
    }
    for rule, of_rule in written.items():
        made, bound = load(write_role("a", [rule], "b", account, namespace=namespace))
        assert made["rules"] == [of_rule]
        assert made["metadata"] == ({"name": "a", "namespace": namespace} if namespace else {"name": "a"})
        assert bound["metadata"] == {**made["metadata"], "name": "b"}
        assert bound["subjects"] == [{"kind": "ServiceAccount", "name": subject, "namespace": namespace}]


@given(st.lists(names, max_size=4))
def test_object_names_are_valid(parts: list[str]) -> None:
    made = object_name(*parts)
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?", made)


# ------------------------------------------------------------------ policies


@cache
def actions_of(service: str) -> frozenset[str]:
    model: Any = get_session().get_service_model(service)
    # Two actions that are not operations.
    return frozenset(model.operation_names) | {"eks": {"AccessKubernetesApi"}, "sts": {("TagSession")}}.get(
        service, set()
    )


# The actions that accept no resource.
ON_ALL = {"eks:ListClusters", "eks:DescribeAddonVersions", "iam:ListRoles"}


@given(others(), facts)
def test_policies_contain_only_valid_names(failure: Failure, given_facts: dict[str, object]) -> None:
    for remedy in explained_failure(failure, given_facts).remedies:
        assert (remedy.policy is None) == (remedy.layer is None)
        if remedy.policy is None:
            continue
        assert json.loads(json.dumps(remedy.policy)) == remedy.policy
        assert list(remedy.policy) == ["Version", "Statement"]
        for statement in remedy.policy["Statement"]:
            assert re.fullmatch(r"[A-Za-z0-9]+", statement["Sid"])
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            for action in actions:
                service, _, operation = action.partition(":")
                assert operation in actions_of(service)
            assert ("Principal" in statement) == (remedy.layer == "role_trust")
            if remedy.layer == "identity":
                resource = statement["Resource"]
                assert (resource == "*") == (set(actions) <= ON_ALL)
                assert re.fullmatch(
                    r"\*|arn:aws[a-z-]*:(?:eks|ssm):[a-z0-9A-Z_-]+:[0-9A-Z_]+:[\w/*-]+", resource
                )


# ------------------------------------------------------------------ every failure


@given(st.one_of(others(), forbidden()), facts)
def test_every_failure_is_explained(failure: Failure, given_facts: dict[str, object]) -> None:
    found = explained_failure(failure, given_facts)
    assert found.causes
    assert found.remedies
    assert found.topic
    for remedy in found.remedies:
        assert remedy.steps or remedy.commands
        assert remedy.url is None or remedy.url.startswith("https://")
    assert found.causes == tuple(dict.fromkeys(found.causes))
    found.to_dict()


@check_rows(
    "kind",
    [
        "kubernetes_forbidden",
        "kubernetes_unauthorized",
        "console_kubernetes_access",
        "access_entry",
        "invalid_arn",
    ],
)
def test_failure_without_text_is_explained(kind: str) -> None:
    assert explained_failure(from_record(record_of({"kind": kind}))).remedies


@check_rows(("text", "given_facts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_commands_and_policies_have_their_placeholders(text: str, given_facts: dict[str, object]) -> None:
    """The commands contain what the text states, and placeholders for the rest."""
    failure = parse(text)
    assert failure is not None
    for remedy in explained(text, given_facts).remedies:
        for command in remedy.commands:
            assert "None" not in command
            if "cluster" in given_facts:
                assert "CLUSTER" not in command.replace("CLUSTER_ROLE_ARN", "")
