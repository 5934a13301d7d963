"""What a command, profile or code in the text passes is compared with the supplied trust policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import check_trust_policy, explain
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.explaining import Explanation

ROLE = "arn:aws:iam::444455556666:role/audit"
DENIED = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
COMMAND = f"$ aws sts assume-role --role-arn {ROLE} --role-session-name check"
PROFILE = f"[profile audit]\nrole_arn = {ROLE}\nsource_profile = default"


def _policy(principal: str = "arn:aws:iam::111122223333:root", **condition: object) -> dict[str, Any]:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **condition}]}


EXTERNAL_ID = _policy(Condition={"StringEquals": {"sts:ExternalId": "octo-42"}})
MFA = _policy(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})


@check_rows(
    ("before", "policy", "summary", "command"),
    [
        (
            f"{COMMAND} --external-id OCTO-42",
            EXTERNAL_ID,
            "the command passes OCTO-42 (they differ in case)",
            "--role-session-name check --external-id octo-42",
        ),
        (COMMAND, EXTERNAL_ID, "the command passes none", "--external-id octo-42"),
        (
            f"{PROFILE}\nexternal_id = octo\n\n$ aws s3 ls --profile audit",
            EXTERNAL_ID,
            "the profile audit passes octo",
            "aws configure set external_id octo-42 --profile audit",
        ),
        (
            f'client.assume_role(RoleArn="{ROLE}", RoleSessionName="x", ExternalId="octo-43")',
            EXTERNAL_ID,
            "the call passes octo-43",
            "--role-session-name SESSION_NAME --external-id octo-42",
        ),
        (
            f'provider "aws" {{\n  assume_role {{\n    role_arn = "{ROLE}"\n    session_name = "tf"\n  }}\n}}',
            EXTERNAL_ID,
            "the block assume_role passes none",
            "--role-session-name tf --external-id octo-42",
        ),
        (
            f"{PROFILE}\n\n$ aws s3 ls --profile audit",
            MFA,
            "the profile audit has no mfa_serial",
            "aws configure set mfa_serial MFA_DEVICE_ARN --profile audit",
        ),
        (COMMAND, MFA, "the command passes no code of a device", "aws iam list-mfa-devices --user-name ana"),
        (
            COMMAND,
            _policy(Condition={"StringLike": {"sts:RoleSessionName": "ana-*"}}),
            "requires a session name that begins with ana-, and the command passes check",
            "--role-session-name ana-check",
        ),
        (
            COMMAND,
            _policy(Condition={"StringNotEquals": {"sts:ExternalId": "octo-42"}}),
            "requires an external ID other than octo-42",
            "--external-id EXTERNAL_ID",
        ),
        (
            COMMAND,
            _policy(Condition={"StringLike": {"sts:SourceIdentity": ["a*", "b*"]}}),
            "requires a source identity that matches a* or b*, and the command passes none",
            "--source-identity SOURCE_IDENTITY",
        ),
        (
            COMMAND,
            _policy(Condition={"StringEquals": {"sts:SourceIdentity": "ana"}}),
            "requires the source identity ana, and the command passes none",
            "--role-session-name check --source-identity ana",
        ),
        (
            "",
            _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
            "requires a caller of the organization o-a1b2c3d4e5.",
            "aws organizations describe-organization --query Organization.Id",
        ),
        (
            f"Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: {ROLE}\n    aws-region: eu-west-1\n    role-external-id: octo-7\n    role-session-name: gh",
            EXTERNAL_ID,
            "the workflow passes octo-7",
            "--role-session-name gh --external-id octo-42",
        ),
        (
            '│ Error: Cannot assume IAM Role\n│   with provider["registry.terraform.io/hashicorp/aws"].partner,',
            EXTERNAL_ID,
            "requires the external ID octo-42.",
            "--role-session-name check --external-id octo-42",
        ),
        (
            "withAWS(role: 'audit', roleAccount: '444455556666', region: 'eu-west-1') {",
            EXTERNAL_ID,
            "the call passes none",
            "--external-id octo-42",
        ),
        (
            f"withAWS(role: '{ROLE}', externalId: 'octo-7') {{",
            EXTERNAL_ID,
            "the call passes octo-7",
            "--external-id octo-42",
        ),
        (
            f"kind: ProviderConfig\nspec:\n  assumeRoleChain:\n    - roleARN: {ROLE}\n",
            EXTERNAL_ID,
            "assumeRoleChain passes none",
            "--external-id octo-42",
        ),
        # A chain of two roles.
        (
            f"kind: ProviderConfig\nspec:\n  assumeRoleChain:\n    - roleARN: {ROLE}\n      externalID: wrong\n    - roleARN: {ROLE}x\n",
            EXTERNAL_ID,
            "requires the external ID octo-42.",
            "",
        ),
        # A step of Jenkins with another role, or with keys.
        (
            "withAWS(role: 'audit', roleAccount: '555566667777') {",
            EXTERNAL_ID,
            "requires the external ID octo-42.",
            "",
        ),
        ("withAWS(credentials: 'ci') {", EXTERNAL_ID, "requires the external ID octo-42.", ""),
        # Another profile, or one whose settings a variable hides, shows nothing.
        (f"[profile other]\nrole_arn = {ROLE}x\n", EXTERNAL_ID, "requires the external ID octo-42.", ""),
        (f"{COMMAND} --external-id $ID", EXTERNAL_ID, "requires the external ID octo-42.", ""),
    ],
)
def test_call_is_compared(before: str, policy: dict[str, Any], summary: str, command: str) -> None:
    explanation = explain(f"{before}\n\n{DENIED}", facts={"trust_policy": policy})
    assert summary in explanation.summary
    assert command in "\n".join(explanation.remedies[0].commands)
    assert all(remedy.layer != "role_trust" for remedy in explanation.remedies)


GO = f'prov := stscreds.NewAssumeRoleProvider(c, "{ROLE}", func(o *stscreds.AssumeRoleOptions) {{{{\n    o.{{}}\n}}}})'
JAVA = f'AssumeRoleRequest.builder().roleArn("{ROLE}").roleSessionName("{{}}").build();'


@check_rows(
    ("code", "summary", "line"),
    [
        (
            GO.format('RoleSessionName = os.Getenv("PARTNER_EXTERNAL_ID") // octo-42'),
            "the call passes none: it passes octo-42 as the session name.",
            'o.ExternalID = aws.String(os.Getenv("PARTNER_EXTERNAL_ID"))',
        ),
        (GO.format("Duration = time.Hour"), "the call passes none.", 'o.ExternalID = aws.String("octo-42")'),
        (
            JAVA.format("octo-42"),
            "the call passes none: it passes octo-42 as the session name.",
            '.externalId("octo-42")',
        ),
        (
            f"fromTemporaryCredentials({{ params: {{ RoleArn: '{ROLE}', ExternalId: 'octo-7' }} }})",
            "the call passes octo-7.",
            'ExternalId: "octo-42",',
        ),
        (
            f'new AssumeRoleRequest {{ RoleArn = "{ROLE}", RoleSessionName = "x" }};',
            "the call passes none.",
            'ExternalId = "octo-42",',
        ),
        (
            f"new AssumeRoleCredentialProvider(['assume_role_params' => ['RoleArn' => '{ROLE}']])",
            "the call passes none.",
            "'ExternalId' => \"octo-42\",",
        ),
        (
            f'Aws::AssumeRoleCredentials.new(role_arn: "{ROLE}", role_session_name: id(1))',
            "the call passes none.",
            'external_id: "octo-42",',
        ),
        (
            f'new STSAssumeRoleSessionCredentialsProvider.Builder("{ROLE}", "octo-42").build();',
            "the call passes none.",
            '.withExternalId("octo-42")',
        ),
        (
            f'new STSAssumeRoleSessionCredentialsProvider.Builder("{ROLE}", "x").withExternalId("octo-4").build();',
            "the call passes octo-4.",
            '.withExternalId("octo-42")',
        ),
        # The role of the only call can be in a variable. Of two, either can be the one that failed.
        (
            'var r = new AssumeRoleRequest {\n  RoleArn = cfg.Role, RoleSessionName = "x"\n};',
            "the call passes none.",
            'ExternalId = "octo-42",',
        ),
        (
            "sts.assume_role(RoleArn=role, RoleSessionName='a')",
            "the call passes none.",
            'ExternalId="octo-42",',
        ),
        (
            "a.assume_role(RoleArn=one, RoleSessionName='a')\nb.assume_role(RoleArn=two, RoleSessionName='b')",
            "requires the external ID octo-42.",
            None,
        ),
        # The value of an expression is not known, or the options stand elsewhere.
        (f'client.assume_role(RoleArn="{ROLE}", **options)', "requires the external ID octo-42.", None),
        (f'stscreds.NewAssumeRoleProvider(c, "{ROLE}", withID)', "requires the external ID octo-42.", None),
        (GO.format('ExternalID = aws.String(os.Getenv("ID"))'), "requires the external ID octo-42.", None),
    ],
)
def test_code_passes_an_external_id(code: str, summary: str, line: str | None) -> None:
    explanation = explain(f"{DENIED}\n\n{code}\n", facts={"trust_policy": EXTERNAL_ID})
    remedy = explanation.remedies[0]
    assert explanation.summary.endswith(summary)
    assert line is None or remedy.manifest == line
    assert "PARTNER_EXTERNAL_ID" not in remedy.placeholders


@pytest.mark.parametrize(
    ("words", "is_said"),
    [
        ("My user has sts:AssumeRole on that ARN.", True),
        ("Do I have to add sts:AssumeRole to my user?", False),
        ("I don't have sts:AssumeRole yet.", False),
    ],
)
def test_allow_that_the_text_states_is_not_proposed(words: str, *, is_said: bool) -> None:
    remedies = explain(f"{words}\n{COMMAND}\n{DENIED}", facts={"trust_policy": EXTERNAL_ID}).remedies
    assert any(each.layer == "identity" for each in remedies) is not is_said


@pytest.mark.parametrize(("policy", "is_unmet"), [(EXTERNAL_ID, True), (_policy(), False)])
def test_an_allow_of_the_caller_does_not_change_what_decides(policy: object, *, is_unmet: bool) -> None:
    """With a policy of the caller that allows the call, the condition of the trust policy is still the reason."""
    own = f'My policy: {{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{ROLE}"}}'
    text = f"{COMMAND}\n\n{DENIED}\n\nTheir trust policy:\n{json.dumps(policy)}\n\n{own}"
    explanation = explain(text)
    assert (
        "requires the external ID octo-42, and the command passes none" in explanation.summary
    ) is is_unmet
    assert ("another type denies it" in explanation.summary) is not is_unmet
    assert all(each.policy is None for each in explanation.remedies)
    assert not is_unmet or "in SDKs: ExternalId" in explanation.remedies[0].steps[0]


def test_external_id_in_the_facts() -> None:
    """They show what the call passes, if no command or code in the text does."""
    for passed, is_other in (("octo-24", True), ("octo-42", False)):
        facts = {"trust_policy": EXTERNAL_ID, "external_id": passed}
        assert (f"and the call passes {passed}" in explain(DENIED, facts=facts).summary) is is_other


@pytest.mark.parametrize("session", ["***", "i-0abc*******", "w…"])
def test_masked_session_name(session: str) -> None:
    """Trust policies hardly ever name sessions; one that does is not decided."""
    role = "arn:aws:iam::111122223333:role/audit-reader"
    text = DENIED.replace(
        "iam::111122223333:user/ana", f"sts::111122223333:assumed-role/audit-reader/{session}"
    )
    condition = {"StringEquals": {"sts:ExternalId": "octo-42"}}
    shown = explain(text, facts={"trust_policy": _policy(role, Condition=condition)}).summary
    assert "requires the external ID octo-42" in shown
    named = "arn:aws:sts::111122223333:assumed-role/audit-reader/job-1"
    assert (
        "external ID octo-42"
        not in explain(text, facts={"trust_policy": _policy(named, Condition=condition)}).summary
    )


@pytest.mark.parametrize(
    "words", ["The trust policy of the role:", "Trust policy of the target role:", "trust policy of my role:"]
)
def test_words_that_name_no_role(words: str) -> None:
    assert "octo-42" in explain(f"{DENIED}\n{words}\n{json.dumps(EXTERNAL_ID)}").summary


@pytest.mark.parametrize("name", ["", '\n    session_name = "nightly"'], ids=["no name", "name"])
def test_external_id_of_a_terraform_provider(name: str) -> None:
    block = f'provider "aws" {{\n  assume_role {{\n    role_arn = "{ROLE}"{name}\n  }}\n}}\n'
    text = f'Error: Cannot assume IAM Role\n  with provider["registry.terraform.io/hashicorp/aws"],\n{DENIED}\n{block}'
    manifest = explain(text, facts={"trust_policy": EXTERNAL_ID}).remedies[0].manifest or ""
    rows = dict(each.split(" = ") for each in manifest.splitlines() if " = " in each)
    assert {key.strip(): json.loads(value) for key, value in rows.items()} == {
        "role_arn": ROLE,
        **({"session_name": "nightly"} if name else {}),
        "external_id": "octo-42",
    }


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("Terraform", f"$ terraform plan\n{DENIED}"),
        ("Pulumi", f"$ pulumi up\n{DENIED}"),
        ("the program", f"operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 0a1b, api error AccessDenied: {DENIED.partition('operation: ')[2]}"),
    ],
)  # fmt: skip
def test_programs_that_ask_for_no_code_get_a_session(program: str, text: str) -> None:
    """Only botocore asks for the code of a device."""
    remedy = explain(text, facts={"trust_policy": MFA}).remedies[0]
    assert remedy.title == f"Open a session with MFA, then run {program} with it"
    assert remedy.commands[-1].startswith("aws sts get-session-token --serial-number MFA_DEVICE_ARN")


@pytest.mark.parametrize("before", ["", "$ terraform plan\n"])
def test_role_is_named_instead_of_passing_a_code(before: str) -> None:
    """Sessions of roles carry no MFA."""
    text = before + DENIED.replace(":iam::111122223333:user/ana", ":sts::111122223333:assumed-role/ci/run-7")
    explanation = explain(text, facts={"trust_policy": MFA})
    assert explanation.summary.endswith("obtained with MFA, and those of a role never are.")
    remedy = explanation.remedies[0]
    assert remedy.title == "Name the role ci in the trust policy, without the condition on MFA"
    assert remedy.policy is not None
    # The whole policy, with the statement of before.
    assert remedy.policy["Statement"][0] == MFA["Statement"][0]
    assert remedy.policy["Statement"][1]["Principal"] == {"AWS": "arn:aws:iam::111122223333:role/ci"}
    assert not any("mfa" in line for line in remedy.commands)


@pytest.mark.parametrize(
    ("value", "operator"),
    [("octo-42", "StringEquals"), ("OCTO-42", "StringEqualsIgnoreCase"), ("octo-42", "StringLike")],
)
def test_met_condition_is_not_the_cause(value: str, operator: str) -> None:
    policy = _policy(Condition={operator: {"sts:ExternalId": "octo-42"}})
    explanation = explain(f"{COMMAND} --external-id {value}\n\n{DENIED}", facts={"trust_policy": policy})
    assert "requires the external ID" not in explanation.summary
    assert "which the call passes" in explanation.causes[0].text
    assert explanation.remedies[0].layer == "identity"


def test_second_condition_decides_if_the_first_one_is_met() -> None:
    condition = {
        "StringEquals": {"sts:ExternalId": "octo-42"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }
    text = f"{COMMAND} --external-id octo-42\n\n{DENIED}"
    explanation = explain(text, facts={"trust_policy": _policy(Condition=condition)})
    assert "requires credentials that were obtained with MFA" in explanation.summary
    assert "the command passes no code of a device" in explanation.summary


def test_unknown_second_condition() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "octo-42"}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    text = f"{COMMAND} --external-id octo-42\n\n{DENIED}"
    explanation = explain(text, facts={"trust_policy": _policy(Condition=condition)})
    assert "requires a source address in 192.0.2.0/24." in explanation.summary


@pytest.mark.parametrize(
    ("principal", "action"),
    [
        ("arn:aws:iam::111122223333:user/anna", "sts:AssumeRole"),
        ("arn:aws:iam::111122223333:user/ana", "sts:TagSession"),
    ],
)
def test_supplied_policy_is_completed(principal: str, action: str) -> None:
    """Pasted as it is, the policy allows the caller."""
    policy = _policy(principal)
    policy["Statement"][0]["Action"] = action
    explanation = explain(DENIED, facts={"trust_policy": policy})
    remedy = next(each for each in explanation.remedies if each.layer == "role_trust")
    assert remedy.policy is not None
    result = check_trust_policy(
        remedy.policy, action="sts:AssumeRole", caller="arn:aws:iam::111122223333:user/ana"
    )
    assert result.allowed is True
    assert "its trust policy, which was supplied, " in explanation.summary.replace("the role's", "its")


@check_rows(
    ("caller", "after", "who"),
    [
        # CI systems mask a value wherever it is.
        ("***", "", "resource owner"),
        ("[MASKED]", "", "resource owner"),
        ("***", "AWS_ACCOUNT_ID: 444455556666", "resource owner"),
        ("7777********", "", "resource owner"),
        ("<redacted>", "build is a role in our tools account.", "resource owner"),
        ("<redacted>", "build lives in another account", "resource owner"),
        ("<redacted>", "build lives in the same account", "account administrator"),
        ("<redacted>", "build is new. The role audit is in another account", "account administrator"),
        ("<redacted>", "", "account administrator"),
        ("<redacted>", "build is not in another account", "account administrator"),
        ("<redacted>", "build is in the right account", "account administrator"),
        ("444455556666", "build was in another account", "account administrator"),
    ],
)
@check_rows("action", ["sts:AssumeRole", "sts:TagSession"])
def test_masked_or_described_account_of_the_caller(caller: str, after: str, who: str, action: str) -> None:
    session = f"arn:aws:sts::{caller}:assumed-role/build/run"
    text = DENIED.replace("arn:aws:iam::111122223333:user/ana", session).replace(
        "sts:AssumeRole on", f"{action} on"
    )
    explanation = explain(f"{text}\n{after}")
    trust = next(
        each
        for each in explanation.remedies
        if "the role build in" in each.title or "in the trust" in each.title
    )
    is_other = who == "resource owner"
    assert (trust.who, ", in account 444455556666" in trust.title) == (who, is_other)
    assert ("within one account" in explanation.to_text(detail="full").lower()) != is_other
    # The account of the role is not that of the caller.
    assert not is_other or "444455556666:role/build" not in explanation.to_text(detail="full")


@check_rows("action", ["sts:TagSession", "sts:SetSourceIdentity"])
@check_rows("condition", [{}, {"Condition": {"StringEquals": {"sts:ExternalId": "octo-42"}}}])
def test_session_attributes_get_a_statement_without_an_external_id(
    action: str, condition: dict[str, Any]
) -> None:
    caller = "arn:aws:iam::111122223333:user/ana"
    policy = _policy(caller, **condition)
    text = DENIED.replace("perform: sts:AssumeRole", f"perform: {action}")
    explanation = explain(text, facts={"trust_policy": policy})
    remedy = explanation.remedies[0]
    assert remedy.policy is not None
    result = check_trust_policy(remedy.policy, action=action, caller=caller, context={})
    assert result.allowed is True
    kept = check_trust_policy(
        remedy.policy, action="sts:AssumeRole", caller=caller, context={"sts:ExternalId": "octo-42"}
    )
    assert kept.allowed is not False


def test_an_action_that_a_condition_never_allows_is_moved() -> None:
    caller, condition = "arn:aws:iam::111122223333:user/ana", {"StringEquals": {"sts:ExternalId": "octo-42"}}
    policy = _policy(caller, Condition=condition)
    policy["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    text = DENIED.replace("perform: sts:AssumeRole", "perform: sts:TagSession")
    fixed = explain(text, facts={"trust_policy": policy}).remedies[0].policy
    assert fixed is not None
    kept, added = fixed["Statement"]
    assert (kept["Action"], kept["Condition"]) == ("sts:AssumeRole", condition)
    assert added["Action"] == "sts:TagSession"
    assert "Condition" not in added


def test_unrelated_statements_are_kept() -> None:
    policy: dict[str, Any] = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    }
    explanation = explain(DENIED, facts={"trust_policy": policy})
    remedy = next(each for each in explanation.remedies if each.layer == "role_trust")
    assert remedy.policy is not None
    first, second = remedy.policy["Statement"]
    assert first == policy["Statement"]
    assert second["Principal"] == {"AWS": "arn:aws:iam::111122223333:user/ana"}


@check_rows(
    ("before", "words"),
    [
        ("tool --session-duration 18000 run", "set --session-duration 3600 instead"),
        ("role-duration-seconds: 7200", "set role-duration-seconds: 3600 instead"),
        ("client.assume_role(DurationSeconds=7200)", "set DurationSeconds=3600 instead"),
        ("", "Set the duration with --duration-seconds"),
    ],
)
def test_own_duration_is_named(before: str, words: str) -> None:
    message = "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    assert words in " ".join(str(explain(f"{before}\n{message}")).split())


NAMED = "User: arn:aws:sts::777788889999:assumed-role/sync/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/octo/reader because no resource-based policy allows the sts:AssumeRole action"


def _policy_for_all(**condition: dict[str, str]) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@check_rows(
    ("condition", "conclusion", "shown"),
    [
        (
            {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            "organization o-a1b2c3d4e5, and the call does not meet that.",
            "aws organizations describe-organization",
        ),
        (
            {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
            "source address in 203.0.113.0/24, and the call does not meet that.",
            "the role's owner has to change this condition",
        ),
        (
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            "obtained with MFA, and those of a role never are.",
            "Name the role sync in the trust policy, without the condition on MFA",
        ),
        (
            {"StringEquals": {"aws:PrincipalTag/team": "data"}},
            "requires aws:PrincipalTag/team to be data, and the call does not meet that.",
            "the role's owner has to change this condition",
        ),
    ],
)
def test_condition_that_decides(condition: dict[str, Any], conclusion: str, shown: str) -> None:
    """If AWS names the trust policy and its only condition is open, the call did not meet that."""
    explanation = explain(NAMED, facts={"trust_policy": _policy_for_all(**condition)})
    assert conclusion in explanation.summary
    text = str(explanation)
    assert shown in text
    assert "might allow" not in text
    assert "does not say whether" not in text


@pytest.mark.parametrize(
    "text", [NAMED.partition(" because")[0], NAMED.replace("resource-based", "identity-based")]
)
def test_condition_stays_open_if_aws_names_no_trust_policy(text: str) -> None:
    policy = _policy_for_all(StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})
    assert "is not in it" not in explain(text, facts={"trust_policy": policy}).summary


def test_one_of_two_conditions_is_not_named() -> None:
    """With two open conditions, either of them can be the one that the call did not meet."""
    policy = _policy_for_all(
        StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalTag/team": "data"}
    )
    explanation = explain(NAMED, facts={"trust_policy": policy})
    assert "is not in it" not in explanation.summary
    assert "with 2 conditions, of which the call did not meet at least one" in " ".join(
        str(explanation).split()
    )


def test_deleted_principal_is_replaced() -> None:
    """IAM rejects a policy with the unique ID of a deleted principal."""
    explanation = explain(DENIED, facts={"trust_policy": _policy("AIDAEXAMPLE0OLD4USER")})
    remedy = next(each for each in explanation.remedies if each.layer == "role_trust")
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:user/ana"}
    assert "omits AIDAEXAMPLE0OLD4USER" in remedy.steps[0]


_GET = "$ aws iam get-user --user-name ana{}\n"
_NEW = "AIDAEXAMPLE0NEW4USER"


@check_rows(
    ("shown", "words"),
    [
        (f"{_GET.format(' --query User.[UserId,CreateDate] --output text')}{_NEW}\t2026-10-02T08:00:00+00:00\n", f"the user ana, created on 2026-10-02, has {_NEW}."),
        (f'{_GET.format("")}{{"User": {{"UserName": "ana", "UserId": "{_NEW}", "CreateDate": "2026-10-02T08:00:00+00:00", "PasswordLastUsed": "2026-10-05T08:00:00+00:00"}}}}\n', f"the user ana, created on 2026-10-02, has {_NEW}."),
        (f'$ aws sts get-caller-identity\n{{"UserId": "{_NEW}", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana"}}\n', f"the user ana has {_NEW}."),
        # Of another user, or of a role of this name.
        (_GET.format("s").replace("anas", "bob") + f"{_NEW}\n", None),
        (f"$ aws iam get-role --role-name ana --query Role.RoleId --output text\n{_NEW.replace('AIDA', 'AROA')}\n", None),
        ("", None),
    ],
    ids=["text", "JSON", "caller", "other user", "role", "none"],
)  # fmt: skip
def test_present_id_of_a_caller_whose_former_id_is_trusted(shown: str, words: str | None) -> None:
    explanation = explain(f"{shown}{DENIED}", facts={"trust_policy": _policy("AIDAEXAMPLE0OLD4USER")})
    end = f"AIDAEXAMPLE0OLD4USER, the unique ID of a deleted user, {f'and {words}' if words else 'instead of the caller.'}"
    assert explanation.summary.endswith(end)
    sure = "Most likely, the user ana was deleted and created again."
    assert any(sure in each.text for each in explanation.causes) is (words is not None)


DENIED_BY_TRUST = "User: arn:aws:iam::111122223333:user/noor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Vault with an explicit deny in the role trust policy"


def deny(
    sid: str, condition: dict[str, dict[str, object]] | None, principal: object = "*"
) -> dict[str, object]:
    statement = {"Sid": sid, "Effect": "Deny", "Principal": principal, "Action": "sts:AssumeRole"}
    return statement if condition is None else {**statement, "Condition": condition}


def explain_deny(*statements: dict[str, object]) -> Explanation:
    trusted = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "sts:AssumeRole",
    }
    policy = {"Version": "2012-10-17", "Statement": [trusted, *statements]}
    return explain(DENIED_BY_TRUST, facts={"trust_policy": policy})


@check_rows(
    ("condition", "when", "remedy", "words"),
    [
        ({"NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}}, " unless aws:SourceIp is 198.51.100.0/24", "Call from a network that the Deny exempts", "checkip"),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": False}}, " if the caller's credentials carry no MFA", "Call with MFA", "--serial-number"),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-abc123def4"}}, " unless aws:PrincipalOrgID is o-abc123def4", "Call as a principal with o-abc123def4 as aws:PrincipalOrgID", ""),
        ({"StringNotEquals": {"aws:PrincipalTag/unit": "ops"}}, " unless aws:PrincipalTag/unit is ops", "Call as a principal with ops as aws:PrincipalTag/unit", ""),
        ({"Null": {"sts:ExternalId": "true"}}, " if the request has no sts:ExternalId", "Pass the external ID", "--external-id"),
        ({"StringEquals": {"aws:PrincipalTag/unit": "guest"}}, " if aws:PrincipalTag/unit is guest", "Call as a principal with another aws:PrincipalTag/unit than guest", ""),
        ({"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}, " because aws:PrincipalAccount is 111122223333, not 444455556666", "Exempt the user noor in the statement Guard of the role's trust policy", "Or call as a principal with 444455556666"),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/ops-*"}}, " because it exempts only arn:aws:iam::111122223333:user/ops-*, and the caller is arn:aws:iam::111122223333:user/noor", "Exempt the user noor in the statement Guard of the role's trust policy", "Or call as a principal with arn:aws:iam::111122223333:user/ops-*"),
        ({"StringNotLike": {"sts:RoleSessionName": "ops-*"}}, " unless sts:RoleSessionName is ops-*", "Call with a session name that the Deny exempts", "--role-session-name"),
        (None, "", "Exempt the user noor in the statement Guard of the role's trust policy", "update-assume-role-policy"),
    ],
)  # fmt: skip
def test_only_deny_of_the_supplied_trust_policy_matched(
    condition: dict[str, dict[str, object]] | None, when: str, remedy: str, words: str
) -> None:
    # The second Deny is for another user, so AWS cannot mean it.
    others = deny("Contractors", None, {"AWS": "arn:aws:iam::111122223333:user/other"})
    found = explain_deny(others, deny("Guard", condition))
    assert found.summary.endswith(f"the statement Guard of the role's trust policy denies it{when}.")
    assert found.remedies[0].title == remedy
    assert words in " ".join(str(found).split())
    # No other Allow overrides a Deny: only the Deny changes.
    changed = [each.policy["Statement"] for each in found.remedies if each.policy is not None]
    assert all([each["Effect"] for each in policy] == ["Allow", "Deny", "Deny"] for policy in changed)


@check_rows(
    ("effect", "dates", "words", "title"),
    [
        ("Deny", {"DateGreaterThan": {"aws:CurrentTime": "2026-03-31T00:00:00Z"}}, "denies it since 2026-03-31T00:00:00Z.", "Move the date of the statement End, or remove it, if the access is to go on"),
        ("Deny", {"DateLessThan": {"aws:CurrentTime": "2026-03-31T00:00:00Z"}}, "denies it until 2026-03-31T00:00:00Z.", "Wait until 2026-03-31T00:00:00Z, or remove the statement End"),
        ("Deny", {"DateGreaterThan": {"aws:CurrentTime": "2026-03-01"}, "DateLessThan": {"aws:CurrentTime": "2026-03-31"}}, "denies it from 2026-03-01 to 2026-03-31.", "Wait until 2026-03-31, or remove the statement End"),
        ("Deny", {"NumericGreaterThan": {"aws:EpochTime": "1774915200"}}, "denies it since 2026-03-31T00:00:00Z (1774915200).", "Move the date of the statement End, or remove it, if the access is to go on"),
        ("Allow", {"DateLessThanEquals": {"aws:CurrentTime": "2026-03-31T00:00:00Z"}}, "the role's trust policy requires a call before 2026-03-31T00:00:00Z", "Move the date of the statement End, if the access is to go on"),
    ],
)  # fmt: skip
def test_date_of_the_trust_policy(effect: str, dates: dict[str, object], words: str, title: str) -> None:
    noor = "arn:aws:iam::111122223333:user/noor"
    dated = {"Sid": "End", "Effect": effect, "Principal": {"AWS": noor}, "Action": "sts:AssumeRole"}
    allow = [] if effect == "Allow" else [{**dated, "Sid": "Own", "Effect": "Allow"}]
    policy = {"Version": "2012-10-17", "Statement": [*allow, {**dated, "Condition": dates}]}
    text = DENIED_BY_TRUST if effect == "Deny" else DENIED_BY_TRUST.partition(" with an explicit")[0]
    explanation = explain(text, facts={"trust_policy": policy})
    first = explanation.remedies[0]
    assert words in explanation.summary
    assert first.title == title
    # Only the date that ends the access changes.
    assert ("NEW_DATE" in str(first.policy)) is title.startswith("Move")
    assert any("Only an administrator of account 111122223333" in each for each in first.steps)
    shown = " ".join(str(explanation).split())
    assert effect == "Allow" or ("Or remove the statement" in shown) is title.startswith("Wait")
    assert all(each.policy is None or "Own" in str(each.policy) for each in explanation.remedies if allow)


def test_deny_of_the_caller_alone_is_removed() -> None:
    denied = deny("Stop", None, {"AWS": "arn:aws:iam::111122223333:user/noor"})
    first = explain_deny(denied).remedies[0]
    assert (
        first.title == "Remove the statement Stop from the role's trust policy: it is only for the user noor"
    )
    assert first.policy is not None
    assert [each["Effect"] for each in first.policy["Statement"]] == ["Allow"]


def test_all_denies_that_can_match_are_named() -> None:
    network = deny("Network", {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})
    mfa = deny("Mfa", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    shown = str(explain_deny(network, mfa))
    assert "Network or the statement Mfa of the role's trust policy denies it." in shown
    assert "denies sts:AssumeRole unless aws:SourceIp" in shown


@pytest.mark.parametrize(
    ("role", "step"),
    [
        (ROLE, "Both accounts must also allow sts:AssumeRole."),
        ("arn:aws:iam::111122223333:role/audit", "Add to an identity-based policy of the role hop:"),
    ],
)
def test_source_identity_that_both_policies_must_allow(role: str, step: str) -> None:
    caller = "arn:aws:iam::111122223333:role/hop"
    text = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/hop/kim is not authorized to perform: sts:SetSourceIdentity on resource: {role}"
    remedy = explain(text, facts={"trust_policy": _policy(caller)}).remedies[0]
    assert remedy.policy == _policy(caller, Action=["sts:AssumeRole", "sts:SetSourceIdentity"])
    # The policy has the ARN of the caller, so the role has no path.
    (found,) = remedy.steps[1:]
    assert found.startswith(step)
    shown = f"{found} {remedy.commands[-1]}".replace(": ", ":").replace(", ", ",")
    assert f'"Action":"sts:SetSourceIdentity","Resource":"{role}"' in shown


_CHAINED = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/Dev/kim is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::444455556666:role/deploy\n"
_EVENT = '"userIdentity": {{"arn": "arn:aws:sts::111122223333:assumed-role/Dev/{}", "sessionContext": {{\n"sessionIssuer": {{"userName": "Dev"}},\n"attributes": {{"mfaAuthenticated": "true"}},\n"sourceIdentity": "{}"}}}}\n'
_OF_CALL = '"requestParameters": {"sourceIdentity": "kim"}\n'


@check_rows(
    ("more", "verdict", "reason"),
    [
        ("The admins added the SAML attribute https://aws.amazon.com/SAML/Attributes/SourceIdentity", "its session has a source identity from its SAML sign-in,", "from its SAML sign-in"),
        ("Since last night, SourceIdentity is on in the Okta SAML app.", "its session has a source identity from its SAML sign-in,", "cannot be dropped"),
        ("Keycloak now sends a source identity.", "its session has a source identity from its sign-in at the identity provider,", "cannot be dropped"),
        ("We switched off SourceIdentity in the Okta SAML app.", "the call passes a source identity,", "or the session has one"),
        ("Does Okta send a source identity?", "the call passes a source identity,", "or the session has one"),
        (_EVENT.format("kim", "kim@example.com"), "its session has the source identity kim@example.com,", "the source identity kim@example.com from its sign-in or an earlier call"),
        (_EVENT.format("lee", "kim"), "its session has the source identity kim,", "A session without one needs only sts:AssumeRole"),
        (_EVENT.format("lee", "lee"), "the call passes a source identity,", "or the session has one"),
        (_OF_CALL, "the call passes a source identity,", "or the session has one"),
        ("I run `aws sts assume-role --role-arn x`, no --source-identity", "its session has a source identity,", "cannot be dropped"),
        ("We never set SourceIdentity.", "its session has a source identity,", "cannot be dropped"),
        ("Lee's session has no source identity.", "the call passes a source identity,", "or the session has one"),
        ("I don't know what --source-identity is.", "the call passes a source identity,", "or the session has one"),
        ("aws sts assume-role --role-arn x \\\n  --source-identity kim", "the call passes a source identity,", "The call sets it with the option --source-identity."),
        ("aws sts assume-role --role-arn x without --source-identity", "its session has a source identity,", "cannot be dropped"),
        ("", "the call passes a source identity,", "or the session has one"),
    ],
    ids=[
        *("SAML", "Okta", "Keycloak", "off", "question", "event of the caller", "name of the session", "event of another", "parameter of the call"),
        *("no option", "no setting", "another session", "unknown", "option", "without", "nothing"),
    ],
)  # fmt: skip
def test_source_identity_of_the_session(more: str, verdict: str, reason: str) -> None:
    explanation = explain(f"{_CHAINED}{more}")
    [cause] = [each for each in explanation.causes if each.code == "session-tags"]
    assert verdict in explanation.summary
    assert reason in cause.text
    is_of_call = "The call sets it" in reason
    assert any("without a source identity" in each.title for each in explanation.remedies) is is_of_call


@check_rows(
    ("command", "is_shown"),
    [
        (
            "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/deploy --role-session-name kim",
            True,
        ),
        ("aws sts assume-role --role-arn arn:aws:iam::444455556666:role/deploy ...", False),
        ("aws sts assume-role --role-arn arn:aws:iam::444455556666:role/deploy --source-identity kim", False),
        ("aws sts assume-role --cli-input-json file://call.json", False),
        ('aws sts assume-role --role-arn arn:aws:iam::444455556666:role/deploy "$@"', False),
        ("aws s3 ls --profile deploy", False),
    ],
)
def test_command_without_a_source_identity(command: str, *, is_shown: bool) -> None:
    error = _CHAINED.replace(
        "AccessDenied", "An error occurred (AccessDenied) when calling the AssumeRole operation"
    )
    shown = str(explain(f"$ {command}\n\n{error}"))
    assert ("its session has a source identity" in " ".join(shown.split())) is is_shown


def test_trust_policy_and_own_policy_that_both_allow_the_call() -> None:
    """Nothing is left to propose then."""
    denied = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/kim is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/deploy\n"
    trust = 'trust: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/kim"},"Action":"sts:AssumeRole"}]}\n'
    own = 'my policy: {"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::444455556666:role/*"}\n'
    assert "The trust policy allows the call" in str(explain(f"{denied}{trust}{own}"))


_SNOWFLAKE = "Error assuming AWS_ROLE. Please verify the role and externalId are configured correctly in your AWS policy. User: arn:aws:iam::444455556666:user/sf-s is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/stage\n"


@check_rows(
    ("row", "sent"),
    [
        ("STORAGE_AWS_EXTERNAL_ID   | ACME_SFCRole=4_new=", "ACME_SFCRole=4_new="),
        ("API_AWS_EXTERNAL_ID,String,ACME_SFCRole=4_new=,", "ACME_SFCRole=4_new="),
        ("STORAGE_AWS_EXTERNAL_ID   ACME_SFCRole=4_new=", "ACME_SFCRole=4_new="),
        ("STORAGE_AWS_EXTERNAL_ID   | ACME_SFCRole=2_old=", None),
        ("our job passes external_id: ACME_SFCRole=4_new=", None),
    ],
    ids=["storage", "csv", "columns", "same", "own-job"],
)
def test_external_id_that_a_vendor_sends(row: str, sent: str | None) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:user/sf-s"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "ACME_SFCRole=2_old="}},
    }
    explanation = explain(f"{_SNOWFLAKE}{row}\ntrust policy:\n{json.dumps({'Statement': [trust]})}")
    remedies = [
        each for each in explanation.remedies if each.title.startswith("Require the external ID of Sno")
    ]
    assert bool(remedies) is (sent is not None)
    if sent is not None:
        assert explanation.summary.endswith(
            f"requires the external ID ACME_SFCRole=2_old=, and Snowflake passes {sent}."
        )
        assert (remedies[0].policy or {})["Statement"][0]["Condition"] == {
            "StringEquals": {"sts:ExternalId": sent}
        }


_CI = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/ci/run-9 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/release because no role trust policy allows the sts:AssumeRole action"
_SESSION = "arn:aws:sts::111122223333:assumed-role/ci/{}"


@pytest.mark.parametrize(
    ("shown", "says", "is_whole"),
    [
        (json.dumps(_policy(_SESSION.format("run-8"))), "names the session run-8 of the role ci, and the caller is the session run-9", True),
        (json.dumps(_policy(_SESSION.format("*"))), "names sessions of the role ci with *", True),
        (f'The trust policy of release has "Principal": {{"AWS": "{_SESSION.format("run-8")}"}}.', "names the session run-8 of the role ci", False),
        ('Its trust relationship:\n"Principal": {"AWS": ["arn:aws:iam::111122223333:role/ci-old"]}', "trusts only arn:aws:iam::111122223333:role/ci-old", False),
        # What the text leaves out decides, or it is another policy.
        ('The trust policy has "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}.', "the role's trust policy does not allow it", False),
        ('The bucket policy has "Principal": {"AWS": "arn:aws:iam::111122223333:role/x"}.', "the role's trust policy does not allow it", False),
    ],
)  # fmt: skip
def test_principal_of_a_trust_policy(shown: str, says: str, *, is_whole: bool) -> None:
    explanation = explain(f"{_CI}\n\n{shown}")
    assert says in explanation.summary
    first = explanation.remedies[0]
    policy = first.policy
    assert policy is not None
    # The role includes all of its sessions.
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:role/ci"}
    assert ("Role.AssumeRolePolicyDocument" in str(first.commands)) is not is_whole


@check_rows(
    ("trusted", "said", "is_numbered", "is_asked"),
    [
        ("run-8", "run-8 this morning was fine", True, False),
        ("run-8", "With run-8 it worked, nothing changed since.", True, False),
        ("run-8", "", True, True),
        ("run-8", "run-8 was not fine either", True, True),
        ("run-8", "Another step, run-85, was fine", True, True),
        ("release", "", False, True),
    ],
)
def test_session_that_the_trust_policy_names(
    trusted: str, said: str, *, is_numbered: bool, is_asked: bool
) -> None:
    policy = _policy(_SESSION.format(trusted))
    text = f"{_CI.replace('::111122223333:role/release', '::444455556666:role/release')}\n{said}\n"
    explanation = explain(text, facts={"trust_policy": policy})
    assert explanation.causes[-1].text.startswith(
        "A session as principal matches no other session of its role."
    )
    assert ("changes with each run" in explanation.causes[-1].text) is is_numbered
    # What the caller's own account has to allow, it allowed before.
    assert ("put-role-policy" in str(explanation.remedies[0].commands)) is is_asked


_BOTH, _TAGS = ["sts:AssumeRole", "sts:TagSession"], "--tags Key=team,Value=core"


@check_rows(
    ("denied", "actions", "condition", "rule"),
    [
        ("sts:TagSession", _BOTH, {"StringEquals": {"sts:ExternalId": "octo-42"}}, "allows only with sts:ExternalId"),
        ("sts:TagSession", "sts:*", {"StringLike": {"sts:externalid": ["octo-*"]}}, "allows only with sts:externalid"),
        ("sts:SetSourceIdentity", ["sts:AssumeRole", "sts:SetSourceIdentity"], {"StringEquals": {"sts:ExternalId": "o"}}, "allows only with sts:ExternalId"),
        ("sts:TagSession", "sts:AssumeRole", {"StringEquals": {"sts:ExternalId": "octo-42"}}, "must allow"),
        ("sts:TagSession", _BOTH, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "must allow"),
    ],
)  # fmt: skip
def test_external_ids_that_tags_and_identities_never_have(
    denied: str, actions: str | list[str], condition: dict[str, Any], rule: str
) -> None:
    """A statement with an external ID allows only sts:AssumeRole, whatever actions it lists."""
    caller = "arn:aws:iam::111122223333:user/ana"
    policy = _policy(caller, Action=actions, Condition=condition)
    explanation = explain(DENIED.replace("sts:AssumeRole on", f"{denied} on"), facts={"trust_policy": policy})
    says = f"the trust policy of the role audit {rule}"
    assert (f"{says}, which {denied} never has" if "only" in rule else says) in explanation.summary
    fixed = explanation.remedies[0].policy
    if rule == "must allow" and "ExternalId" not in str(condition):
        return
    assert fixed is not None
    assert check_trust_policy(fixed, action=denied, caller=caller, context={}).allowed
    assert not check_trust_policy(fixed, action="sts:AssumeRole", caller=caller, context={}).allowed


@check_rows(
    ("role", "after", "is_omitted"),
    [
        ("vendor/audit", "", False),
        ("audit", "\nlogs of partner-sync: done", False),
        ("audit", "\nThe vendor owns the role.", True),
        ("audit", "\nWe cannot change the trust policy.", True),
    ],
)
def test_a_path_with_the_word_vendor_is_nobody(role: str, after: str, is_omitted: bool) -> None:  # noqa: FBT001 (a table)
    denied = DENIED.replace("sts:AssumeRole on", "sts:TagSession on")
    remedies = explain(f"{COMMAND} {_TAGS}\n{denied}{after}".replace("role/audit", f"role/{role}")).remedies
    assert remedies[0].title.startswith("If no policy uses the tags, pass no") is is_omitted
    assert any("f no policy uses the tags" in each.title for each in remedies)


_CHAIN = (
    "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: {role}\n    role-chaining: true\n"
    "Error: Could not assume role with user credentials: User: arn:aws:sts::111122223333:assumed-role/{caller} "
    "is not authorized to perform: sts:TagSession on resource: {role}\n\n"
)


@check_rows(
    ("after", "works"),
    [
        (f"`aws sts assume-role --role-arn {ROLE} --role-session-name x` between the two steps works.", True),
        ("It works with a plain aws sts assume-role in the same job.", True),
        # Another role, with tags, another place, no success, a question.
        ("aws sts assume-role --role-arn arn:aws:iam::444455556666:role/other works.", False),
        ("aws sts assume-role works with --tags Key=a,Value=b only.", False),
        ("aws sts assume-role works on my laptop.", False),
        ("aws sts assume-role fails, too.", False),
        ("Does aws sts assume-role work?", False),
    ],
)
def test_plain_call_that_works(after: str, works: bool) -> None:  # noqa: FBT001 (a table)
    """What works without tags shows that AssumeRole is allowed. The session of a pod passes its tags always."""
    shown = "sts:AssumeRole is allowed already, and only sts:TagSession is missing, on at least one side"
    explanation = explain(_CHAIN.format(role=ROLE, caller="ci-entry/GitHubActions") + after)
    assert any(shown in each.text for each in explanation.causes) is works
    assert "of the step that assumes the role audit: the call" in explanation.remedies[0].steps[0]
    of_pod = f"User: arn:aws:sts::111122223333:assumed-role/web/eks-prod-web-1a2b is not authorized to perform: sts:TagSession on resource: {ROLE}\n\n"
    assert not any(shown in each.text for each in explain(of_pod + after).causes)


_TAGS_DENIED = f"User: arn:aws:sts::111122223333:assumed-role/web/eks-prod-web-1a2b is not authorized to perform: sts:TagSession on resource: {ROLE}"
_SHOWN_TRUST = '\n\ntrust policy of audit:\n{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/web"},"Action":"sts:AssumeRole"}'
_SHOWN_OWN = f'\n\npolicy of web:\n{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{ROLE}"}}'
_BOTH_ACTIONS = '["sts:AssumeRole","sts:TagSession"]'


@check_rows(
    ("before", "trust", "own", "after", "titles"),
    [
        ("It worked with IRSA.", "", "", "", ("Turn off", "Allow sts:TagSession in")),
        ("It worked with IRSA.", "sts:AssumeRole", "", "", ("Allow sts:TagSession in", "Or turn off")),
        ("", "sts:AssumeRole", "sts:AssumeRole", "", ("Allow sts:TagSession in", "Or turn off")),
        ("", "sts:AssumeRole", _BOTH_ACTIONS, "", ("Allow sts:TagSession in", "Or turn off")),
        ("", _BOTH_ACTIONS, "sts:AssumeRole", "", ("Allow the role web to pass", "Or turn off")),
        # The role's owner does not change it.
        ("", "sts:AssumeRole", "", "\nThe vendor owns the role.", ("Turn off", "Allow sts:TagSession in")),
    ],
)
def test_side_that_lacks_session_tags_of_a_pod(
    before: str, trust: str, own: str, after: str, titles: tuple[str, str]
) -> None:
    """Who shows the trust policy can change it, in one remedy with the caller's own policy."""
    shown = _SHOWN_TRUST.replace('"sts:AssumeRole"', trust if trust[:1] == "[" else '"sts:AssumeRole"')
    policy = _SHOWN_OWN.replace('"sts:AssumeRole"', own if own[:1] == "[" else '"sts:AssumeRole"')
    text = f"{before}\n{_TAGS_DENIED}{shown if trust else ''}{policy if own else ''}{after}"
    explanation = explain(text)
    for remedy, title in zip(explanation.remedies, titles, strict=True):
        assert remedy.title.startswith(title)
    first = explanation.remedies[0]
    is_both = "and for the role web in account 111122223333" in first.title
    assert is_both is any("put-role-policy --role-name web" in each for each in first.commands[1:])
    assert is_both is (titles[0].endswith(" in") and own != _BOTH_ACTIONS)
    lacks_both = trust == own == "sts:AssumeRole"
    assert ("nor does the role's trust policy" in explanation.summary) is lacks_both
    assert any("IRSA sets none" in each.text for each in explanation.causes) is bool(before)


def test_open_condition_comes_before_what_the_caller_has() -> None:
    """A policy of the caller that allows the call leaves the condition, and no policy of another type."""
    explanation = explain(f"{DENIED}\nana has sts:AssumeRole on *", facts={"trust_policy": EXTERNAL_ID})
    assert "requires the external ID octo-42. " in explanation.summary
    assert "on the caller's side, where nothing is missing" in explanation.summary
    assert explanation.remedies[0].title == "Pass the external ID octo-42"
