"""Tests for objects and ARNs that EKS, STS or the authenticator rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from iamtriage import explain
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import diagnose_arn, lookup_command
from tests.explaining.rules.explained import codes, commands, explained
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.typing import RoleTarget


def eks(operation: str, message: str) -> str:
    return f"An error occurred (InvalidParameterException) when calling the {operation} operation: {message}"


IN_USE = "The specified access entry resource is already in use on this cluster."
MODE = (
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this "
    "operation."
)
STANDARD = 'This operation can only be performed on Access Entries with a type of "STANDARD".'
NOT_FOUND = "The specified principalArn could not be found. You can view your available access entries."
TRUST = "Trust policy of the role provided is invalid."
INVALID = "The specified principalArn is invalid: invalid principal."
FORMAT = "The principalArn parameter format is not valid"
LINKED = (
    "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
)


_LOOKUP = "aws eks list-associated-access-policies --cluster-name blue --principal-arn"
_DEV = "arn:aws:iam::111122223333:role/dev"


@check_rows(
    ("shown", "title"),
    [
        (f"$ {_LOOKUP} {_DEV} --query associatedAccessPolicies\n[]\n", "Associate an access policy with the existing entry"),
        (f'$ {_LOOKUP} {_DEV}\n{{"associatedAccessPolicies": [], "clusterName": "blue"}}\n', "Associate an access policy with the existing entry"),
        (f"$ {_LOOKUP} arn:aws:iam::111122223333:role/ops\n[]\n", "Inspect the existing entry, and update it instead of creating one"),
        (f"$ {_LOOKUP.replace('blue', 'green')} {_DEV}\n[]\n", "Inspect the existing entry, and update it instead of creating one"),
        (f"$ {_LOOKUP} {_DEV}\n", "Inspect the existing entry, and update it instead of creating one"),
    ],
    ids=["query", "document", "another role", "another cluster", "nothing"],
)  # fmt: skip
def test_entry_without_access_policies(shown: str, title: str) -> None:
    create = f"$ aws eks create-access-entry --cluster-name blue --principal-arn {_DEV}\n"
    explanation = explain(f"{create}{eks('CreateAccessEntry', IN_USE)}\n{shown}")
    assert explanation.remedies[0].title == title
    is_empty = title.startswith("Assoc")
    assert ("but no access policy is associated with it" in explanation.summary) is is_empty
    # It exists already, and its principal may use it.
    assert ("Do not delete the entry" in str(explanation)) is not is_empty


@pytest.mark.parametrize(
    ("text", "topic", "first"),
    [
        (eks("CreateAccessEntry", IN_USE), "access-entry-exists", ("entry-exists", "reported")),
        (
            "operation error EKS: CreateAccessEntry, ResourceInUseException: The specified access entry",
            "access-entry-exists",
            ("entry-exists", "reported"),
        ),
        (
            "operation error EKS: CreatePodIdentityAssociation, ResourceInUseException: In use",
            "pod-identity-exists",
            ("association-exists", "reported"),
        ),
        (
            "operation error EKS: UpdatePodIdentityAssociation, InvalidRequestException: Not now",
            "access-entry",
            ("object-rejected", "reported"),
        ),
        (eks("CreateAccessEntry", MODE), "authentication-mode", ("mode-config-map", "reported")),
        (eks("AssociateAccessPolicy", STANDARD), "access-entry-type", ("entry-not-standard", "reported")),
        (eks("AssociateAccessPolicy", NOT_FOUND), "access-entry-missing", ("no-access-entry", "reported")),
        (
            eks("CreateAccessEntry", "The username system:ana must not begin with system:"),
            "access-entry-name",
            ("reserved-name", "reported"),
        ),
        (
            eks("UpdateClusterConfig", "Unsupported authentication mode update from API to CONFIG_MAP"),
            "authentication-mode-change",
            ("mode-irreversible", "reported"),
        ),
        (
            eks("CreatePodIdentityAssociation", "Association already exists: a-0123456789abcdef0"),
            "pod-identity-exists",
            ("association-exists", "reported"),
        ),
        (
            (
                "operation error EKS: DescribePodIdentityAssociation: ResourceNotFoundException: pod "
                "identity association not found"
            ),
            "pod-identity-missing",
            ("no-association", "reported"),
        ),
        (
            eks("CreatePodIdentityAssociation", TRUST),
            "pod-identity-trust",
            ("pod-identity-trust", "reported"),
        ),
        (
            (
                "fargate profile jobs blocked for new launches due to: Pod execution role is not found in "
                "auth config"
            ),
            "fargate-role",
            ("role-not-mapped", "reported"),
        ),
        ('Error: configmaps "aws-auth" already exists', "aws-auth-exists", ("map-exists", "reported")),
        (
            'Error from server (NotFound): configmaps "aws-auth" not found',
            "aws-auth-missing",
            ("aws-auth-missing", "reported"),
        ),
        (
            'level=error msg="error parsing config map: [one of rolearn or SSO must be supplied]"',
            "aws-auth-broken",
            ("map-not-read", "reported"),
        ),
        (eks("CreateAccessEntry", INVALID), "access-entry-principal", ("principal-not-accepted", "reported")),
        (eks("CreateAccessEntry", FORMAT), "access-entry-principal", ("principal-not-accepted", "reported")),
        (
            eks("CreateAccessEntry", LINKED),
            "access-entry-service-linked",
            ("service-linked-role", "reported"),
        ),
        (
            (
                "An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: "
                "Request ARN is invalid"
            ),
            "role-arn-malformed",
            ("arn-not-accepted", "reported"),
        ),
        (
            "arn 'arn:aws-xx:iam::111122223333:role/dev' does not have a recognized partition",
            "aws-auth-arn",
            ("arn-not-accepted", "reported"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_message_decides_the_topic(text: str, topic: str, first: tuple[str, str]) -> None:
    found = explained(text)
    assert (found.topic, codes(found)[0]) == (topic, first)


def test_own_sentence_takes_precedence_over_its_context() -> None:
    text = "\n".join(
        (eks("CreateAccessEntry", MODE), "later:", "Association already exists: a-0123456789abcdef0")
    )
    assert explained(text).topic == "authentication-mode"


# ------------------------------------------------------------------ cluster and principal


def test_terraform_names_cluster_and_principal() -> None:
    text = (
        "│ Error: creating EKS Access Entry (orders:arn:aws:iam::111122223333:role/team/dev): operation "
        "error EKS: CreateAccessEntry, https response error StatusCode: 409, RequestID: "
        f"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, ResourceInUseException: {IN_USE}\n│\n│   with "
        "aws_eks_access_entry.dev,"
    )
    lines = commands(explained(text))
    arn = "arn:aws:iam::111122223333:role/team/dev"
    assert f"aws eks describe-access-entry --cluster-name orders --principal-arn {arn}" in lines
    assert f"terraform import aws_eks_access_entry.NAME orders:{arn}" in lines
    # The facts take precedence over the text.
    assert any(
        "--cluster-name billing " in line for line in commands(explained(text, {"cluster": "billing"}))
    )


def test_mode_in_the_message_takes_precedence_over_the_facts() -> None:
    lines = commands(
        explained(eks("CreateAccessEntry", MODE), {"authentication_mode": "API", "cluster": "orders"})
    )
    assert (
        "aws eks update-cluster-config --name orders --access-config authenticationMode=API_AND_CONFIG_MAP"
    ) in lines


def test_association_is_named_by_its_id() -> None:
    text = eks("CreatePodIdentityAssociation", "Association already exists: a-0123456789abcdef0")
    lines = commands(explained(text, {"cluster": "orders"}))
    assert any("--association-id a-0123456789abcdef0" in line for line in lines)


@check_rows(
    ("facts", "condition"),
    [
        ({}, None),
        ({"namespace": "shop"}, None),
        ({"namespace": "shop", "service_account": "*"}, None),
        (
            {"namespace": "shop", "service_account": "cart"},
            {
                "StringEquals": {
                    "aws:RequestTag/kubernetes-namespace": "shop",
                    "aws:RequestTag/kubernetes-service-account": "cart",
                }
            },
        ),
    ],
    ids=["nothing", "half", "wildcard", "both"],
)
def test_trust_policy_for_pod_identity(facts: dict[str, object], condition: dict[str, object] | None) -> None:
    [remedy] = explained(eks("CreatePodIdentityAssociation", TRUST), facts).remedies
    assert remedy.layer == "role_trust"
    assert remedy.policy is not None
    [statement] = remedy.policy["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement.get("Condition") == condition
    assert "Resource" not in statement


# ------------------------------------------------------------------ rejected ARNs

ROLE = "arn:aws:iam::111122223333:role/app"
PATHED = "arn:aws:iam::111122223333:role/team/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/ana"
SSO = "arn:aws:iam::111122223333:role/AWSReservedSSO_View_0123456789abcdef"
LINKED_ROLE = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
GET_SSO = "aws iam get-role --role-name AWSReservedSSO_View_0123456789abcdef --query Role.Arn --output text"


@pytest.mark.parametrize(
    ("text", "target", "code", "right"),
    [
        (ROLE, "access-entry", None, None),
        (PATHED, "access-entry", None, None),
        ("arn:aws:iam::111122223333:user/ana", "access-entry", None, None),
        (SESSION, "access-entry", "session-arn", ROLE),
        (SSO, "access-entry", "role-path-missing", None),
        (LINKED_ROLE, "access-entry", "service-linked-role", None),
        ("arn:aws:iam::111122223333:root", "access-entry", "not-a-role", None),
        ("arn:aws:sts::111122223333:federated-user/ana", "access-entry", "not-a-role", None),
        ("arn:aws:iam::111122223333:instance-profile/nodes", "access-entry", "instance-profile", None),
        ("111122223333", "access-entry", "not-a-role", None),
        ("arn:aws:iam::111122223333:group/dev", "access-entry", "not-a-role", None),
        ("arn:aws:iam::1111:role/app", "access-entry", "malformed-arn", None),
        (PATHED, "aws-auth", "role-path", ROLE),
        (SESSION, "aws-auth", "session-arn", ROLE),
        (SSO, "aws-auth", None, None),
        (ROLE, "aws-auth", None, None),
        (PATHED, "iam", None, None),
        ("arn:aws:iam::111122223333:user/ana", "iam", "not-a-role", None),
        (SESSION, "iam", "session-arn", ROLE),
        (SSO, "iam", "role-path-missing", None),
        ("arn:aws:iam::xxxx:role/app", "iam", None, None),
        ("arn:aws:sts::****:assumed-role/app/ana", "iam", "session-arn", None),
    ],
)
def test_diagnosis_of_an_arn(text: str, target: RoleTarget, code: str | None, right: str | None) -> None:
    fault = diagnose_arn(text, target)
    assert (None if fault is None else fault.cause.code, None if fault is None else fault.correct_arn) == (
        code,
        right,
    )


def test_unknown_path_is_looked_up() -> None:
    fault = diagnose_arn(SSO, "access-entry")
    assert fault is not None
    assert (fault.correct_arn, fault.lookup_command) == (None, GET_SSO)
    assert lookup_command(None) == "aws iam get-role --role-name ROLE_NAME --query Role.Arn --output text"


def test_access_entry_gets_the_correct_arn() -> None:
    text = f"creating EKS Access Entry (orders:{{}}): InvalidParameterException: {FORMAT} (EKS)"
    found = explained(text.format(SESSION))
    assert ("session-arn", "derived") in codes(found)
    assert (f"aws eks create-access-entry --cluster-name orders --principal-arn {ROLE}") in commands(found)
    masked = SSO.replace("111122223333", "xxxx")
    lines = tuple(commands(explained(text.format(masked))))
    created = 'aws eks create-access-entry --cluster-name orders --principal-arn "$role_arn"'
    assert lines[:2] == (f'role_arn="$({GET_SSO})"', created)


@pytest.mark.parametrize(
    ("written", "policy", "scope"),
    [
        ("policyARN: {}AmazonEKSEditPolicy\n namespaces: [shop, cart]", "View", "type=cluster"),
        ("{0}AmazonEKSEditPolicy, {0}AmazonEKSAdminPolicy", "View", "type=cluster"),
    ],
)
def test_the_entry_gets_the_policy_and_the_scope_of_the_text(written: str, policy: str, scope: str) -> None:
    """The only policy and namespace in the text are those of the entry."""
    config = f"principalARN: arn:aws:sts::111122223333:assumed-role/dev/ana\n{written.format('arn:aws:eks::aws:cluster-access-policy/')}"
    text = f"creating access entry for principal ARN arn:aws:sts::111122223333:assumed-role/dev/ana: operation error EKS: CreateAccessEntry, https response error StatusCode: 400, InvalidParameterException: {FORMAT}\n\n{config}"
    explanation = explain(text, facts={"cluster": "orders", "region": "eu-west-1"})
    associate = next(each for each in commands(explanation) if "associate-access-policy" in each)
    assert f"/AmazonEKS{policy}Policy --access-scope {scope}" in associate
    steps = " ".join(explanation.remedies[0].steps)
    assert "every session of the role dev, not to ana alone" in steps
    assert "eksctl create accessentry -f" in steps


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            f"Error: creating EKS Access Entry (orders:{SESSION}): InvalidParameterException: {FORMAT}",
            "Correct principal_arn in the Terraform configuration, and apply again",
        ),
        (
            "Error: creating EKS Access Entry (orders:arn:aws:iam::111122223333:role/ops): operation error EKS: CreateAccessEntry, InvalidParameterException: The username system:ana must not begin with system:",
            "Correct user_name in the Terraform configuration, and apply again",
        ),
        (
            f'CREATE_FAILED | AWS::EKS::AccessEntry | Ops | Resource handler returned message: "{INVALID} (Service: Eks, Status Code: 400)"',
            "Correct PrincipalArn in the CloudFormation template, and deploy again",
        ),
    ],
)
def test_code_that_creates_the_entry_is_corrected(text: str, first: str) -> None:
    """An entry that was created by hand would make the next run fail."""
    found = explained(text)
    assert found.remedies[0].title == first
    assert not any("create-access-entry" in line for line in commands(found))


@pytest.mark.parametrize(
    ("role", "expression"),
    [
        ("role/AWSReservedSSO_Data_Eng_0123456789abcdef", "^AWSReservedSSO_Data_Eng_[0-9a-f]{16}$"),
        ("role/AWSReservedSSO_Ops+1_0123456789abcdef", "^AWSReservedSSO_Ops[+]1_[0-9a-f]{16}$"),
        # Another role has no path that a data source can find.
        ("role/ops", None),
    ],
)
def test_data_source_finds_a_role_of_identity_center(role: str, expression: str | None) -> None:
    arn = f"arn:aws:iam::111122223333:{role}"
    found = explained(
        f"Error: creating EKS Access Entry (orders:{arn}): InvalidParameterException: {INVALID}"
    )
    manifest = found.remedies[0].manifest
    assert (manifest is None) is (expression is None)
    assert expression is None or f'name_regex  = "{expression}"' in (manifest or "")


@pytest.mark.parametrize(
    ("principal", "lookup"),
    [
        ("role/ci", "aws iam get-role --role-name ci --query Role.Arn --output text"),
        ("user/ada", "aws iam get-user --user-name ada --query User.Arn --output text"),
    ],
)
def test_rejected_arn_is_not_repeated(principal: str, lookup: str) -> None:
    call = f"aws eks create-access-entry --cluster-name orders --principal-arn arn:aws:iam::111122223333:{principal}"
    explanation = explain(f"$ {call}\n{eks('CreateAccessEntry', INVALID)}")
    name = f"{principal.partition('/')[0]}_arn"
    repeated = f'aws eks create-access-entry --cluster-name orders --principal-arn "${name}"'
    looked_up, created, associated = explanation.remedies[0].commands
    assert (looked_up, created) == (f'{name}="$({lookup})"', repeated)
    assert f'--principal-arn "${name}"' in associated
    with_groups = explain(f"$ {call} --kubernetes-groups ops\n{eks('CreateAccessEntry', INVALID)}")
    assert not any("associate-access-policy" in line for line in commands(with_groups))


def test_cluster_arn_is_not_the_rejected_one() -> None:
    facts = {"resource": "arn:aws:eks:eu-west-1:111122223333:cluster/orders"}
    found = explained(eks("CreateAccessEntry", INVALID), facts)
    assert [code for code, evidence in codes(found) if evidence == "derived"] == []
    assert any("--cluster-name orders " in line for line in commands(found))


def test_correct_arn_is_shown_if_known() -> None:
    [remedy] = explained(f'error="{SESSION} is not a valid role ARN"').remedies
    assert remedy.steps[0] == f"The ARN of the role is {ROLE}."


def test_annotation_is_fixed_for_pods() -> None:
    text = (
        "An error occurred (ValidationError) when calling the AssumeRole{} operation: Request ARN is invalid"
    )
    facts = {"namespace": "shop", "service_account": "cart", "resource": SESSION}
    lines = commands(explained(text.format("WithWebIdentity"), facts))
    assert (
        f"kubectl annotate serviceaccount cart -n shop --overwrite eks.amazonaws.com/role-arn={ROLE}" in lines
    )
    assert not any("kubectl" in line for line in commands(explained(text.format(""))))


PODS = "pods.eks.amazonaws.com"
BOTH = ["sts:AssumeRole", "sts:TagSession"]
OIDC = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"


def trust(principal: dict[str, object], action: object, condition: object = None) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {"Version": "2012-10-17", "Statement": statement | ({"Condition": condition} if condition else {})}


@check_rows(
    ("policy", "verdict"),
    [
        (
            trust({"Service": PODS}, "sts:AssumeRole"),
            "its trust policy allows pods.eks.amazonaws.com only sts:AssumeRole, not sts:TagSession.",
        ),
        (
            trust({"Service": [PODS]}, ["sts:TagSession"]),
            'the Action in its trust policy is "sts:TagSession", not sts:AssumeRole.',
        ),
        (
            trust({"Service": "eks.amazonaws.com"}, BOTH),
            f'its trust policy trusts "eks.amazonaws.com", not "{PODS}".',
        ),
        (
            trust({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole"),
            f'its trust policy trusts "ec2.amazonaws.com", not "{PODS}".',
        ),
        (
            trust({"Federated": OIDC}, "sts:AssumeRoleWithWebIdentity"),
            f"its trust policy names a cluster's OIDC provider (IRSA), not {PODS}.",
        ),
        (
            trust(
                {"Service": PODS}, BOTH, {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "default"}}
            ),
            "requires aws:RequestTag/kubernetes-namespace default, and the request has shop.",
        ),
        (
            trust(
                {"Service": PODS},
                BOTH,
                {"StringLike": {"aws:RequestTag/kubernetes-service-account": "job-*"}},
            ),
            "requires aws:RequestTag/kubernetes-service-account job-*, and the request has cart.",
        ),
        (
            trust(
                {"Service": PODS},
                BOTH,
                {"ArnEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/test"}},
            ),
            "requires aws:SourceArn arn:aws:eks:eu-west-1:111122223333:cluster/test, and the request has arn:aws:eks:eu-west-1:111122223333:cluster/orders.",
        ),
        (
            trust({"Service": PODS}, BOTH, {"StringEquals": {"aws:SourceAccount": "444455556666"}}),
            "requires aws:SourceAccount 444455556666, and the account is 111122223333.",
        ),
    ],
    ids=["no-tags", "only-tags", "eks", "ec2", "oidc", "namespace", "service-account", "cluster", "account"],
)
@check_rows("operation", ["CreatePodIdentityAssociation", "UpdatePodIdentityAssociation"])
def test_trust_policy_of_pod_identity_is_read(
    policy: dict[str, object], verdict: str, operation: str
) -> None:
    facts = {
        "cluster": "orders",
        "region": "eu-west-1",
        "namespace": "shop",
        "service_account": "cart",
        "trust_policy": policy,
    }
    text = eks(operation, f"{TRUST} Role: arn:aws:iam::111122223333:role/cart")
    found = explained(text, facts)
    assert found.summary.startswith("EKS rejected the role cart for the Pod Identity association: ")
    assert "Whoever made the call lacks no permission" in found.notes[-1]
    assert found.summary.endswith(verdict)
    limits = "The condition limits the new one to this service account." in found.remedies[0].steps[0]
    assert limits is ("(IRSA)" in verdict)
    assert codes(found) == [("trust-policy-checked", "supplied"), ("pod-identity-trust", "reported")]
    fixed = found.remedies[0].policy
    assert fixed is not None
    # The corrected policy is complete: nothing is wrong with it.
    again = explained(text, {**facts, "trust_policy": fixed})
    assert codes(again)[0] == ("trust-policy-allows", "supplied")
    assert "update-assume-role-policy --role-name cart " in commands(found)[0]
    assert ("create-pod-identity-association" in commands(found)[-1]) is operation.startswith("Create")


@check_rows(
    ("tool", "code"),
    [
        ('\n│   with aws_eks_pod_identity_association.cart,\n│   on pods.tf line 3, in resource "aws_eks_pod_identity_association" "cart":\n', "assume_role_policy"),
        ("\nCREATE_FAILED AWS::EKS::PodIdentityAssociation Cart", "AssumeRolePolicyDocument"),
    ],
    ids=["Terraform", "CloudFormation"],
)  # fmt: skip
def test_tool_that_deploys_the_association_creates_it(tool: str, code: str) -> None:
    text = f"Error: creating EKS Pod Identity Association: {eks('CreatePodIdentityAssociation', TRUST)}{tool}"
    first = explained(text, {"trust_policy": trust({"Service": PODS}, "sts:AssumeRole")}).remedies[0]
    assert code in " ".join(first.steps)
    assert "create-pod-identity-association" not in str(first.commands)
    assert "update-assume-role-policy" in first.commands[-1]


@pytest.mark.parametrize(
    "message",
    [
        "Invalid trust policy of role arn:aws:iam::111122223333:role/cart",
        "Role does not have the Trust Relationship to allow EKS Pod Identity",
        "The trust policy of the role does not allow pods.eks.amazonaws.com to assume it",
    ],
)
def test_other_messages_about_trust_in_pod_identity(message: str) -> None:
    for operation in ("CreatePodIdentityAssociation", "UpdatePodIdentityAssociation"):
        assert explained(eks(operation, message)).topic == "pod-identity-trust"


def test_existing_entry_is_inspected_and_updated() -> None:
    found = explained(eks("CreateAccessEntry", IN_USE), {"cluster": "orders", "namespace": "shop"})
    assert [each.split()[2] for each in found.remedies[0].commands] == [
        "describe-access-entry",
        "list-associated-access-policies",
        "associate-access-policy",
        "update-access-entry",
    ]
    assert "namespaces=shop" in found.remedies[0].commands[2]


def test_existing_entry_of_people_gets_the_groups_of_the_command() -> None:
    """An entry for nodes has no groups, so nothing is said of one."""
    arn = "arn:aws:iam::111122223333:role/ops"
    command = (
        f"$ aws eks create-access-entry --cluster-name bay --principal-arn {arn} --kubernetes-groups ops"
    )
    shown = str(explain(f"{command}\n{eks('CreateAccessEntry', IN_USE)}"))
    assert "Then, after you have added the existing groups to the list:" in shown
    assert "aws eks update-access-entry" in shown
    assert "node" not in shown.lower()


@check_rows(
    ("around", "policy", "scope"),
    [
        (
            "--policy-arn {}/AmazonEKSEditPolicy --access-scope type=cluster",
            "AmazonEKSEditPolicy",
            "type=cluster",
        ),
        (
            "--access-scope type=namespace,namespaces=tea,milk --policy-arn {}/AmazonEKSEditPolicy",
            "AmazonEKSEditPolicy",
            "type=namespace,namespaces=tea,milk",
        ),
        (
            '"policyArn": "{}/AmazonEKSAdminPolicy", "accessScope": {{"type": "namespace", "namespaces": ["tea", "milk"]}}',
            "AmazonEKSAdminPolicy",
            "type=namespace,namespaces=tea,milk",
        ),
        (
            'policy_arn = "{}/AmazonEKSAdminPolicy"\n  access_scope {{\n    type = "cluster"\n  }}',
            "AmazonEKSAdminPolicy",
            "type=cluster",
        ),
        (
            "--policy-arn {}/AmazonEKSAdminViewPolicy --access-scope type=namespace",
            "AmazonEKSAdminViewPolicy",
            "type=namespace,namespaces=NAMESPACE",
        ),
        ("--policy-arn {}/AmazonEKSAdminViewPolicy", "AmazonEKSAdminViewPolicy", "type=cluster"),
        ("", "AmazonEKSViewPolicy", "type=namespace,namespaces=NAMESPACE"),
    ],
)
def test_the_association_keeps_the_policy_and_the_scope_of_the_text(
    around: str, policy: str, scope: str
) -> None:
    around = around.format("arn:aws:eks::aws:cluster-access-policy")
    explanation = explain(f"{around}\n{eks('AssociateAccessPolicy', NOT_FOUND)}")
    command = next(each for each in explanation.remedies[0].commands if "associate-access-policy" in each)
    assert f"/{policy} --access-scope {scope}" in command


_CODE = 'resource "aws_eks_access_policy_association" "qa" {{\n  cluster_name  = "depot"\n  principal_arn = {}\n  access_scope {{ type = "cluster" }}\n}}'
_OF_TERRAFORM = f"Error: creating EKS Access Policy Association (depot#arn:aws:iam::111122223333:role/qa#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy): operation error EKS: AssociateAccessPolicy, https response error StatusCode: 404, RequestID: 0a1b, ResourceNotFoundException: {NOT_FOUND}\n\n  with aws_eks_access_policy_association.qa,\n\n"


@check_rows(
    ("code", "is_in_no_code"),
    [
        (_CODE.format('"arn:aws:iam::111122223333:role/qa"'), True),
        # The entry can be in another file, or in a part that the text lacks.
        (_CODE.format("aws_eks_access_entry.qa.principal_arn"), False),
        (_CODE.format('"arn:aws:iam::111122223333:role/qa"').rstrip("}"), False),
        (_CODE.format("var.qa") + '\nmodule "eks" {\n  access_entries = var.entries\n}', False),
        ("", False),
    ],
    ids=["no entry", "reference", "cut", "module", "no code"],
)
def test_entry_that_the_code_lacks(code: str, *, is_in_no_code: bool) -> None:
    found = explain(_OF_TERRAFORM + code)
    first = found.remedies[0]
    assert (
        "which the Terraform code in the text does not create" in str(found.causes[0].text)
    ) is is_in_no_code
    assert ("entry-created-later" in {each.code for each in found.causes}) is not is_in_no_code
    assert any("Add the first resource, and" in each for each in first.steps) is is_in_no_code
    assert "Before you apply, look whether it exists:\n" in str(found)
    assert "Then:\n" not in str(found)


ASSOCIATE = "aws eks associate-access-policy --cluster-name depot --principal-arn arn:aws:iam::111122223333:role/qa --policy-arn {} --access-scope {} --region eu-west-1 --profile ops"
CREATE = "aws eks create-access-entry --cluster-name depot --principal-arn {} {} --profile ops"
EDIT = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
QA = "arn:aws:iam::111122223333:role/qa"


@pytest.mark.parametrize(
    ("failed", "error", "repeated"),
    [
        (
            CREATE.format("arn:aws:sts::111122223333:assumed-role/qa/mia", "--type STANDARD"),
            eks("CreateAccessEntry", FORMAT),
            CREATE.format(QA, "--type STANDARD"),
        ),
        (
            CREATE.format(QA, "--kubernetes-groups viewers editors --type STANDARD"),
            "An error occurred (ResourceInUseException) when calling the CreateAccessEntry operation: "
            + IN_USE,
            CREATE.format(QA, "--kubernetes-groups viewers editors").replace("create-", "update-"),
        ),
        (
            ASSOCIATE.format(EDIT, "type=namespace,namespaces=qa,stg"),
            eks("AssociateAccessPolicy", NOT_FOUND),
            ASSOCIATE.format(EDIT, "type=namespace,namespaces=qa,stg"),
        ),
    ],
)
def test_failed_command_is_repeated_with_its_options(failed: str, error: str, repeated: str) -> None:
    found = explain(f"$ {failed}\n{error}")
    assert found is not None
    assert repeated in commands(found)


def test_command_that_a_shell_would_change_is_not_repeated() -> None:
    failed = ASSOCIATE.format("arn:aws:iam::aws:policy/AmazonEKSEditPolicy", "type=cluster")
    found = explain(
        f"$ {failed} --tags a=$(id)\n{eks('AssociateAccessPolicy', 'The policyArn is not valid')}"
    )
    assert found is not None
    assert not any("$(id)" in each for each in commands(found))


_CONFLICT = "https response error StatusCode: 409, RequestID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, "


@check_rows(
    ("error", "address", "identifier"),
    [
        (
            f"creating IAM Role (cart): operation error IAM: CreateRole, {_CONFLICT}EntityAlreadyExists: Role with name cart already exists.",
            "module.cart.aws_iam_role.this[0]",
            "cart",
        ),
        (
            f"creating IAM Policy (cart-read): operation error IAM: CreatePolicy, {_CONFLICT}EntityAlreadyExists: A policy called cart-read already exists. Duplicate names are not allowed.",
            "aws_iam_policy.cart",
            '"$(aws iam list-policies --scope Local --query "Policies[?PolicyName==\'cart-read\'].Arn" --output text)"',
        ),
        (
            f"creating IAM OIDC Provider: operation error IAM: CreateOpenIDConnectProvider, {_CONFLICT}EntityAlreadyExists: Provider with url https://oidc.eks.eu-west-1.amazonaws.com/id/0F1E already exists.",
            "aws_iam_openid_connect_provider.eks",
            '"arn:aws:iam::$(aws sts get-caller-identity --query Account --output text):oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0F1E"',
        ),
        (
            f"creating EKS Access Entry (depot:{QA}): operation error EKS: CreateAccessEntry, {_CONFLICT}ResourceInUseException: {IN_USE}",
            'module.eks.aws_eks_access_entry.this["qa"]',
            f"depot:{QA}",
        ),
        (
            f"creating EKS Access Policy Association (depot#{QA}#{EDIT}): operation error EKS: AssociateAccessPolicy, {_CONFLICT}ResourceInUseException: In use",
            "aws_eks_access_policy_association.qa",
            f"'depot#{QA}#{EDIT}'",
        ),
        (
            f"creating EKS Pod Identity Association: operation error EKS: CreatePodIdentityAssociation, {_CONFLICT}ResourceInUseException: Association already exists: a-0f1e2d3c4b5a69788",
            "aws_eks_pod_identity_association.cart",
            "depot,a-0f1e2d3c4b5a69788",
        ),
        (
            f"creating EKS Add-On (depot:vpc-cni): operation error EKS: CreateAddon, {_CONFLICT}ResourceInUseException: Addon already exists.",
            "aws_eks_addon.cni",
            "depot:vpc-cni",
        ),
        ('configmaps "aws-auth" already exists', "kubernetes_config_map.aws_auth[0]", "kube-system/aws-auth"),
    ],
)
def test_terraform_imports_what_exists(error: str, address: str, identifier: str) -> None:
    found = explain(f"Error: {error}\n\n  with {address},\n  on main.tf line 1", facts={"cluster": "depot"})
    assert found is not None
    quoted = f"'{address}'" if "[" in address else address
    assert f"terraform import {quoted} {identifier}" in found.remedies[0].commands


MODES = "Unsupported authentication mode update from {} to {}"
APPLIES = "aws-auth still applies"


@check_rows(
    ("old", "new", "summary", "called"),
    [
        ("API", "API_AND_CONFIG_MAP", "EKS ignores its aws-auth", "list-access-entries"),
        ("API", "CONFIG_MAP", "EKS ignores its aws-auth", "aws-auth migrate"),
        ("API_AND_CONFIG_MAP", "CONFIG_MAP", APPLIES, "list-access-entries"),
        ("CONFIG_MAP", "API", "in two steps", "aws-auth migrate"),
        ("API", "API", "nothing to change", "describe-cluster"),
    ],
)
def test_modes_of_a_rejected_change_decide_the_remedy(old: str, new: str, summary: str, called: str) -> None:
    found = explain(
        eks("UpdateClusterConfig", MODES.format(old, new)), facts={"cluster": "orders", "region": "eu-west-1"}
    )
    assert summary in found.summary
    assert called in str(found)
    # The refused change is never the advice.
    assert f"authenticationMode={new}" not in str(found).split()


@pytest.mark.parametrize(
    ("text", "is_code"),
    [("Error: updating EKS Cluster (orders): {}\n  with aws_eks_cluster.a,", True), ("{}", False)],
    ids=["Terraform", "AWS CLI"],
)
def test_mode_changes_in_the_code_or_by_commands(text: str, is_code: bool) -> None:  # noqa: FBT001
    error = eks("UpdateClusterConfig", MODES.format("CONFIG_MAP", "API"))
    first = explain(text.format(error)).remedies[0]
    assert ("terraform apply" in first.commands) is is_code
    assert any("update-cluster-config" in each for each in first.commands) is not is_code
    assert any("Then set the mode to API, and apply again" in each for each in first.steps) is is_code


def test_mode_of_the_message_takes_precedence_over_the_facts() -> None:
    text = eks("UpdateClusterConfig", MODES.format("API_AND_CONFIG_MAP", "CONFIG_MAP"))
    assert APPLIES in explain(text, facts={"authentication_mode": "API"}).summary


_ARN = "arn:aws:iam::111122223333:role/workers"


def test_words_on_a_type_are_not_the_type_of_the_entry() -> None:
    text = _CREATE.replace(" --type EC2_LINUX", "") + "For users, EC2_LINUX is wrong."
    assert explain(text).remedies[0].title.startswith("Inspect the existing entry")


_STACK_EVENT = f'WorkersEntry{{0}}AWS::EKS::AccessEntry{{0}}CREATE_FAILED{{0}}Resource handler returned message: "{STANDARD} (Service: Eks, Status Code: 400)"\n  WorkersEntry:\n    Type: AWS::EKS::AccessEntry\n    Properties:\n      PrincipalArn: {_ARN}\n      Type: EC2_LINUX\n      AccessPolicies: []'
_TERRAFORM = f'Error: creating EKS Access Entry (orders:{_ARN}): operation error EKS: CreateAccessEntry, InvalidParameterException: {STANDARD}\n  with aws_eks_access_entry.win,\n  on main.tf line 4\n  type = "EC2_WINDOWS"\n  kubernetes_groups = []'


@check_rows(
    ("text", "kind", "title"),
    [
        (
            _STACK_EVENT.format(" | "),
            "the type EC2_LINUX",
            "Remove AccessPolicies from WorkersEntry, and deploy",
        ),
        (
            _STACK_EVENT.format("\t"),
            "the type EC2_LINUX",
            "Remove AccessPolicies from WorkersEntry, and deploy",
        ),
        (
            _TERRAFORM,
            "the type EC2_WINDOWS",
            "Remove kubernetes_groups from aws_eks_access_entry.win, and apply",
        ),
        (
            f"$ aws eks associate-access-policy --cluster-name orders --principal-arn {_ARN}\n{eks('AssociateAccessPolicy', STANDARD)}",
            "a type",
            "Keep the entry for nodes, and give another role access",
        ),
    ],
    ids=["console", "CLI", "Terraform", "command"],
)
def test_entry_of_nodes_with_what_only_standard_entries_have(text: str, kind: str, title: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith(f"The access entry of the role workers is of {kind}")
    assert explanation.remedies[0].title.removesuffix(" again") == title


@check_rows(
    ("scope", "shown"),
    [
        ("--access-scope type=cluster", "type=cluster"),
        ("--access-scope type=namespace,namespaces=qa,stg", "type=namespace,namespaces=qa,stg"),
        ("", "type=namespace,namespaces=NAMESPACE"),
    ],
)
def test_another_role_gets_what_an_entry_of_nodes_cannot_have(scope: str, shown: str) -> None:
    text = f"$ aws eks associate-access-policy --cluster-name orders --principal-arn {_ARN} {scope}\n{eks('AssociateAccessPolicy', STANDARD)}"
    look, create, associate = explain(text).remedies[0].commands
    assert look.endswith(f"--principal-arn {_ARN}")
    assert create.endswith("--principal-arn READER_ROLE_ARN")
    assert associate.endswith(f"--access-scope {shown}")


@pytest.mark.parametrize(
    ("operation", "group", "verbs", "kind"),
    [
        ("CreateAccessEntry", "system:nodes", ["create"], "EC2_LINUX"),
        ("CreateAccessEntry", "system:node-proxier", ["create"], "FARGATE_LINUX"),
        ("UpdateAccessEntry", "system:nodes", ["describe", "delete", "create"], "EC2_LINUX"),
    ],
)
def test_groups_of_nodes(operation: str, group: str, verbs: list[str], kind: str) -> None:
    """Only an entry that exists is deleted first."""
    text = f"An error occurred (InvalidParameterException) when calling the {operation} operation: The kubernetes group name {group} is invalid, it cannot start with system:"
    remedy = explain(text, facts={"cluster": "atlas", "region": "eu-west-1"}).remedies[0]
    assert [each.split()[2].partition("-")[0] for each in remedy.commands] == verbs
    assert remedy.commands[-1].endswith(f"--type {kind}")


_MASTERS = "An error occurred (InvalidParameterException) when calling the {} operation: The kubernetes group name system:masters is invalid, it cannot start with system:\n\n{}"
_MAPPED = "In aws-auth:\n  - rolearn: arn:aws:iam::111122223333:role/ops\n    groups: [system:masters]"


@check_rows(
    ("operation", "text", "mode", "moves"),
    [
        ("CreateAccessEntry", _MAPPED, "API_AND_CONFIG_MAP", True),
        # The mode API ignores aws-auth, and an entry that exists has already taken precedence.
        ("CreateAccessEntry", _MAPPED, "API", False),
        ("UpdateAccessEntry", _MAPPED, "API_AND_CONFIG_MAP", False),
        ("CreateAccessEntry", "", "API_AND_CONFIG_MAP", False),
    ],
    ids=["mapped", "API", "update", "not mapped"],
)
def test_masters_of_aws_auth(operation: str, text: str, mode: str, *, moves: bool) -> None:
    facts = {"cluster": "atlas", "region": "eu-west-1", "authentication_mode": mode}
    remedy = explain(_MASTERS.format(operation, text), facts=facts).remedies[0]
    warned = any("run both commands together, test as the role" in each for each in remedy.steps)
    assert warned is moves


_IN_USE = "Error: creating EKS Access Entry (bay:arn:aws:iam::111122223333:role/ship): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, RequestID: 1, ResourceInUseException: The specified access entry resource is already in use on this cluster.\n\n  with aws_eks_access_entry.ship,\n\n"


@check_rows(
    ("said", "is_of_creator"),
    [
        ("ship created the cluster.", True),
        ("The cluster was created last week by the role ship.", True),
        ("Terraform runs as ship, and the same pipeline created the cluster.", True),
        ("Terraform runs as ship. The cluster was set up by the same job.", True),
        ("(the cluster was created by our build pipeline, role ship)", True),
        ("The cluster was created by this pipeline, not by the role ship.", False),
        ("The cluster was created by this pipeline, role build.", False),
        ("Was the cluster created by ship?", False),
        ("The cluster was not created by ship.", False),
        ("The cluster was created by ship-2.", False),
        ("The cluster was created by the same pipeline.", False),
        ("ship created the cluster, with bootstrapClusterCreatorAdminPermissions: false.", False),
    ],
)
def test_entry_of_the_creator_of_the_cluster(said: str, *, is_of_creator: bool) -> None:
    explanation = explain(_IN_USE + said)
    made = next(each for each in explanation.causes if each.code == "entry-created-by-eks")
    assert (made.evidence == "derived") is is_of_creator
    assert any("The simplest is to remove" in each for each in explanation.remedies[0].steps) is is_of_creator


_OF_NODES = _IN_USE + 'resource "aws_eks_access_entry" "ship" {{\n  principal_arn = {}\n  type = "{}"\n}}\n'
_LINUX = _OF_NODES.format("aws_iam_role.ship.arn", "EC2_LINUX")
_CREATE = "$ aws eks create-access-entry --cluster-name bay --principal-arn arn:aws:iam::111122223333:role/ship --type EC2_LINUX\nAn error occurred (ResourceInUseException) when calling the CreateAccessEntry operation: The specified access entry resource is already in use on this cluster.\n"
_CREATE_GROUP = "$ aws eks create-nodegroup --cluster-name bay --nodegroup-name main --node-role arn:aws:iam::111122223333:role/{}\n"


@check_rows(
    ("text", "starter"),
    [
        (f"aws_eks_node_group.main: Creation complete after 2m1s [id=bay:main]\n{_LINUX}", "the managed node group main"),
        (f'module.eks.module.eks_managed_node_group["a"].aws_eks_node_group.this[0]: Refreshing state... [id=bay:a-1]\n{_LINUX}', "the managed node group a-1"),
        (f"aws_eks_fargate_profile.jobs: Creation complete after 40s [id=bay:jobs]\n{_OF_NODES.format('local.role', 'FARGATE_LINUX')}", "the Fargate profile jobs"),
        (f'{_IN_USE}principal_arn = aws_iam_role.ship.arn\nresource "aws_eks_node_group" "main" {{\n  node_role_arn = aws_iam_role.ship.arn\n', "the managed node group"),
        (_CREATE_GROUP.format("ship") + _CREATE, "the managed node group"),
        # Another cluster, role, type or time.
        (f"aws_eks_node_group.main: Creation complete after 2m1s [id=lake:main]\n{_LINUX}", None),
        (f"aws_eks_node_group.main: Creating...\n{_LINUX}", None),
        (f"aws_eks_node_group.main: Destruction complete after 2m [id=bay:main]\n{_LINUX}", None),
        (f"aws_eks_fargate_profile.jobs: Creation complete after 40s [id=bay:jobs]\n{_LINUX}", None),
        (f"aws_eks_node_group.main: Creation complete after 2m1s [id=bay:main]\n{_IN_USE}", None),
        (f"{_IN_USE}principal_arn = aws_iam_role.ship.arn\nnode_role_arn = aws_iam_role.node.arn\n", None),
        (_CREATE_GROUP.format("boat") + _CREATE, None),
        (f"aws_eks_node_group.main: Creation complete after 2m1s [id=bay:main]\n{_LINUX}node_role_arn = aws_iam_role.node.arn\n", None),
        (_CREATE + _CREATE_GROUP.format("ship"), None),
    ],
)  # fmt: skip
def test_entry_that_eks_created_for_nodes(text: str, starter: str | None) -> None:
    explanation = explain(text)
    made = next(each for each in explanation.causes if each.code == "entry-created-by-eks")
    assert (made.evidence == "derived") is (starter is not None)
    assert starter is None or made.text.endswith(f"by itself, with {starter}.")
    first = explanation.remedies[0]
    is_terraform = "with aws_eks_access_entry" in text
    removes = (
        first.title
        == f"Remove aws_eks_access_entry.ship from the configuration: {starter} needs no other entry"
    )
    assert removes is (is_terraform and starter is not None)
    assert any("terraform import" in each for each in first.commands) is is_terraform
    # An entry for nodes has no access policies, and its principal did not create the cluster.
    is_of_nodes = "_LINUX" in text or starter is not None
    assert ("ClusterPolicy" in str(first) or "cluster creator" in str(explanation)) is not is_of_nodes


_STACK_EVENT = 'bay-nodes | CREATE_FAILED | AWS::EKS::AccessEntry | ShipEntry | Resource handler returned message: "The specified access entry resource is already in use on this cluster. (Service: Eks, Status Code: 409, Request ID: 1)" (RequestToken: 2, HandlerErrorCode: AlreadyExists)\n'


@check_rows(
    ("text", "title"),
    [
        (_STACK_EVENT, "Remove ShipEntry from the template, or import the existing entry"),
        (f"bay-nodes | CREATE_COMPLETE | AWS::EKS::Nodegroup | Workers\n{_STACK_EVENT}Type: EC2_LINUX\n", "Remove ShipEntry from the template: the managed node group Workers needs no other entry"),
        (f"bay-nodes | CREATE_COMPLETE | AWS::EKS::Nodegroup | Workers\n{_STACK_EVENT}", "Remove ShipEntry from the template, or import the existing entry"),
        (f"bay-nodes | CREATE_IN_PROGRESS | AWS::EKS::Nodegroup | Workers\n{_STACK_EVENT}Type: EC2_LINUX\n", "Remove ShipEntry from the template, or import the existing entry"),
    ],
)  # fmt: skip
def test_entry_that_a_stack_creates_again(text: str, title: str) -> None:
    explanation = explain(text)
    assert explanation.remedies[0].title == title
    assert "erraform" not in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (_IN_USE + "bootstrap_cluster_creator_admin_permissions = true", "Import the existing resource"),
        ("An error occurred (ResourceInUseException) when calling the CreateAccessEntry operation: The specified access entry resource is already in use on this cluster.\n\nbootstrapClusterCreatorAdminPermissions: true", "Inspect the existing entry"),
    ],
    ids=["Terraform", "CLI"],
)  # fmt: skip
def test_entry_that_eks_made_gets_an_action(text: str, title: str) -> None:
    first = explain(text, facts={"cluster": "bay"}).remedies[0]
    assert first.title.startswith(title)
    assert first.commands


@check_rows(
    ("address", "entry"),
    [
        ("aws_eks_access_entry.ops", "ops"),
        ("module.access.aws_eks_access_entry.ops", "ops"),
        ('aws_eks_access_entry.ops["a"]', None),
        ('module.eks.aws_eks_access_entry.this["ops"]', None),
        ("aws_eks_access_entry.ops[0]", None),
    ],
)
def test_association_for_an_entry_in_code(address: str, entry: str | None) -> None:
    text = f"Error: creating EKS Access Entry (prod:arn:aws:iam::111122223333:role/ops): operation error EKS: CreateAccessEntry, https response error StatusCode: 400, RequestID: 1, InvalidParameterException: The kubernetes group name system:masters is invalid, it cannot start with system:\n\n  with {address},\n  on main.tf line 1\n"
    [remedy] = explain(text).remedies
    manifest = remedy.manifest or ""
    assert f'"aws_eks_access_policy_association" "{entry}"' in manifest if entry else not manifest
    assert ("policy_associations" in remedy.steps[0]) is (entry is None)
    assert ("the principal arn:aws:iam::111122223333:role/ops and" in remedy.steps[0]) is (entry is None)
    assert "aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" in manifest + remedy.steps[0]


def test_type_of_the_entry_of_nodes_in_terraform() -> None:
    """Without a type, Terraform creates an entry of the type STANDARD, whose groups cannot be those of nodes."""
    box = """│ Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/spot-node): operation error EKS: CreateAccessEntry, https response error StatusCode: 400, RequestID: 5d0c1b0e-54c7-4f6b-9d0a-1f0be1a3c7d2, InvalidParameterException: The kubernetes group name system:nodes is invalid, it cannot start with system:
│   with aws_eks_access_entry.spot,
│   on nodes.tf line 9, in resource "aws_eks_access_entry" "spot":"""
    first = explain(box).remedies[0]
    assert first.title == "Correct type in the Terraform configuration, and apply again"
    assert first.manifest == 'type = "EC2_LINUX"'
    assert first.steps[0].startswith(
        "Write type as below in aws_eks_access_entry.spot, and remove kubernetes_groups and user_name"
    )


_MODE = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation."
_PULUMI = "  aws:eks:AccessEntry (ops):\n    error: sdk-v2/provider2.go:572: creating EKS Access Entry (cove:arn:aws:iam::111122223333:role/ops): operation error EKS: CreateAccessEntry, https response error StatusCode: {}, RequestID: 1, {}\npulumi:pulumi:Stack (cove):"
_TERRAFORM = "│ Error: creating EKS Access Entry (cove:arn:aws:iam::111122223333:role/ops): operation error EKS: CreateAccessEntry, https response error StatusCode: 400, RequestID: 1, InvalidRequestException: {}\n│   with aws_eks_access_entry.ops,"


@check_rows(
    ("text", "command", "note"),
    [
        (
            _PULUMI.format(400, f"InvalidRequestException: {_MODE}"),
            "pulumi up",
            "If the Pulumi code creates the cluster, set accessConfig.authenticationMode to API_AND_CONFIG_MAP",
        ),
        (_TERRAFORM.format(_MODE), "terraform apply", "If the Terraform code creates the cluster"),
        (
            f"An error occurred (InvalidRequestException) when calling the CreateAccessEntry operation: {_MODE}",
            "aws eks create-access-entry",
            "",
        ),
    ],
)
def test_a_tool_creates_its_own_entry_after_the_mode_changed(text: str, command: str, note: str) -> None:
    found = explain(text)
    first = found.remedies[0]
    lines = [each for each in first.commands if each.startswith(("aws eks create-access-entry", command))]
    assert len(lines) == 1
    assert lines[0].startswith(command)
    assert any(each.startswith(note) for each in found.notes)
    assert ("would fail if you had created it by hand" in str(first.steps)) == bool(note)


def test_an_existing_entry_is_imported_into_a_stack_of_pulumi() -> None:
    text = _PULUMI.format(
        409, "ResourceInUseException: The specified access entry resource is already in use on this cluster."
    )
    first = explain(text).remedies[0]
    assert "list-associated-access-policies" in first.commands[1]
    assert first.commands[2:] == (
        "pulumi import aws:eks/accessEntry:AccessEntry ops cove:arn:aws:iam::111122223333:role/ops",
        "pulumi preview",
    )
    assert "terraform" not in str(first.steps)


_EVENT = 'Ops | CREATE_FAILED | AWS::EKS::AccessEntry | Resource handler returned message: "The specified principalArn is invalid: invalid principal. (Service: Eks, Status Code: 400, Request ID: 1f)" (RequestToken: 8c, HandlerErrorCode: InvalidRequest)'
_SSO = "AWSReservedSSO_Ops_0123456789abcdef"


@check_rows(
    ("principal", "code", "command"),
    [
        (f"PrincipalArn: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{_SSO}", "role-path-missing", _SSO),
        (
            f"PrincipalArn: !Join ['', ['arn:aws:iam::', !Ref AWS::AccountId, ':role/{_SSO}']]",
            "role-path-missing",
            _SSO,
        ),
        (f'"PrincipalArn": {{"Fn::Sub": "arn:aws:iam::${{AWS::AccountId}}:role/{_SSO}"}}', "role-path-missing", _SSO),
        (f"principalArn: `arn:aws:iam::${{this.account}}:role/{_SSO}`", "role-path-missing", _SSO),
        ("PrincipalArn: !Sub arn:aws:iam::${AWS::AccountId}:role/batch", "principal-not-accepted", "batch"),
        ("PrincipalArn: !Sub arn:aws:iam::${AWS::AccountId}:role/${Name}", "principal-not-accepted", "ROLE_NAME"),
        # The role of something else.
        ("PrincipalArn: !ImportValue ops\nPolicy:\n  Resource: !Sub arn:aws:iam::${AWS::AccountId}:role/batch", "principal-not-accepted", "ROLE_NAME"),
        ('principal_arn = var.ops\n}\nresource "aws_iam_policy" "a" {\n  policy = "arn:aws:iam::${local.id}:role/batch"', "principal-not-accepted", "ROLE_NAME"),
        (f"PrincipalArn: !GetAtt Ops.Arn\nRoleArn: !Sub arn:aws:iam::${{AWS::AccountId}}:role/{_SSO}", "principal-not-accepted", "ROLE_NAME"),
    ],
)  # fmt: skip
def test_role_of_an_entry_in_a_template(principal: str, code: str, command: str) -> None:
    found = explain(f"{principal}\n{_EVENT}")
    derived = [each.code for each in found.causes if each.evidence in {"derived", "reported"}]
    assert derived[-1] == code
    assert f"--role-name {command} " in found.remedies[0].commands[0]


_ACK = """apiVersion: eks.services.k8s.aws/v1alpha1
kind: AccessEntry
spec:
  clusterName: tea
  principalARN: {}
status:
  conditions:
    - message: 'InvalidParameterException: The specified principalArn is invalid: invalid principal.'
      type: ACK.Terminal
"""
_SSO_ARN = "arn:aws:iam::111122223333:role/AWSReservedSSO_Tasters_0123456789abcdef"


@check_rows(
    ("text", "title", "line"),
    [
        (_ACK.format(_SSO_ARN), "Look up the full ARN, and correct the AccessEntry of ACK", "kubectl apply --filename FILE"),
        (
            f"$ kubectl describe accessentries.eks.services.k8s.aws tasters\nSpec:\n  Cluster Name: tea\n  Principal ARN: {_SSO_ARN}\n{_ACK.format(_SSO_ARN)[150:]}",
            "Look up the full ARN, and correct the AccessEntry of ACK",
            "kubectl apply --filename FILE",
        ),
        # eksctl has the same name for the field.
        (
            f"accessEntries:\n  - principalARN: {_SSO_ARN}\nInvalidParameterException: The specified principalArn is invalid: invalid principal.",
            "Look up the full ARN, and create the access entry with it",
            "aws eks create-access-entry",
        ),
        # A cluster of ACK is no entry.
        (
            f"apiVersion: eks.services.k8s.aws/v1alpha1\nkind: Cluster\n---\n$ aws eks create-access-entry --cluster-name tea --principal-arn {_SSO_ARN}\nAn error occurred (InvalidParameterException) when calling the CreateAccessEntry operation: The specified principalArn is invalid: invalid principal.",
            "Look up the full ARN, and create the access entry with it",
            "aws eks create-access-entry",
        ),
    ],
    ids=["manifest", "listing", "eksctl", "other object"],
)  # fmt: skip
def test_where_a_rejected_arn_of_an_entry_is_corrected(text: str, title: str, line: str) -> None:
    first = explain(text, facts={"cluster": "tea", "region": "eu-west-1"}).remedies[0]
    assert first.title == title
    assert any(each.startswith(line) for each in first.commands)
    assert ("create-access-entry" in str(first.commands)) is line.startswith("aws")
