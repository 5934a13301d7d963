"""A profile, a session, a listed value or a header in the text says why credentials, tokens and signatures are rejected."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_NO_ACCESS = "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access"
_PROFILE = "[profile dev]\nsso_session = corp\nsso_account_id = 444455556666\nsso_role_name = {}\n"
_INVALID = "An error occurred (InvalidClientTokenId) when calling the {} operation: The security token included in the request is invalid\n"


@check_rows(
    ("name", "listed", "line"),
    [
        ("ViewOnlly", "ROLELIST\t444455556666\tViewOnly", "ViewOnly is meant"),
        ("Billing", '"roleName": "ViewOnly",\n "accountId": "444455556666"', "the user does not have"),
        ("Billing", "|  444455556666  |  ViewOnly  |", "The user has ViewOnly"),
        (
            "AWSReservedSSO_View_0123456789abcdef",
            "ROLELIST\t444455556666\tView",
            "the permission set is View",
        ),
        (
            "ViewOnly",
            "Portal: View-Only | Management console | Command line or programmatic access",
            "View-Only is meant",
        ),
        (
            "Billing",
            "shop (444455556666)\n  ViewOnly | Access keys\nhr (111122223333)\n  Admin | Access keys",
            "The user has ViewOnly in",
        ),
        ("AWSReservedSSO_View_0123456789abcdef", "", "has the name of an IAM role"),
        (
            "Billing",
            "The portal only offers me the entry “ViewOnly”.",
            "The user has ViewOnly in 444455556666",
        ),
        ("Billing", "ポータルでは「View」しか表示されません", "The user has View in 444455556666"),
        ("Billing", "The access portal shows ViewOnlyAccess", "The user has ViewOnlyAccess"),
        ("Billing", 'The portal shows the account with the entry "ViewOnly"', "The user has ViewOnly"),
    ],
    ids=[
        "misspelled",
        "json",
        "table",
        "role",
        "portal",
        "accounts of the portal",
        "role alone",
        "quoted",
        "japanese",
        "told",
        "with the account",
    ],
)
def test_permission_set_that_is_not_listed(name: str, listed: str, line: str) -> None:
    explanation = explain(f"$ aws s3 ls --profile dev\n{_NO_ACCESS}\n{_PROFILE.format(name)}\n{listed}\n")
    assert line in explanation.summary
    assert explanation.remedies[0].commands[0].startswith("aws configure set sso_role_name View")
    if name.startswith("AWSReservedSSO_"):
        # Who is not known to have the permission set may need it.
        still = "If the answer is still No access, assign View to the user in 444455556666"
        assert [each.title for each in explanation.remedies[1:]] == ([] if listed else [still])


@check_rows(
    "listed",
    [
        "ROLELIST\t444455556666\tBilling",
        "ROLELIST\t111122223333\tBillin",
        "Billing | Management console | Command line or programmatic access",
        "hr (111122223333): Billin | Access keys",
        'In the portal I do not see "ViewOnly"',
        "The portal at 'acme' is fine",
        'In the portal I get the error "Forbidden"',
        'The portal of the account "Production" opens',
        'Ich melde mich im Portal als "Anna" an',
        'Does the portal show "ViewOnly"?',
        'The documentation says that the portal shows "ViewOnly".',
        'In the portal, my colleague has "PowerUserAccess"',
        "The portal has Management console | Command line or programmatic access",
    ],
)
def test_permission_set_that_is_listed_or_of_another_account(listed: str) -> None:
    explanation = explain(f"{_NO_ACCESS}\n{_PROFILE.format('Billing')}\n{listed}\n")
    assert "has no assignment" in explanation.summary


_OF_OTHER = "ROLELIST\t111122223333\tBilling"


@check_rows(
    ("listed", "title"),
    [
        (_OF_OTHER, "Write sso_account_id = 111122223333 in the profile, if that account is meant"),
        (f"ROLELIST\t444455556666\tView\n{_OF_OTHER}", "Write sso_role_name = View in the profile, if that is enough, or sso_account_id = 111122223333 if that account is meant"),
        ("shop (444455556666)\n  View | Access keys\nhr (111122223333)\n  Billing | Access keys", "Write sso_role_name = View in the profile, if that is enough, or sso_account_id = 111122223333 if that account is meant"),
        # Two accounts, and a permission set that is not the profile's.
        (f"ROLELIST\t444455556666\tView\n{_OF_OTHER}\n{_OF_OTHER.replace('1111', '7777')}", "Write sso_role_name = View in the profile, if that is enough"),
        ("ROLELIST\t444455556666\tView\nROLELIST\t111122223333\tAdmin", "Write sso_role_name = View in the profile, if that is enough"),
    ],
)  # fmt: skip
def test_permission_set_in_another_account(listed: str, title: str) -> None:
    explanation = explain(
        f"$ aws s3 ls --profile dev\n{_NO_ACCESS}\n{_PROFILE.format('Billing')}\n{listed}\n"
    )
    first = explanation.remedies[0]
    assert first.title == title
    is_of_account = "sso_account_id" in title
    assert ("aws configure set sso_account_id 111122223333 --profile dev" in first.commands) is is_of_account
    assert ("Billing in 111122223333." in explanation.summary) is is_of_account
    assert "the AWS call itself was not sent" in explanation.notes[0]


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("$ aws-vault exec ops -- aws iam get-user\n" + _INVALID.format("GetUser"), "derived"),
        (
            "$ aws-vault exec ops -- aws sts get-access-key-info\n" + _INVALID.format("GetAccessKeyInfo"),
            "derived",
        ),
        (
            "$ aws sts get-session-token > s.json\n$ aws iam list-roles\n" + _INVALID.format("ListRoles"),
            "possible",
        ),
        (
            "$ aws-vault exec ops -- aws iam list-users\n"
            + _INVALID.format("ListUsers")
            + "$ aws-vault exec shop -- aws iam list-users\n~/.aws/config:\n[profile shop]\nregion=eu-west-1\nmfa_serial=arn:aws:iam::111122223333:mfa/jo\n\n[profile ops]\nregion=eu-west-1\n",
            "derived",
        ),
    ],
    ids=["iam", "sts", "get-session-token", "mfa-of-another-profile"],
)
def test_session_without_mfa(text: str, certainty: str) -> None:
    cause = explain(text).causes[0]
    assert (cause.code, cause.evidence) == ("session-without-mfa", certainty)


@check_rows(
    "text",
    [
        "$ aws-vault exec ops -- aws sts get-caller-identity\n" + _INVALID.format("GetCallerIdentity"),
        "$ aws-vault exec ops -- aws ec2 describe-vpcs\n" + _INVALID.format("DescribeVpcs"),
        "mfa_serial = arn:aws:iam::111122223333:mfa/jo\n$ aws-vault exec ops -- aws iam get-user\n"
        + _INVALID.format("GetUser"),
        "$ aws-vault exec --no-session ops -- aws iam get-user\n" + _INVALID.format("GetUser"),
        "$ aws-vault exec ops -- aws iam get-user\n"
        + _INVALID.format("GetUser")
        + "[default]\nmfa_serial=arn:aws:iam::111122223333:mfa/jo\n\n[profile ops]\nregion=eu-west-1\n",
        "$ aws iam get-user\n" + _INVALID.format("GetUser"),
        "$ aws sts get-session-token\n" + _INVALID.format("GetSessionToken"),
        "$ aws-vault exec ops -- aws iam get-user\naws-vault: error: exec: Failed to get credentials for ops: operation error STS: GetSessionToken, https response error StatusCode: 403, RequestID: 1-2, api error InvalidClientTokenId: The security token included in the request is invalid.\n",
    ],
    ids=[
        "allowed",
        "other-service",
        "mfa",
        "no-session",
        "mfa-of-default",
        "no-vault",
        "keys",
        "keys-of-vault",
    ],
)
def test_sessions_that_can_call(text: str) -> None:
    assert "session-without-mfa" not in [each.code for each in explain(text).causes]


_SHOWN = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:{}\n"
_APPLIED = "aws_vpc.orders: Creation complete after 2s [id=vpc-0a1b2c3d]\n\nError: creating IAM Role (orders): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1-2, api error InvalidClientTokenId: The security token included in the request is invalid.\n"
_USER, _ROLE = "iam::111122223333:user/kim", "sts::111122223333:assumed-role/dev/kim"
_LISTED = "$ aws iam list-roles\n" + _INVALID.format("ListRoles")


@check_rows(
    ("text", "words", "is_session"),
    [
        (
            f"In Cloud9:\n{_SHOWN.format(_USER)}$ terraform apply\n{_APPLIED}",
            "The credentials are those",
            True,
        ),
        ("kim:~/environment " + _LISTED, "Most likely, the credentials are those that Cloud9 manages", True),
        (_SHOWN.format(_USER) + _LISTED, "Most likely, IAM rejects only a session of GetSessionToken", True),
        (_APPLIED, "Most likely, IAM rejects only a session of GetSessionToken", True),
        (_SHOWN.format(_ROLE) + _APPLIED, "AWS does not accept", False),
        (_SHOWN.format(_ROLE) + _LISTED, "AWS does not accept", False),
        ("In Cloud9, managed credentials are off.\n" + _LISTED, "AWS does not accept", False),
        ("In Cloud9, with AKIAEXAMPLE:\n" + _LISTED, "AWS does not accept", False),
        ("In Cloud9:\n$ aws sqs list-queues\n" + _INVALID.format("ListQueues"), "AWS does not accept", False),
        (
            _SHOWN.format(_USER)
            + "$ terraform apply\nError: creating IAM Role orders: InvalidClientTokenId: The security token included in the request is invalid\n\tstatus code: 403, request id: 1\n",
            "AWS does not accept",
            False,
        ),
    ],
    ids=[
        "cloud9",
        "prompt",
        "user",
        "terraform",
        "terraform-role",
        "role",
        "off",
        "own-key",
        "sqs",
        "other-credentials",
    ],
)
def test_credentials_that_only_iam_rejects(text: str, words: str, *, is_session: bool) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith(words)
    assert (explanation.causes[0].code == "session-without-mfa") is is_session


def test_key_of_vault() -> None:
    read = "data.vault_generic_secret.ci: Read complete after 1s [id=infra/aws/creds/ci]\n"
    explanation = explain(read + _INVALID.format("GetCallerIdentity"))
    assert explanation.causes[0].code == "key-too-new"
    manifest = explanation.remedies[0].manifest or ""
    assert 'backend = "infra/aws"' in manifest
    assert 'role    = "ci"' in manifest


@pytest.mark.parametrize(
    "line",
    ["vault kv get secret/aws/creds/ci", "vault read aws/creds/ci\nsecurity_token  IQoJ"],
    ids=["kv", "sts"],
)
def test_credentials_of_vault_that_are_not_new_keys(line: str) -> None:
    assert "Vault" not in explain(f"$ {line}\n{_INVALID.format('GetCallerIdentity')}").summary


def test_key_that_works_later() -> None:
    explanation = explain(f"{_INVALID.format('GetCallerIdentity')}\n30 seconds later it works.")
    assert "key-too-new" in [each.code for each in explanation.causes if each.evidence == "derived"]


_SIGNATURE = "operation error S3: PutObject, https response error StatusCode: 403, RequestID: , HostID: , api error SignatureDoesNotMatch: Access denied.\n"


def test_header_that_google_changes() -> None:
    explanation = explain(
        f"endpoint: https://storage.googleapis.com\n{_SIGNATURE}SignedHeaders=accept-encoding;host"
    )
    assert explanation.causes[0].code == "signed-header-changed"


@pytest.mark.parametrize("host", ["minio.example.com:9000", "orders.s3.eu-west-1.amazonaws.com"])
def test_header_that_others_do_not_change(host: str) -> None:
    explanation = explain(f"endpoint: https://{host}\n{_SIGNATURE}SignedHeaders=accept-encoding;host")
    assert "signed-header-changed" not in [each.code for each in explanation.causes]


_AUDIENCE = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience\n"


@pytest.mark.parametrize("claims", [None, {"aud": ["sts.amazonaws.com"]}], ids=["unknown", "sts"])
def test_misspelled_audience_of_the_provider(claims: dict[str, object] | None) -> None:
    explanation = explain(
        f'{_AUDIENCE}client_id_list = ["sts.amazonaws.con"]', facts={"token_claims": claims}
    )
    assert "sts.amazonaws.con is misspelled" in explanation.summary
    assert explanation.remedies[0].commands[0].endswith("--client-id sts.amazonaws.com")


@pytest.mark.parametrize(
    ("audience", "listed"), [("vault", "sts.amazon.com"), ("sts.amazonaws.com", "sts.amazonaws.com.cn")]
)
def test_audiences_that_are_not_misspelled(audience: str, listed: str) -> None:
    explanation = explain(
        f'{_AUDIENCE}client_id_list = ["{listed}"]', facts={"token_claims": {"aud": audience}}
    )
    assert "misspelled" not in explanation.summary


@check_rows(
    ("said", "is_said"), [("Is it the thumbprint?", True), ('"ThumbprintList": []', False), ("", False)]
)
def test_thumbprint_that_is_not_the_cause(said: str, *, is_said: bool) -> None:
    text = f'{_AUDIENCE}client_id_list = ["octo"]\n{said}'
    explanation = explain(text, facts={"token_claims": {"aud": "sts.amazonaws.com"}})
    assert ("The thumbprint is not the cause" in " ".join(str(explanation).split())) is is_said


_IN_BITBUCKET = 'token: "iss": "https://api.bitbucket.org/2.0/workspaces/octo/pipelines-config/identity/oidc", "aud": "ari:cloud:bitbucket::workspace/0a1b"\n'


@check_rows(
    ("token", "adds"),
    [
        (_IN_BITBUCKET, True),
        # Others can request the audience that the provider lists.
        (_IN_BITBUCKET.replace("api.bitbucket.org", "ci.example"), False),
        (_IN_BITBUCKET.replace("token:", "The policy expects"), False),
    ],
)
def test_audience_that_the_issuer_gives_its_tokens(token: str, *, adds: bool) -> None:
    first, *_ = explain(f'{_AUDIENCE}{token}"ClientIDList": ["sts.amazonaws.com"]').remedies
    assert first.title.startswith("Add the audience ari:cloud:bitbucket::workspace/0a1b") is adds


_GITHUB_CLAIMS = {
    "token_claims": {
        "iss": "https://token.actions.githubusercontent.com",
        "aud": "https://github.com/shop-team",
    }
}
_REQUEST = 'curl -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL{}" | jq -r .value\n'


@check_rows(
    ("request_", "step"),
    [
        (_REQUEST.format(""), "&audience=sts.amazonaws.com"),
        (
            'wget -qO- --header "Authorization: bearer $T" \\\n  "${ACTIONS_ID_TOKEN_REQUEST_URL}"\n',
            "&audience=sts.amazonaws.com",
        ),
        ("const token = await core.getIDToken();\n", 'getIDToken("sts.amazonaws.com")'),
    ],
)
@check_rows("facts", [_GITHUB_CLAIMS, None])
def test_request_of_a_workflow_without_audience(
    request_: str, step: str, facts: dict[str, object] | None
) -> None:
    runner = "##[group]Run deploy (GITHUB_REPOSITORY=shop-team/orders, token.actions.githubusercontent.com)\n"
    explanation = explain(f"{runner}{request_}{_AUDIENCE}", facts=facts)
    assert "names none" in explanation.summary
    assert step in explanation.remedies[0].steps[0]
    assert not explanation.remedies[0].commands


@check_rows(
    ("before", "facts"),
    [
        (_REQUEST.format("&audience=vault"), _GITHUB_CLAIMS),
        (_REQUEST.format("") + _REQUEST.format("&audience=vault"), _GITHUB_CLAIMS),
        ("await core.getIDToken('vault')\n", _GITHUB_CLAIMS),
        (f"Run aws-actions/configure-aws-credentials@v5\n{_REQUEST.format('')}", _GITHUB_CLAIMS),
        ('test -n "$ACTIONS_ID_TOKEN_REQUEST_URL"\n', _GITHUB_CLAIMS),
        (
            _REQUEST.format(""),
            {"token_claims": {**_GITHUB_CLAIMS["token_claims"], "aud": "https://vault.example.com"}},
        ),
        (f'{_REQUEST.format("")}client_id_list = ["https://github.com/shop"]\n', _GITHUB_CLAIMS),
    ],
)
def test_requests_of_workflows_that_name_an_audience(before: str, facts: dict[str, object]) -> None:
    assert "names none" not in explain(f"{before}{_AUDIENCE}", facts=facts).summary


@pytest.mark.parametrize(
    ("seconds", "title"), [("3600", "Create a new URL"), ("172800", "Send a link to your application")]
)
def test_remedy_for_urls_of_sessions(seconds: str, title: str) -> None:
    explanation = explain(
        "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>IQoJ</Token-0></Error>"
        f"\nhttps://b.s3.amazonaws.com/k?X-Amz-Expires={seconds}&X-Amz-Security-Token=IQoJ"
    )
    assert explanation.remedies[0].title.startswith(title)


@pytest.mark.parametrize(
    "creates", ["", "We mail these links.\n", "s3.generate_presigned_url('get_object')\n"]
)
def test_who_creates_a_url_asks_nobody_for_it(creates: str) -> None:
    explanation = explain(
        f"{creates}<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
        "\nhttps://b.s3.amazonaws.com/k?X-Amz-Expires=604800&X-Amz-Security-Token=IQoJ"
    )
    assert ("ask the sender" in explanation.remedies[1].title) is (not creates)


@pytest.mark.parametrize(
    ("shown", "is_told"),
    [
        ("On my laptop the link lasts.", True),
        ("It works on the server.", False),
        ("It never works on my laptop.", False),
    ],
)
def test_url_that_lasts_on_a_computer(shown: str, *, is_told: bool) -> None:
    explanation = explain(
        "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>IQoJ</Token-0></Error>"
        f"\nhttps://b.s3.amazonaws.com/k?X-Amz-Expires=604800&X-Amz-Security-Token=IQoJ\n{shown}"
    )
    assert ("IAM user's access key signs" in " ".join(str(explanation).split())) is is_told


_FEATURES = "'FeatureGroupName': 'claims', 'FeatureGroupStatus': 'CreateFailed', 'FailureReason': 'Insufficient Lake Formation permission(s): Required Create Database on Catalog (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1)'\n"


@check_rows(
    ("shown", "region"),
    [
        ("We are in eu-west-1.", "eu-west-1"),
        ("It works in eu-west-1.", None),
        ("eu-west-1 or eu-west-2", None),
        ("", None),
    ],
)
def test_grant_for_the_role_that_a_feature_group_gets(shown: str, region: str | None) -> None:
    role = "arn:aws:iam::111122223333:role/service-role/features"
    explanation = explain(f'role_arn="{role}"\n{_FEATURES}{shown}')
    assert explanation.summary.startswith("The role features lacks the Lake Formation permission")
    remedy = explanation.remedies[0]
    assert role in remedy.commands[-2]
    assert (f"--region {region}" in remedy.commands[-1]) is (region is not None)
    assert remedy.commands[-1].startswith("aws sagemaker delete-feature-group --feature-group-name claims")


TOO_LONG = "An error occurred (ValidationError) when calling the AssumeRoleWithSAML operation: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
ATTRIBUTE = '<Attribute Name="https://aws.amazon.com/SAML/Attributes/SessionDuration">\n  <AttributeValue>36000</AttributeValue>'


@check_rows(
    ("shown", "step", "raised"),
    [
        (f"$ saml2aws login\n{ATTRIBUTE}", "lower it in the identity provider, or set --session-duration 3600.", "36000"),
        ("SessionDuration attribute 28800", "requests 28800 seconds: lower it in the identity provider.", "28800"),
        ("duration_seconds = 7200", "set duration_seconds = 3600 instead", "7200"),
        ("", "Set the duration with --duration-seconds", "43200"),
    ],
)  # fmt: skip
def test_duration_that_the_text_requests(shown: str, step: str, raised: str) -> None:
    [remedy] = explain(f"{TOO_LONG}\n{shown}").remedies
    assert step in remedy.steps[0]
    assert remedy.commands[-1].endswith(f"--max-session-duration {raised}")


TOO_LARGE = "An error occurred (ValidationError) when calling the {} operation: 1 validation error detected: Value '999999' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to {}"


@pytest.mark.parametrize(
    ("operation", "maximum", "is_of_role"),
    [("AssumeRole", 43200, True), ("GetSessionToken", 129600, False)],
)
def test_duration_above_that_of_all_sessions(operation: str, maximum: int, *, is_of_role: bool) -> None:
    summary = explain(TOO_LARGE.format(operation, maximum)).summary
    assert ("the role's maximum session duration" in summary) is is_of_role


DEVICE = "arn:aws:iam::111122223333:mfa/jo"


@pytest.mark.parametrize(
    ("text", "verdict", "commands"),
    [
        (
            f"$ export AWS_PROFILE=ops\n$ aws s3 ls\nEnter MFA code for {DEVICE}: \n2025-03-02 09:14:07 billing\n$ terraform apply\nError: AssumeRoleTokenProviderNotSetError: assume role with MFA enabled, but AssumeRoleTokenProvider session option not set.\n",
            "The profile ops requires an MFA code (mfa_serial), and Terraform does not prompt for one",
            ('eval "$(aws configure export-credentials --profile ops --format env)"', "unset AWS_PROFILE", "terraform apply", "aws-vault exec ops -- terraform apply"),
        ),
        (
            "CredentialsProviderError: Profile ops requires multi-factor authentication, but no MFA code callback was provided.\n    at resolveAssumeRoleCredentials (/app/node_modules/@aws-sdk/credential-provider-ini/dist-cjs/index.js:1:1)\n",
            "does not prompt for one",
            ('eval "$(aws configure export-credentials --profile ops --format env)"', "unset AWS_PROFILE"),
        ),
        (
            f"$ AWS_PROFILE=ops python job.py\nEnter MFA code for {DEVICE}: Traceback (most recent call last):\nEOFError: EOF when reading a line\n",
            "no terminal answered the prompt",
            ("printenv AWS_PROFILE AWS_CONFIG_FILE",),
        ),
    ],
)  # fmt: skip
def test_session_with_mfa_is_passed_to_programs_without_a_prompt(
    text: str, verdict: str, commands: tuple[str, ...]
) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.remedies[0].commands == commands


@check_rows(
    ("shown", "evidence"),
    [
        ('{"RegionName": "af-south-1", "RegionOptStatus": "ENABLED"}\n"GlobalEndpointTokenVersion": 1', "derived"),
        ('{"RegionName": "af-south-1", "RegionOptStatus": "ENABLED"}', "possible"),
        ("af-south-1 is enabled, I looked.", "possible"),
        ("The keys are new, and the Region af-south-1 is opted in for us.", "possible"),
        ("ap-east-1 is enabled.", None),
        ("af-south-1 is not enabled.", None),
        ("Make sure that af-south-1 is enabled.", None),
        ("In the other account, af-south-1 is enabled.", None),
        ("My colleague says: af-south-1 is enabled.", None),
        ("and af-south-1 was enabled until June.", None),
        ("Nobody knows. af-south-1 is enabled, or not?", None),
        ("", None),
    ],
)  # fmt: skip
def test_enabled_region_rejects_old_tokens(shown: str, evidence: str | None) -> None:
    """An opt-in Region that is enabled is not enabled again: the version of the token decides."""
    explanation = explain(
        "$ aws-vault exec shop -- aws sqs list-queues --region eu-west-1\n{}\n"
        "$ aws-vault exec shop -- aws ec2 describe-vpcs --region af-south-1\n\n"
        "An error occurred (AuthFailure) when calling the DescribeVpcs operation: AWS was not able to validate the provided access credentials\n"
        f"{shown}"
    )
    codes = {each.code: each.evidence for each in explanation.causes}
    assert ("region-not-enabled" not in codes) is (evidence is not None)
    assert codes["v1-token-in-opt-in-region"] == (evidence or "possible")
    assert ("set-security-token" in str(explanation.remedies[0].commands)) is (evidence is not None)
    assert "aws-vault clear" in explanation.remedies[0].commands


@check_rows(
    ("began", "setting", "maximum"),
    [
        ("02:00:00", "", "7200"),
        ("02:00:00", "  role-duration-seconds: 5400\n", "10800"),
        ("02:50:00", "", "43200"),
        ("02:00:00", "  role-duration-seconds: 7200\n", "43200"),
    ],
)
def test_the_log_of_a_job_shows_the_age_of_its_credentials(began: str, setting: str, maximum: str) -> None:
    explanation = explain(
        f"""2026-11-20T01:59:58.1234567Z ##[group]Run aws-actions/configure-aws-credentials@v4
2026-11-20T01:59:58.1234567Z   role-to-assume: arn:aws:iam::111122223333:role/ci-reports
2026-11-20T01:59:58.1234567Z {setting.strip()}
2026-11-20T{began}.1234567Z Authenticated as assumedRoleId AROAEXAMPLEROLEID0009:GitHubActions
2026-11-20T03:35:00.1234567Z An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.
"""
    )
    is_shown = maximum != "43200"
    assert any("95 minutes before the call" in each.text for each in explanation.causes) is is_shown
    assert any(each.evidence == "possible" for each in explanation.causes) is not is_shown
    assert any(f"--max-session-duration {maximum}" in line for line in explanation.remedies[0].commands)
    again = "- uses: aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/ci-reports\n"
    assert (explanation.remedies[0].manifest or "").startswith(again)


@pytest.mark.parametrize(
    ("step", "outlasts"),
    [
        ("2026-11-20T02:00:03.1Z ##[group]Run aws s3 sync out s3://acme-reports/\n", True),
        ("2026-11-20T02:00:03.1Z Run make test\n2026-11-20T03:30:00.1Z Run python report.py\n", False),
        ("2026-11-20T01:00:00.1Z Run python report.py\n", False),
    ],
    ids=["one step", "later step", "step before"],
)
def test_step_that_takes_longer_than_its_credentials_last(step: str, *, outlasts: bool) -> None:
    issued = "2026-11-20T02:00:00.1Z Assuming role with OIDC\n"
    shown = f"{step}{issued}" if "T01" in step else f"{issued}{step}"
    first = explain(
        f"2026-11-20T01:59:58.1Z Run aws-actions/configure-aws-credentials@v5\n{shown}"
        "2026-11-20T03:35:00.1Z An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.\n"
    ).remedies[0]
    assert first.title.startswith("Request a longer session") is outlasts
    assert ("aws s3 sync skips" in str(first.steps)) is outlasts
    assert "--max-session-duration 7200" in str(first.commands)


@check_rows(
    ("waited", "operation", "is_one_wait", "is_tainted"),
    [
        ("aws_eks_node_group.ci: Still creating... [57m20s elapsed]", "DescribeNodegroup", True, True),
        (
            "aws_eks_node_group.ci: Still modifying... [id=films:ci, 57m20s elapsed]",
            "DescribeUpdate",
            True,
            False,
        ),
        ("aws_eks_node_group.ci: Still creating... [9m20s elapsed]", "DescribeNodegroup", False, True),
        ("aws_eks_node_group.other: Still creating... [9m20s elapsed]", "DescribeNodegroup", False, False),
        ("aws_eks_node_group.ci: Still creating... [9m20s elapsed]", "TagResource", False, False),
    ],
)
def test_wait_of_terraform_for_longer_than_its_credentials_last(
    waited: str, operation: str, *, is_one_wait: bool, is_tainted: bool
) -> None:
    explanation = explain(
        "2026-11-20T01:59:58.1Z Run aws-actions/configure-aws-credentials@v5\n"
        "2026-11-20T02:00:00.1Z Assuming role with OIDC\n"
        f"2026-11-20T03:00:20.1Z {waited}\n"
        f"2026-11-20T03:01:00.1Z │ Error: waiting for EKS Node Group (films:ci): operation error EKS: {operation}, https response error StatusCode: 403, RequestID: 2f8a6a1e-0b5d-4c88-93f2-1d2e3f405162, api error ExpiredTokenException: The security token included in the request is expired\n"
        "2026-11-20T03:01:00.1Z │   with aws_eks_node_group.ci,\n"
    )
    first = explanation.remedies[0]
    assert first.title.startswith("Request a longer session") is is_one_wait
    assert "split" not in str(first.steps) or not is_one_wait
    assert ("terraform untaint aws_eks_node_group.ci" in str(explanation.notes)) is is_tainted


@check_rows(
    ("run", "shown", "name", "is_apply"),
    [
        ("terraform apply -input=false", "aws iam get-role --role-name ci-infra --query Role.MaxSessionDuration\n3600", "ci-infra", True),
        ("make nightly", "aws iam get-role --role-name=ci-infra\n", "ci-infra", False),
        # Another role, or a command that sets one.
        ("make nightly", "aws iam get-role --role-name ci-infra\n$ aws iam get-role --role-name ci-docs\n", "ROLE_NAME", False),
        ("make nightly", "aws iam get-role-policy --role-name ci-docs --policy-name docs\n", "ROLE_NAME", False),
    ],
)  # fmt: skip
def test_a_job_gets_the_only_role_that_a_command_reads(
    run: str, shown: str, name: str, *, is_apply: bool
) -> None:
    first = explain(
        "2026-11-20T01:59:58.1Z Run aws-actions/configure-aws-credentials@v5\n2026-11-20T02:00:00.1Z Assuming role with OIDC\n"
        f"2026-11-20T02:00:03.1Z Run {run}\n"
        "2026-11-20T03:35:00.1Z An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.\n"
        f"\n$ {shown}\n"
    ).remedies[0]
    assert first.commands[0] == f"aws iam update-role --role-name {name} --max-session-duration 7200"
    assert ("run the job again" in str(first.steps)) is is_apply


_FEDERATION = (
    "Error generating STS keys: AccessDenied: Cannot call GetFederationToken with session credentials\n"
)


@check_rows(
    ("text", "lines"),
    [
        (
            f"$ vault write aws/sts/deploy ttl=2h\nURL: PUT https://vault.example.com/v1/aws/sts/deploy\n* {_FEDERATION}Vault has the IRSA role vault-server.",
            ("vault write aws/roles/deploy credential_type=assumed_role role_arns=arn:aws:iam::ACCOUNT_ID:role/vault-deploy", "--role-name vault-server", "ttl=2h is too long"),
        ),
        (
            f"URL: GET https://vault.example.com/v1/cloud/aws/creds/ci\n* {_FEDERATION}",
            ("vault write cloud/aws/roles/ci credential_type=assumed_role", "--role-name VAULT_ROLE_NAME"),
        ),
        (
            f"$ vault write aws/sts/deploy ttl=1h\n* {_FEDERATION}It does not use the instance role web.",
            ("--role-name VAULT_ROLE_NAME",),
        ),
        (f"botocore: {_FEDERATION.replace('Error generating STS keys: ', '')}", ("presigned URLs",)),
    ],
    ids=["sts", "creds", "negated", "other"],
)  # fmt: skip
def test_federation_token_of_a_session(text: str, lines: tuple[str, ...]) -> None:
    shown = explain(text).to_text(detail="full")
    shown = " ".join(shown.replace("\\\n", " ").split())
    assert [each for each in lines if each not in shown] == []
    assert ("vault write" in shown) is ("presigned URLs" not in shown)


def test_keys_of_jenkins_in_a_secret() -> None:
    secret = 'kind: Secret\nmetadata:\n  name: aws-release\n  labels: {"jenkins.io/credentials-type": "usernamePassword"}\ndata:\n  username: QUtJQVpFWEFNUExFUVdFUlE3WlgK\n'
    text = "botocore.exceptions.HTTPClientError: An HTTP Client raised an unhandled exception: Invalid header value b'AWS4-HMAC-SHA256 Credential=...'\n"
    lines = explain(f"{text}apiVersion: v1\n{secret.replace(chr(34), '')}").remedies[0].commands
    assert any('\\"username\\"' in each and '\\"password\\"' in each for each in lines)
    assert not any("rollout restart" in each for each in lines)


@pytest.mark.parametrize(
    ("configured", "device", "setting"),
    [
        ("mfa_serial = arn:aws:iam::444455556666:mfa/kim", "kims-phone", "mfa_serial"),
        ("$ aws sts get-session-token --serial-number arn:aws:iam::444455556666:mfa/kim", "kims-phone", "--serial-number"),
        ("mfa_serial = arn:aws:iam::111122223333:mfa/kim", "kim", None),
    ],
)  # fmt: skip
def test_device_that_the_list_of_devices_has(configured: str, device: str, setting: str | None) -> None:
    error = "An error occurred (AccessDenied) when calling the AssumeRole operation: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.\n"
    listed = f'$ aws iam list-mfa-devices\n{{"MFADevices":[{{"SerialNumber":"arn:aws:iam::111122223333:mfa/{device}"}}]}}\n'
    explanation = explain(f"{error}{configured}\n{listed}")
    assert (f"{setting} is arn:aws:iam::444455556666:mfa/kim, and the device" in explanation.summary) is (
        setting is not None
    )
    shown = " ".join((*explanation.remedies[0].commands, explanation.remedies[0].manifest or ""))
    assert ("arn:aws:iam::111122223333:mfa/kims-phone" in shown) is (setting is not None)


@pytest.mark.parametrize(("status", "is_possible"), [("ENABLED", False), ("DISABLED", True)])
def test_region_that_is_enabled_is_no_cause(status: str, *, is_possible: bool) -> None:
    text = "$ aws s3 ls --region me-central-1\nAn error occurred (InvalidToken) when calling the ListBuckets operation: The provided token is malformed or otherwise invalid.\n"
    causes = explain(f'{text}{{"RegionName":"me-central-1","RegionOptStatus":"{status}"}}\n').causes
    assert ("region-not-enabled" in {each.code for each in causes}) is is_possible


_UNRECOGNIZED = "$ aws sqs list-queues --region af-south-1{}\nAn error occurred (UnrecognizedClientException) when calling the ListQueues operation: The security token included in the request is invalid.\n"


@check_rows(
    ("profile", "shown", "status"),
    [
        ("", "|  not-opted-in  |  af-south-1  |\n|  opted-in  |  me-south-1  |\n", "not-opted-in"),
        ("", '{"Regions": [{"OptInStatus": "not-opted-in",\n  "RegionName": "af-south-1"}]}', "not-opted-in"),
        ("", '{\n    "RegionName": "af-south-1",\n    "RegionOptStatus": "DISABLED"\n}', "DISABLED"),
        ("", '$ aws account get-region-opt-status --region-name af-south-1 --query RegionOptStatus\n"DISABLED"\n', "DISABLED"),
        ("", "ec2.af-south-1.amazonaws.com\tnot-opted-in\taf-south-1\n", "not-opted-in"),
        # Another Region or state, two states, and two accounts.
        ("", "|  opted-in  |  af-south-1  |\n|  not-opted-in  |  me-south-1  |\n", None),
        ("", '{"Regions": [{"OptInStatus": "not-opted-in", "RegionName": "me-south-1"}, {"OptInStatus": "opted-in", "RegionName": "af-south-1"}]}', None),
        ("", "af-south-1 DISABLED\naf-south-1 ENABLED\n", None),
        ("", "af-south-1 ENABLING\n", None),
        (" --profile dev", "$ aws account get-region-opt-status --region-name af-south-1 --profile ops\naf-south-1 DISABLED\n", None),
    ],
    ids=["table", "JSON", "pretty JSON", "query", "text", "other Region", "list", "both", "in progress", "profiles"],
)  # fmt: skip
def test_shown_status_of_the_region(profile: str, shown: str, status: str | None) -> None:
    explanation = explain(_UNRECOGNIZED.format(profile) + shown)
    is_said = f"the account has not enabled this opt-in Region ({status})" in explanation.summary
    assert is_said is (status is not None)
    if status is not None:
        [remedy] = explanation.remedies
        assert remedy.commands[0] == "aws account enable-region --region-name af-south-1"
        assert [each.code for each in explanation.causes] == ["region-not-enabled"]


_SWEPT = "[sweep] eu-west-1 ok, 4 volumes\n[sweep] us-east-2 ok, 1 volumes\n[sweep] {}  An error occurred (AuthFailure) when calling the DescribeVolumes operation: AWS was not able to validate the provided access credentials\n"


@check_rows(
    ("text", "summary", "title"),
    [
        (_SWEPT.format("me-south-1") + "me-south-1  not-opted-in\n", "us-east-2. me-south-1 rejects them because the account has not enabled", "Leave out me-south-1"),
        (_SWEPT.format("me-south-1"), "Only me-south-1, an opt-in Region, rejects them: most likely,", "Check whether me-south-1 is enabled"),
        (_SWEPT.format("me-south-1").split("\n", 1)[1] + "me-south-1  not-opted-in\n", "me-south-1 rejects them because", "Enable me-south-1"),
        # The Region of the call is not known, or all accounts have it.
        (_SWEPT.format("us-east-2"), "the access key or session token is not valid", "Check which credentials are used"),
        (_SWEPT.format("eu-north-1"), "the access key or session token is not valid", "Check which credentials are used"),
    ],
)  # fmt: skip
def test_program_that_calls_one_region_after_the_other(text: str, summary: str, title: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    first = explanation.remedies[0]
    assert first.title.startswith(title)
    # A Region that rejects the credentials does not say which Regions are enabled.
    assert not first.title.startswith("Leave") or first.commands[0].endswith("--region eu-west-1")


_NO_TOKEN = "The security token included in the request is invalid"


@check_rows(
    ("text", "is_of_iam", "is_described"),
    [
        (f"Error reading aws/creds/ci:\n* Error creating IAM user: {_NO_TOKEN}.", True, True),
        (f"Error: reading IAM Role (quay): InvalidClientTokenId: {_NO_TOKEN}.", True, True),
        ("$ aws iam list-users\n" + _INVALID.format("ListUsers"), True, False),
        ("$ aws sns list-topics\n" + _INVALID.format("ListTopics"), False, False),
        (f"Error creating bucket for IAM logs: InvalidClientTokenId: {_NO_TOKEN}.", False, False),
    ],
)  # fmt: skip
def test_iam_has_no_region_to_enable(text: str, *, is_of_iam: bool, is_described: bool) -> None:
    shown = explain(text).to_text(detail="full")
    assert ("GetFederationToken" in shown) is is_described
    assert ("not enabled the Region" in shown) is not is_of_iam


_GLOBAL_SESSION = "$ aws sts assume-role --endpoint-url https://sts.amazonaws.com --region us-east-1 --role-arn arn:aws:iam::111122223333:role/x --role-session-name s > creds.json\n$ aws sqs list-queues --region eu-west-1     # works\n$ aws sqs list-queues --region af-south-1\nAn error occurred (UnrecognizedClientException) when calling the ListQueues operation: The security token included in the request is invalid.\n"


@check_rows(
    ("said", "is_enabled"),
    [
        ("# the Region is ENABLED for the account", True),
        ("It's opted in for our account.", True),
        ("af-south-1 is enabled.", True),
        ("Is the Region enabled for the account?", False),
        ("If the Region is enabled for the account, it works.", False),
        ("The Region is not enabled for the account.", False),
        ("I don't know whether the Region is enabled for this account.", False),
    ],
)
def test_region_that_people_say_is_enabled(said: str, *, is_enabled: bool) -> None:
    explanation = explain(f"{_GLOBAL_SESSION}\n{said}")
    codes = {each.code for each in explanation.causes}
    assert "v1-token-in-opt-in-region" in codes
    assert ("region-not-enabled" not in codes) is is_enabled
    assert ("most likely" not in explanation.summary) is is_enabled
