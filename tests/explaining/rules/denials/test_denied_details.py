"""Tests for single sentences of explanations that depend on details of a denial."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from iamtriage._rendering.labels import Labelled
from tests.explaining.golden.cases_denied import INLINE_DETAILS
from tests.tables import check_rows

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"


def _denied(action: str, resource: str, caller: str = USER, *, lacks: str | None = "identity-based") -> str:
    reason = "" if lacks is None else f" because no {lacks} policy allows the {action} action"
    return f"User: {caller} is not authorized to perform: {action} on resource: {resource}{reason}"


def _expired(end: str, now: str) -> str:
    return f"<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Expires>{end}</Expires><ServerTime>{now}</ServerTime></Error>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_expired("2026-08-03T10:15:00Z", "2026-08-03T10:15:09Z"), "expired 9 seconds before it was used."),
        (_expired("2026-08-03T10:15:00Z", "2026-08-03T10:15:00Z"), "The presigned URL has expired."),
    ],
    ids=["later", "the same second"],
)
def test_time_since_a_url_expired(text: str, words: str) -> None:
    assert explain(text).summary.endswith(words)


_READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
_POD = f"arn:aws:sts::{ACCOUNT}:assumed-role/tea/eks-tea-brewer-0a1b2c3d-4e5f"


@check_rows(
    ("before", "caller", "reason", "remedy"),
    [
        pytest.param("", USER, None, None, id="unknown"),
        pytest.param(
            "Error: Could not assume role with user credentials: ",
            USER,
            "configure-aws-credentials passes tags",
            "Or, if no policy uses the tags, let configure-aws-credentials pass none",
            id="GitHub Actions",
        ),
        pytest.param(
            "",
            _POD,
            "EKS Pod Identity",
            "Or turn off the session tags of the Pod Identity association, if no policy uses them",
            id="pod",
        ),
        pytest.param(
            'assume_role {\n  role_arn = "x"\n  transitive_tag_keys = ["team"]\n}\n',
            USER,
            "The block assume_role",
            "Or, if no policy uses the tags, let Terraform pass none",
            id="Terraform",
        ),
        pytest.param(
            "$ aws sts assume-role --role-arn x --role-session-name y --tags Key=team,Value=tea\n",
            USER,
            "The command has the option --tags",
            "Or, if no policy uses the tags, pass no session tags",
            id="command",
        ),
    ],
)
def test_what_passes_session_tags(before: str, caller: str, reason: str | None, remedy: str | None) -> None:
    explanation = explain(f"{before}{_denied('sts:TagSession', _READER, caller, lacks=None)}")
    text = explanation.causes[0].text
    assert (reason or "The AssumeRole call passes session tags.") in text
    titles = [each.title for each in explanation.remedies]
    assert titles[1:] == ([] if remedy is None else [remedy])


@pytest.mark.parametrize(
    ("caller", "keeps"),
    [
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/hub/GitHubActions", "an identity-based policy of the role hub"),
        (f"arn:aws:iam::{ACCOUNT}:user/ci", "an identity-based policy of the user ci"),
    ],
    ids=["chained", "keys"],
)  # fmt: skip
def test_tags_that_both_accounts_must_allow(caller: str, keeps: str) -> None:
    role = "arn:aws:iam::444455556666:role/release"
    text = f"Assuming role with user credentials\n{_denied('sts:TagSession', role, caller, lacks=None)}"
    first = explain(text).remedies[0]
    assert f"{keeps} in account {ACCOUNT}." in first.steps[1]
    # The text does not show whether the policies allow sts:AssumeRole.
    assert "then requires only sts:AssumeRole" in first.steps[0]
    assert first.manifest == "with:\n  role-skip-session-tagging: true"


def test_session_tags_are_not_a_source_identity() -> None:
    explanation = explain(_denied("sts:SetSourceIdentity", _READER, _POD, lacks=None))
    assert "EKS Pod Identity" not in explanation.causes[0].text
    assert len(explanation.remedies) == 1


def test_a_supplied_trust_policy_decides_what_is_said_about_it() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"}
    facts = {"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}}
    shown = explain(_denied("sts:TagSession", _READER, lacks=None), facts=facts).to_text(detail="full")
    assert "ExternalId" not in shown
    assert "If it names the account" not in shown


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "does not allow this method"),
        (" with an explicit deny", "denies the method explicitly"),
    ],
    ids=["implicit", "explicit"],
)
def test_verdict_of_a_lambda_authorizer(reason: str, words: str) -> None:
    explanation = explain(f'{{"Message":"User is not authorized to access this resource{reason}"}}')
    assert explanation.topic == "lambda-authorizer"
    assert words in explanation.causes[0].text


def test_unknown_permission_of_an_execution_role_is_not_allowed() -> None:
    """No policy is proposed for an action that AWS does not have."""
    explanation = explain(
        "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The provided execution role does not have permissions to call Frobnicate on SQS"
    )
    assert explanation.topic == "execution-role"
    assert "is not allowed to perform what the message names" in explanation.summary
    assert all(each.policy is None for each in explanation.remedies)


@pytest.mark.parametrize(
    ("caller", "words"),
    [
        (SSO, "IAM Identity Center itself sets no session policy"),
        (
            f"arn:aws:sts::{ACCOUNT}:federated-user/ana",
            "whose keys call GetFederationToken needs s3:GetObject",
        ),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s", "only if nothing has to limit the session"),
    ],
    ids=["Identity Center", "federated user", "role"],
)
def test_source_of_a_session_policy(caller: str, words: str) -> None:
    explanation = explain(_denied("s3:GetObject", "arn:aws:s3:::orders/1.csv", caller, lacks="session"))
    assert explanation.topic == "session-policy"
    steps = explanation.remedies[0].steps
    assert any(words in each for each in steps)


@check_rows(
    "issuer",
    ["https://b\u00fccher.example", "https://example.com/a\nb", f"https://{'a' * 3000}.example", 7],
    ids=["not ASCII", "line break", "length", "number"],
)
def test_invalid_issuer_is_a_placeholder(issuer: object) -> None:
    text = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    policy = explain(text, facts={"token_claims": {"iss": issuer, "sub": "a"}}).remedies[-1].policy
    assert policy is not None
    [statement] = policy["Statement"]
    assert statement["Principal"] == {"Federated": "arn:aws:iam::ACCOUNT_ID:oidc-provider/ISSUER"}


def test_missing_service_linked_role_is_created_once() -> None:
    explanation = explain(_denied("iam:CreateServiceLinkedRole", LINKED))
    assert [each.code for each in explanation.causes] == ["no-identity-allow", "no-service-linked-role"]
    command = "aws iam create-service-linked-role --aws-service-name eks.amazonaws.com"
    [remedy] = explanation.remedies
    assert remedy.commands[0] == command
    assert "--policy-document file://policy.json" in remedy.commands[1]
    short = str(explanation)
    assert short.index(command) < short.index("create it:\n") < short.index("> policy.json")
    controller = explain(_denied("iam:CreateServiceLinkedRole", LINKED) + "\naws-load-balancer-controller")
    assert controller.remedies[0].commands[0] == command


@pytest.mark.parametrize("type_", ["permissions boundary", "service control policy", "identity-based policy"])
def test_service_linked_role_needs_no_wider_boundary(type_: str) -> None:
    """An identity without the boundary can create the role once; an SCP limits the others, too."""
    message = _denied("iam:CreateServiceLinkedRole", LINKED).replace("identity-based policy", type_)
    first, *others = explain(message).remedies
    is_boundary = type_ == "permissions boundary"
    assert (first.title.endswith("once, without this boundary")) is is_boundary
    if is_boundary:
        assert first.commands == ("aws iam create-service-linked-role --aws-service-name eks.amazonaws.com",)
        assert others[0].title == "Or allow iam:CreateServiceLinkedRole in the permissions boundary"
    other = message.replace("CreateServiceLinkedRole", "CreateRole")
    assert not any("service-linked" in each.title for each in explain(other).remedies)


@pytest.mark.parametrize(
    ("action", "decodes"), [("sts:DecodeAuthorizationMessage", True), ("sts:GetFederationToken", False)]
)
def test_decoding_does_not_allow_the_call(action: str, *, decodes: bool) -> None:
    [first, *_] = explain(_denied(action, "*")).remedies
    assert (
        "Only that shows which action was denied, such as the call itself or iam:PassRole" in first.steps[0]
    ) is decodes
    assert first.policy is not None


def test_service_linked_role_of_an_unknown_service_has_no_command() -> None:
    explanation = explain(_denied("iam:CreateServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:role/orders"))
    assert [each.code for each in explanation.causes] == ["no-identity-allow"]
    assert "create-service-linked-role" not in " ".join(str(explanation).split())


def test_long_message_of_a_service_is_truncated() -> None:
    message = ", ".join(["please ask the team that owns this thing for access"] * 40)
    explanation = explain(
        f"An error occurred (AccessDeniedException) when calling the DescribeThing operation: {message}"
    )
    assert explanation.causes[0].text == f"The service says: {message[:300]}…"


def _decoded(value: str) -> dict[str, Any]:
    return {
        "allowed": False,
        "explicitDeny": False,
        "matchedStatements": {"items": []},
        "failures": {"items": []},
        "context": {
            "principal": {"id": "AIDAEXAMPLEEXAMPLE12", "name": "ana", "arn": USER},
            "action": "iam:PassRole",
            "resource": f"arn:aws:iam::{ACCOUNT}:role/nodes",
            "conditions": {
                "items": [{"key": "iam:PassedToService", "values": {"items": [{"value": value}]}}]
            },
        },
    }


@check_rows(
    ("keys", "verdict", "condition"),
    [
        (("ec2:ResourceTag/team", "aws:ResourceTag/team"), "The resource has the tag team=tea:", "aws:ResourceTag/team"),
        (("ec2:ResourceTag/team", "ec2:ResourceTag/env"), "The resource has the tags team=tea, env=tea:", "ec2:ResourceTag/team"),
        (("aws:PrincipalTag/team",), "The caller has the tag team=tea:", None),
        (("aws:RequestTag/team",), "The request has the tag team=tea:", None),
        (("aws:ResourceTag/aws:autoscaling:groupName", "aws:ResourceTag/Name"), None, None),
    ],
)  # fmt: skip
def test_decoded_tags_that_an_allow_must_match(
    keys: tuple[str, ...], verdict: str | None, condition: str | None
) -> None:
    context = {
        "principal": {"id": "AIDAEXAMPLEEXAMPLE12", "arn": USER},
        "action": "ec2:StopInstances",
        "resource": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718",
        "conditions": {"items": [{"key": each, "values": {"items": [{"value": "tea"}]}} for each in keys]},
    }
    text = "An error occurred (UnauthorizedOperation) when calling the StopInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: 81IfYiNZlt4QusMu262DnmXmkXF3HKBHOMWvbPI0"
    explanation = explain(text, facts={"decoded_message": {**_decoded(""), "context": context}})
    assert "no policy allows it" in explanation.summary
    assert ("another tag or value does not match" in explanation.summary) is (verdict is not None)
    assert (verdict or "") in explanation.summary
    by_tag = [note for note in explanation.notes if note.startswith("Or allow it by tag")]
    assert [f'{{"StringEquals": {{"{condition}": "tea"}}}}' in note for note in by_tag] == [True] * bool(
        condition
    )


def test_decoded_denial_of_tags_on_creation() -> None:
    """The decoded message says what is missing, and that only new resources are tagged."""
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/ebs-csi/1715"
    context = {
        "principal": {"id": "AROAEXAMPLEEXAMPLE12:1715", "arn": role},
        "action": "ec2:CreateTags",
        "resource": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/*",
        "conditions": {
            "items": [{"key": "ec2:CreateAction", "values": {"items": [{"value": "CreateVolume"}]}}]
        },
    }
    text = "ebs.csi.aws.com: could not create volume in EC2: UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: 81IfYiNZlt4QusMu262DnmXmkXF3HKBHOMWvbPI0"
    explanation = explain(text, facts={"decoded_message": {**_decoded(""), "context": context}})
    attach, allow, *_ = explanation.remedies
    assert attach.commands[0].endswith("policy/service-role/AmazonEBSCSIDriverPolicy")
    assert allow.policy is not None
    [statement] = allow.policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"ec2:CreateAction": "CreateVolume"}}
    assert "does not say why" not in explanation.to_text(detail="full")
    assert "policy that denies it" not in explanation.to_text(detail="full")


@check_rows(
    ("operation", "resource", "kinds", "calls"),
    [
        ("RunInstances", "volume/*", ["volume"], "RunInstances"),
        (
            "CreateFleet",
            "fleet/*",
            ["fleet"],
            ["CreateFleet", "RunInstances"],
        ),
        ("CreateVolume", "volume/*", ["volume"], "CreateVolume"),
        ("CreateTags", "volume/*", ["volume"], None),
        ("CreateTags", "volume/vol-0a1b2c3d4e5f60718", ["volume"], None),
    ],
)
def test_tagging_is_limited_to_the_call_that_creates(
    operation: str, resource: str, kinds: list[str], calls: object
) -> None:
    """A call can tag all that it creates, and AWS names the first type only: the policy has no more."""
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:"
    denial = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/run-1 is not authorized to perform: ec2:CreateTags on resource: {arn}{resource} because no identity-based policy allows the ec2:CreateTags action"
    text = f"An error occurred (UnauthorizedOperation) when calling the {operation} operation: You are not authorized to perform this operation. {denial}"
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    [statement] = remedy.policy["Statement"]
    [kind] = kinds
    assert statement["Resource"].partition("/")[0] == f"{arn}{kind}"
    condition = None if calls is None else {"StringEquals": {"ec2:CreateAction": calls}}
    assert statement.get("Condition") == condition
    about_calls = [
        step
        for step in remedy.steps
        if step.startswith("The call tags what it creates, which requires ")
        and f": {operation} itself" in step
    ]
    assert len(about_calls) == (calls is not None)
    assert any("RunInstances, CreateVolume" in step for step in remedy.steps) == (
        calls is None and resource.endswith("*")
    )


@check_rows(
    ("shown", "kinds"),
    [
        ('"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"team"}]}]}', ["instance"]),
        ("--tag-specifications 'ResourceType=volume,Tags=[{Key=a,Value=b}]' 'ResourceType=instance,Tags=[{Key=a,Value=b}]'", ["instance", "volume"]),
        ("TagSpecifications=[{'ResourceType': 'instance', 'Tags': tags}]", ["instance"]),
        # It tags something else, a template can have more tags, and this is no tag.
        ("--tag-specifications 'ResourceType=volume,Tags=[{Key=a,Value=b}]'", None),
        ("--launch-template x --tag-specifications 'ResourceType=instance,Tags=[{Key=a,Value=b}]'", None),
        ("resourceType: instance, region: eu-west-1", None),
    ],
)  # fmt: skip
def test_tagging_is_limited_to_what_the_call_tags(shown: str, kinds: list[str] | None) -> None:
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:"
    denial = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/run-1 is not authorized to perform: ec2:CreateTags on resource: {arn}instance/* because no identity-based policy allows the ec2:CreateTags action"
    text = f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. {denial}\n{shown}"
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    [statement] = remedy.policy["Statement"]
    named = [f"{arn}{kind}/*" for kind in kinds or ["instance"]]
    assert statement["Resource"] == (named if len(named) > 1 else named[0])
    further = "add volume/* and network-interface/* if the call tags them"
    assert any(further in each for each in remedy.steps) is (kinds is None)


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "spotfleet.amazonaws.com"])
def test_role_recipient_of_the_request_takes_precedence(service: str) -> None:
    """The decoded message names the service; the operation only suggests one."""
    text = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation."
    policy = explain(text, facts={"decoded_message": _decoded(service)}).remedies[0].policy
    assert policy is not None
    [statement] = policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": service}}


@pytest.mark.parametrize(
    ("role", "needs_caller"),
    [(f"arn:aws:iam::{ACCOUNT}:role/reader", False), ("arn:aws:iam::444455556666:role/reader", True)],
    ids=["own account", "other account"],
)
def test_source_identity_for_a_role_of_another_account(role: str, needs_caller: bool) -> None:  # noqa: FBT001
    lines = explain(_denied("sts:SetSourceIdentity", role, lacks=None)).remedies[0].commands
    needed = f'"Action":"sts:SetSourceIdentity","Resource":"{role}"'
    assert any("put-user-policy --user-name ana" in each and needed in each for each in lines) == needs_caller


@pytest.mark.parametrize(
    ("caller", "allows"), [(USER, True), (f"arn:aws:iam::{ACCOUNT}:root", False)], ids=["user", "root user"]
)
def test_only_callers_with_policies_are_allowed_to_subscribe(caller: str, allows: bool) -> None:  # noqa: FBT001
    denied = _denied("aws-marketplace:Subscribe", "*", caller, lacks=None)
    explanation = explain(
        f"An error occurred (AccessDeniedException) when calling the InvokeModel operation: {denied}"
    )
    assert explanation.topic == "bedrock-subscription"
    assert any(each.policy is not None for each in explanation.remedies) == allows


def test_configuration_of_an_identity_pool() -> None:
    explanation = explain(
        "An error occurred (AccessDeniedException) when calling the GetCredentialsForIdentity operation: Invalid identity pool configuration. Check assigned IAM roles for this pool."
    )
    assert explanation.topic == "identity-pool-roles"
    assert "get-identity-pool-roles" in explanation.remedies[0].commands[0]


def test_changed_policy_of_an_api_takes_effect_with_a_deployment() -> None:
    api = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:abc/prod/GET/x"
    deny = " with an explicit deny in a resource-based policy"
    steps = explain(_denied("execute-api:Invoke", api, lacks=None) + deny).remedies[0].steps
    assert "Redeploy the API afterwards" in steps[-1]
    # The command that prints the policy saves it.
    assert "Save the changed policy" not in steps[-1]
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    steps = explain(_denied("sqs:SendMessage", queue, lacks=None) + deny).remedies[0].steps
    assert not any("Redeploy" in each for each in steps)


def test_statement_is_added_to_a_function_policy() -> None:
    """add-permission keeps the other statements, so nothing has to be saved first."""
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize"
    caller = "arn:aws:iam::444455556666:user/ana"
    explanation = explain(_denied("lambda:InvokeFunction", function, caller, lacks="resource-based"))
    remedy = explanation.remedies[0]
    # The options of the command are the statement.
    assert '"Principal"' not in explanation.to_text(detail="full")
    assert remedy.documents
    assert isinstance(remedy.commands[-1], Labelled)
    assert remedy.commands[-1].label.startswith(
        "Then, as an administrator of 444455556666, which must allow the call, too"
    )
    assert remedy.commands[-2].startswith("aws lambda add-permission ")
    assert f'"Action":"lambda:InvokeFunction","Resource":"{function}"' in remedy.commands[-1]


@pytest.mark.parametrize(
    ("attached_to", "where", "command"),
    [
        (USER, "of the user ana", "get-user-policy --user-name ana"),
        (f"arn:aws:iam::{ACCOUNT}:role/app", "of the role app", "get-role-policy --role-name app"),
        (f"arn:aws:iam::{ACCOUNT}:group/team/ops", "of the group ops", "get-group-policy --group-name ops"),
    ],
    ids=["user", "role", "group"],
)
def test_inline_policy_of_the_details_is_printed(attached_to: str, where: str, command: str) -> None:
    """The authorization details say to what the policy is attached; the caller is a user in all cases."""
    details = json.loads(json.dumps(INLINE_DETAILS).replace(USER, attached_to))
    deny = " with an explicit deny in an identity-based policy"
    text = _denied("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders", lacks=None) + deny
    explanation = explain(text, facts={"authorization_details": details})
    assert f"the statement NoQueues in an inline policy {where} " in explanation.summary
    lines = [line for remedy in explanation.remedies for line in remedy.commands]
    show = (
        f"aws iam {command} --policy-name POLICY_NAME --query PolicyDocument --output json | tee policy.json"
    )
    assert show in lines
    change = command.replace("get-", "put-", 1)
    assert f"aws iam {change} --policy-name POLICY_NAME --policy-document file://policy.json" in lines
    shown = " ".join(str(explanation).split())
    assert "Then, with POLICY_NAME of the policy with the Sid NoQueues:" in shown
    leaves_group = "aws iam remove-user-from-group --group-name ops --user-name ana" in shown
    assert leaves_group == ("group" in where)
    text += f". Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/{'4h8s1k6p' * 3} for complete details"
    again = explain(text, facts={"authorization_details": details})
    assert "get-request-authorization-policy" not in str(again.remedies[0].commands)


@pytest.mark.parametrize(
    ("attached_to", "detach"),
    [
        (USER, "detach-user-policy --user-name ana"),
        (f"arn:aws:iam::{ACCOUNT}:group/team/ops", "detach-group-policy --group-name ops"),
    ],
    ids=["user", "group"],
)
@pytest.mark.parametrize(
    "policy", [f"arn:aws:iam::{ACCOUNT}:policy/Rails", "arn:aws:iam::aws:policy/AWSDenyAll"]
)
def test_managed_policy_is_detached_from_what_has_it(attached_to: str, detach: str, policy: str) -> None:
    details = json.loads(json.dumps(INLINE_DETAILS).replace(USER, attached_to))
    (info,) = (each for each in details["policies"] if each["type"] == "IDENTITY_BASED_POLICY")
    old, info["uri"], info["inline"] = info["uri"], policy, False
    details = json.loads(json.dumps(details).replace(old, policy))
    deny = f" with an explicit deny in an identity-based policy: {policy}"
    text = _denied("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders", lacks=None) + deny
    lines = [
        line
        for each in explain(text, facts={"authorization_details": details}).remedies
        for line in each.commands
    ]
    assert [line.replace('"$policy"', policy) for line in lines if "aws iam detach-" in line] == [
        f"aws iam {detach} --policy-arn {policy}"
    ]
    # The details name the group, so the user can leave it, and nothing has to be listed.
    leaves = any("remove-user-from-group --group-name ops --user-name ana" in line for line in lines)
    assert leaves is ("group" in detach and "AWSDenyAll" not in policy)


@check_rows(
    ("action", "policy", "lacks"),
    [
        ("iam:CreateRole", "PowerUserAccess", True),
        ("organizations:LeaveOrganization", "PowerUserAccess", True),
        ("sqs:DeleteQueue", "ReadOnlyAccess", True),
        ("sqs:DeleteQueue", "AmazonSQSReadOnlyAccess", True),
        ("iam:ListRoles", "PowerUserAccess", False),
        ("iam:CreateServiceLinkedRole", "PowerUserAccess", False),
        ("sqs:SendMessage", "PowerUserAccess", False),
        ("sqs:SendMessage", "AmazonSQSFullAccess", False),
    ],
)
def test_other_policies_of_the_details_lack_the_action(action: str, policy: str, *, lacks: bool) -> None:
    """Without the Deny, the call is then denied again."""
    other = {"type": "IDENTITY_BASED_POLICY", "inline": False, "attachedTo": [{"arn": USER}]}
    details = json.loads(json.dumps(INLINE_DETAILS).replace("sqs:SendMessage", action))
    details["policies"].append({**other, "uri": f"arn:aws:iam::aws:policy/{policy}"})
    text = _denied(action, "*", lacks=None) + " with an explicit deny in an identity-based policy"
    found = explain(text, facts={"authorization_details": details})
    shown = " ".join(str(found).split())
    words = f"also requires an Allow, which the caller's other policies ({policy}) do not have"
    assert (words in shown) is lacks
    # Beside a Deny, an Allow is an invitation to try it alone.
    assert not any('"Effect":"Allow"' in each for each in found.remedies[0].commands)
    # Nobody knows what a policy of the account allows.
    details["policies"].append({**other, "uri": f"arn:aws:iam::{ACCOUNT}:policy/{policy}"})
    shown = " ".join(str(explain(text, facts={"authorization_details": details})).split())
    assert "other policies" not in shown


def test_managed_policy_of_the_details_is_not_printed_as_inline() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/fence"
    text = json.dumps(INLINE_DETAILS).replace("inline-1", arn).replace('"inline": true', '"inline": false')
    deny = " with an explicit deny in an identity-based policy"
    explanation = explain(
        _denied("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders", lacks=None) + deny,
        facts={"authorization_details": json.loads(text)},
    )
    assert f"the policy {arn} of the user ana" in explanation.summary
    assert "POLICY_NAME" not in " ".join(str(explanation).split())


def test_decoded_message_without_an_action() -> None:
    """The action is then that of the call."""
    message = _decoded("ec2.amazonaws.com")
    del message["context"]["action"]
    text = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation."
    explanation = explain(text, facts={"decoded_message": message})
    assert "was denied ec2:RunInstances on " in explanation.summary
    assert explanation.causes[0].code == "derived-action"


@pytest.mark.parametrize(
    ("operation", "has_quota"), [("DescribeCluster", True), ("AssumeRole", False)], ids=["EKS", "STS"]
)
def test_no_quota_of_sts_can_be_raised(operation: str, has_quota: bool) -> None:  # noqa: FBT001
    text = f"An error occurred (ThrottlingException) when calling the {operation} operation (reached max retries: 4): Rate exceeded"
    assert any("higher rate" in each.title for each in explain(text).remedies) == has_quota


def test_web_identity_error_is_evidence_of_a_pod() -> None:
    explanation = explain("WebIdentityErr: failed to retrieve credentials")
    [cause] = [each for each in explanation.causes if each.code == "service-account-without-role"]
    assert cause.because == ("The SDK was assuming a role with a web identity.",)


def test_arn_of_aws_is_not_taken_for_a_masked_caller() -> None:
    """AWS owns the account "aws", which has no users or roles of a customer."""
    caller = "arn:aws:iam::aws:user/ana"
    explanation = explain(_denied("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders", caller))
    assert explanation.summary.startswith(f"{caller} was denied ")


def test_other_marketplace_action_is_no_subscription() -> None:
    denied = _denied("aws-marketplace:Unsubscribe", "*", lacks=None)
    text = f"An error occurred (AccessDeniedException) when calling the InvokeModel operation: {denied}"
    assert explain(text).topic == "access-denied"


def test_pod_with_an_unknown_action_gets_no_policy() -> None:
    caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-node-group/i-0a1b2c3d4e5f60718"
    explanation = explain(
        f"logs of the pod: An error occurred (AccessDenied) when calling the Frob operation: User: {caller} is not authorized to perform this operation"
    )
    assert [each.code for each in explanation.causes] == ["pod-uses-node-role", "unknown-action"]
    assert all(each.policy is None for each in explanation.remedies)


@pytest.mark.parametrize("before", ["boto3.client('sns')", "$ aws s3 ls", "service: ec2"])
def test_other_service_in_the_text_is_not_the_called_one(before: str) -> None:
    """A service that does not have the operation was not called."""
    text = f"{before}\nAn error occurred (AccessDenied) when calling the ListQueues operation: Access Denied"
    assert "names neither the service nor a reason" in explain(text).summary


def test_unknown_check_of_the_details_names_no_policy_type() -> None:
    check = {"checkType": "NEW_KIND", "evaluatedEffect": "EXPLICIT_DENY"}
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    evaluation = {
        "action": "sqs:SendMessage",
        "resource": queue,
        "evaluatedEffect": "EXPLICIT_DENY",
        "checks": [check],
    }
    explanation = explain(
        _denied("sqs:SendMessage", queue, lacks=None) + " with an explicit deny",
        facts={"authorization_details": {"requestContext": {}, "evaluations": [evaluation], "policies": []}},
    )
    assert [(each.code, each.evidence) for each in explanation.causes] == [("explicit-deny", "reported")]


KEY = "arn:aws:kms:eu-west-1:{}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
BUILDER = "arn:aws:sts::111122223333:assumed-role/builder/run-7"


@check_rows(
    ("operation", "denied", "together"),
    [
        ("CreateMultipartUpload", "kms:GenerateDataKey", ["kms:GenerateDataKey", "kms:Decrypt"]),
        ("UploadPart", "kms:Decrypt", ["kms:Decrypt", "kms:GenerateDataKey"]),
        ("SendMessage", "kms:GenerateDataKey", ["kms:GenerateDataKey", "kms:Decrypt"]),
        ("PutObject", "kms:GenerateDataKey", "kms:GenerateDataKey"),
        ("GetObject", "kms:Decrypt", "kms:Decrypt"),
    ],
)
@check_rows("account", ["111122223333", "444455556666"])
def test_actions_of_one_call_are_in_one_statement(
    operation: str, denied: str, together: list[str] | str, account: str
) -> None:
    """What the call certainly requires, too, would otherwise be the next denial."""
    kind = "identity-based" if account == "111122223333" else "resource-based"
    text = f"An error occurred (AccessDenied) when calling the {operation} operation: User: {BUILDER} is not authorized to perform: {denied} on resource: {KEY.format(account)} because no {kind} policy allows the {denied} action"
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Action"] == together
    if account == "444455556666":
        assert json.dumps(together, separators=(",", ":")) in remedy.commands[-1]


REPOSITORY = "arn:aws:ecr:eu-west-1:111122223333:repository/cart"
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/cart:7"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUSH = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
}
UPLOAD = ["kms:GenerateDataKey", "kms:Decrypt"]


@check_rows(
    ("before", "denied", "together"),
    [
        (f'Failed to pull image "{IMAGE}": ', "ecr:BatchGetImage", PULL),
        (f"$ docker pull {IMAGE}\n$ docker push {IMAGE}\n", "ecr:BatchGetImage", PULL),
        # A build begins with an image.
        (f"Step 1/9 : FROM {IMAGE}\ndenied: ", "ecr:BatchGetImage", PULL),
        (f"#3 [internal] load metadata for {IMAGE}\n", "ecr:BatchGetImage", PULL),
        (f"Trying to pull {IMAGE}...\nError: ", "ecr:GetDownloadUrlForLayer", PULL[::-1]),
        (f"$ docker push {IMAGE}\ndenied: ", "ecr:InitiateLayerUpload", PUSH),
        (f"$ podman push {IMAGE}\n", "ecr:PutImage", PUSH),
        (f"The push refers to repository [{IMAGE}]\ndenied: ", "ecr:BatchCheckLayerAvailability", PUSH),
        (f"$ docker buildx build -t {IMAGE} --push .\nERROR: failed to push {IMAGE}: ", "ecr:BatchGetImage", PUSH),
        (f"error checking push permissions -- POST {IMAGE}: DENIED: ", "ecr:InitiateLayerUpload", PUSH),
        (f"$ docker build -t {IMAGE} .\n", "ecr:InitiateLayerUpload", PUSH),
        ("$ aws s3 cp a.bin s3://acme-in/\n", "kms:GenerateDataKey", UPLOAD),
        ("$ aws --profile ci s3 sync out s3://acme-in\n", "kms:GenerateDataKey", UPLOAD),
        ("upload failed: ./a.bin to s3://acme-in/a.bin ", "kms:GenerateDataKey", UPLOAD),
        ("boto3.exceptions.S3UploadFailedError: Failed to upload a.bin to acme-in/a.bin: ", "kms:GenerateDataKey", UPLOAD),
        ("$ aws s3 cp s3://acme-in/a.bin .\n", "kms:Decrypt", "kms:Decrypt"),
        ("$ aws s3api put-object --bucket acme-in --key a.bin\n", "kms:GenerateDataKey", "kms:GenerateDataKey"),
    ],
)  # fmt: skip
def test_command_in_the_text_decides_the_actions(before: str, denied: str, together: object) -> None:
    """A statement for one action of a push, a pull or an upload would lead to the next denial."""
    resource = REPOSITORY if denied.startswith("ecr:") else KEY.format("111122223333")
    text = f"{before}User: {BUILDER} is not authorized to perform: {denied} on resource: {resource} because no identity-based policy allows the {denied} action"
    policy = explain(text).remedies[0].policy
    assert policy is not None
    actions = policy["Statement"][0]["Action"]
    assert (set(actions) if isinstance(together, set) else actions) == together
    assert actions == denied or actions[0] == denied


def test_glue_names_itself_instead_of_the_role_of_a_crawler() -> None:
    log_group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws-glue/crawlers"
    explanation = explain(
        f"Service Principal: glue.amazonaws.com is not authorized to perform: logs:PutLogEvents on resource: {log_group}:log-stream:orders because no identity-based policy allows the logs:PutLogEvents action (Service: AWSLogs; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)"
    )
    remedy = explanation.remedies[0]
    assert explanation.causes[0].code == "no-identity-allow"
    assert remedy.title == "Allow logs:PutLogEvents for the role that glue.amazonaws.com uses"
    assert remedy.commands[-1].startswith("aws iam put-role-policy --role-name ROLE_NAME ")
    assert "resource-based" not in str(explanation)


def test_codebuild_downloads_its_source_with_its_service_role() -> None:
    explanation = explain(
        "DOWNLOAD_SOURCE Failed: CLIENT_ERROR: error while downloading key orders/src/a1B2c3D, error: AccessDenied: Access Denied status code: 403, request id: K2J4M6P8R0S2T4V6, host id: Example0hostId1of2S3== for primary source and source version arn:aws:s3:::orders-artifacts/orders/src/a1B2c3D"
    )
    assert explanation.causes[0].code == "service-role-lacks-permission"
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Resource"] == "arn:aws:s3:::orders-artifacts/*"
    assert "aws sts get-caller-identity" not in str(explanation)


_SECRET = "arn:aws:secretsmanager:eu-west-1:{}:secret:shared/mail-AbCdEf"
_NOT_READ = "User: arn:aws:sts::111122223333:assumed-role/billing-fn/billing is not authorized to perform: secretsmanager:GetSecretValue on resource: {} with an explicit deny in a VPC endpoint policy"


@pytest.mark.parametrize(
    ("before", "owner", "says", "says_not"),
    [
        pytest.param(
            "[ERROR] at /var/task/app.py\n",
            "444455556666",
            ("get-function-configuration --region eu-west-1 --function-name billing --query VpcConfig.VpcId", "other accounts such as 444455556666"),
            (),
            id="a function, and a secret of another account",
        ),
        pytest.param("", "444455556666", ("other accounts such as 444455556666",), ("get-function-configuration",), id="no function"),
        pytest.param("/var/task/app.py\n", "111122223333", ("the function's VPC", 'Values="$vpc"'), ("other accounts such as",), id="one account"),
    ],
)  # fmt: skip
def test_vpc_endpoint_of_a_function(
    before: str, owner: str, says: tuple[str, ...], says_not: tuple[str, ...]
) -> None:
    explanation = explain(before + _NOT_READ.format(_SECRET.format(owner)))
    shown = " ".join(explanation.to_text(detail="full").replace("\\\n", " ").split())
    assert [each for each in says if each not in shown] == []
    assert [each for each in says_not if each in shown] == []


def test_unsigned_request_meets_no_condition_on_mfa() -> None:
    step, *others = explain(
        "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3d4e5/prod/POST/orders with an explicit deny"
    ).remedies[0].steps  # fmt: skip
    # No principal can be exempt.
    assert "call from a network that the Deny exempts, or exempt the client's network" in " ".join(others)
    assert "exempt the caller" not in " ".join(others)
    assert step.startswith("The message does not say which condition applies: read the Deny statements.")
    assert "checkip.amazonaws.com" in step
    assert "MFA" not in step
    assert "SecureTransport" not in step


def test_details_without_a_matching_statement_name_the_policies() -> None:
    arn, role = "arn:aws:sqs:eu-west-1:111122223333:bills", "arn:aws:iam::111122223333:role/ship"
    text = f"User: arn:aws:sts::111122223333:assumed-role/ship/run-7 is not authorized to perform: sqs:SendMessage on resource: {arn}"
    check = {"checkType": "PRINCIPAL", "evaluatedEffect": "IMPLICIT_DENY", "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"], "matchedPolicies": []}  # fmt: skip
    evaluation = {"action": "sqs:SendMessage", "resource": arn, "evaluatedEffect": "IMPLICIT_DENY", "checks": [check]}  # fmt: skip
    policy = {"type": "IDENTITY_BASED_POLICY", "inline": False, "uri": "arn:aws:iam::111122223333:policy/Bills", "attachedTo": [{"arn": role}]}  # fmt: skip
    details = {"requestContext": {}, "evaluations": [evaluation], "policies": [policy]}
    shown = " ".join(str(explain(text, facts={"authorization_details": details})).split())
    assert (
        "no statement of the identity-based policies (Bills) matches, neither an Allow nor a Deny." in shown
    )


@check_rows(
    ("operation", "action", "reason", "row"),
    [
        ("ConverseStream", "bedrock:InvokeModelWithResponseStream", "identity", "Derived AWS authorizes the call ConverseStream as bedrock:InvokeModelWithResponseStream."),
        ("ListObjectsV2", "s3:ListBucket", "identity", "Derived AWS authorizes the call ListObjectsV2 as s3:ListBucket."),
        ("SendMessageBatch", "sqs:SendMessage", "service control", "AWS authorizes the call SendMessageBatch as sqs:SendMessage."),
        ("PublishBatch", "sns:Publish", None, "AWS authorizes the call PublishBatch as sns:Publish."),
        ("CopyObject", "s3:GetObject", "identity", "Derived The call CopyObject requires s3:GetObject."),
        ("GetItem", "dynamodb:GetItem", "identity", None),
        ("PutObject", "s3:PutObjectAcl", "identity", None),
        ("RunInstances", "ec2:CreateTags", "identity", None),
        ("RenameEverything", "sqs:SendMessage", "identity", None),
    ],
)  # fmt: skip
def test_action_of_a_call_with_another_name(
    operation: str, action: str, reason: str | None, row: str | None
) -> None:
    prefix = f"An error occurred (AccessDenied) when calling the {operation} operation: "
    lacks = None if reason is None else reason if reason == "service control" else f"{reason}-based"
    shown = " ".join(str(explain(prefix + _denied(action, "*", lacks=lacks))).split())
    assert row is None or row in shown
    assert ("AWS authorizes" in shown or f"call {operation} requires" in shown) is (row is not None)


@check_rows(
    ("call", "hint"),
    [
        ("$ aws ssm get-parameter --name /db/url --with-decryption", "The call asks for decryption. If the parameter is a SecureString"),
        ("client.get_parameter(Name='/db/url', WithDecryption=True)", "The call asks for decryption. If"),
        ('"requestParameters": {"name": "/db/url", "withDecryption": true}', "The call asks for decryption. If"),
        ("WithDecryption: aws.Bool(true),", "The call asks for decryption. If"),
        ("$ aws ssm get-parameter --name /db/url", "- If the parameter is a SecureString"),
        ("WithDecryption=True for one, WithDecryption=False for the other", "- If the parameter is a SecureString"),
        ("$ aws ssm get-parameter --name /db/url --no-with-decryption", None),
        ('data "aws_ssm_parameter" "url" {\n  name            = "/db/url"\n  with_decryption = false\n}', None),
    ],
)  # fmt: skip
def test_decryption_that_a_call_asks_for(call: str, hint: str | None) -> None:
    parameter = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/db/url"
    shown = " ".join(str(explain(f"{call}\n\n{_denied('ssm:GetParameter', parameter)}")).split())
    assert hint is None or hint in shown
    assert ("kms:Decrypt on that key" in shown) is (hint is not None)


@check_rows(
    ("issuer", "is_named"),
    [("jobs/tea", True), ("tea", False), ("jobs/coffee", False)],
)
def test_path_of_the_role_in_a_record(issuer: str, *, is_named: bool) -> None:
    record = {
        "eventVersion": "1.11",
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": _POD,
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{issuer}"}
            },
        },
        "errorCode": "AccessDenied",
        "errorMessage": _denied("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:cups", _POD),
    }
    shown = " ".join(str(explain(json.dumps(record))).split())
    assert "The role tea was denied sqs:SendMessage" in shown
    assert (
        f"By the record, the role's ARN is arn:aws:iam::{ACCOUNT}:role/jobs/tea: the" in shown
    ) is is_named
