"""Check how an expired session from role chaining is explained."""

import pytest

from iamtriage import explain
from iamtriage.explaining import Explanation
from tests.tables import check_rows

ASSUME = "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/batch/backup --role-session-name x"
EXPIRED = (
    "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired."
)


def explain_run(session: str, assume: str = ASSUME, times: tuple[str, ...] = ("", "", "")) -> Explanation:
    lines = [
        f"caller: arn:aws:sts::111122223333:assumed-role/{session}",
        f"+ eval $({assume} | to-env)",
        EXPIRED,
    ]
    return explain("\n".join(f"{at} {line}".strip() for at, line in zip(times, lines, strict=True)))


@pytest.mark.parametrize(
    ("session", "setting"),
    [
        ("runner/i-0abc12de34f567890", "credential_source Ec2InstanceMetadata"),
        ("runner/0123456789abcdef0123456789abcdef", "credential_source EcsContainer"),
        ("ci/build-81", "source_profile SOURCE_PROFILE"),
    ],
)
def test_profile_gets_the_credentials_of_the_first_role(session: str, setting: str) -> None:
    explanation = explain_run(session)
    assert "role-chaining" in [each.code for each in explanation.causes if each.evidence == "derived"]
    assert explanation.remedies[0].commands[:2] == (
        "aws configure set role_arn arn:aws:iam::444455556666:role/batch/backup --profile backup",
        f"aws configure set {setting} --profile backup",
    )


_IN_CODE = (
    'c = sts.assume_role(RoleArn="arn:aws:iam::444455556666:role/batch/backup", RoleSessionName="x"{})\n'
)


@check_rows(
    ("text", "source"),
    [
        (_IN_CODE.format("") + "It runs with the instance role arn:aws:iam::111122223333:role/host", "Ec2InstanceMetadata"),
        (_IN_CODE.format(", DurationSeconds=7200") + "an ECS task role runs it", "EcsContainer"),
        (_IN_CODE.format("") + "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining", ""),
        # It expires before the hour is over, or a user assumes the role.
        (_IN_CODE.format(", DurationSeconds=900") + "It runs with the instance role", None),
        (_IN_CODE.format("") + "It runs with my key", None),
        (_IN_CODE.format("") + "It does not run with an instance role", None),
        (_IN_CODE.format("") + "Should I use an instance role?", None),
        (_IN_CODE.format("") + "The web server has an instance role. The batch runs on my laptop.", None),
    ],
)  # fmt: skip
def test_chain_in_code(text: str, source: str | None) -> None:
    explanation = explain(f"{text}\n{EXPIRED}")
    assert ("the limit of role chaining" in explanation.summary) is (source is not None)
    assert f"credential_source {source}" in str(explanation) or not source
    assert ("Remove DurationSeconds=7200" in str(explanation)) is ("7200" in text)


_CLIENT = 's3 = boto3.client("s3", aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])\n'
_SHOWN = "'arn:aws:sts::111122223333:assumed-role/{}'\n"
_FORK = _SHOWN.format("worker/run-7") + _IN_CODE.format("")


@check_rows(
    ("text", "source", "words"),
    [
        (_FORK + _CLIENT, "worker", "SOURCE_PROFILE"),
        (f"{_FORK}c['Expiration']\ndatetime.datetime(2026, 9, 3, 14, 5, 9, tzinfo=tzutc())\n{_CLIENT}", "worker", "Its Expiration was 2026-09-03T14:05:09Z"),
        (f'{_FORK}"Expiration": "2026-09-03T14:05:09+00:00"\n{_CLIENT}', "worker", "Its Expiration was 2026-09-03T14:05:09Z"),
        (f"{_FORK}{_CLIENT}Would it help to set DurationSeconds=28800?", "worker", "DurationSeconds=28800 does not help"),
        (_SHOWN.format("nb/SageMaker") + _IN_CODE.format("") + _CLIENT, "nb", "in a notebook instance, Ec2InstanceMetadata"),
        # The client has other credentials, or the text shows the session that was opened.
        (_FORK, None, ""),
        (_SHOWN.format("backup/x") + _IN_CODE.format("") + _CLIENT, None, ""),
        (_SHOWN.format("api/a") + _FORK + _CLIENT, None, ""),
    ],
)  # fmt: skip
def test_session_that_calls_assume_role_in_code(text: str, source: str | None, words: str) -> None:
    explanation = explain(f"{text}\n{EXPIRED}")
    assert (f"the limit of role chaining: the role {source} assumed it" in explanation.summary) is (
        source is not None
    )
    assert words in " ".join(str(explanation).split())
    assert "Remove DurationSeconds" not in str(explanation)


_CI, _BACKUP = (
    "arn:aws:sts::111122223333:assumed-role/ci/build-81",
    "arn:aws:iam::444455556666:role/batch/backup",
)
_LOG = f"22:00:04 assume_role caller={_CI} target={_BACKUP}"


@check_rows(
    ("log", "failed", "words"),
    [
        (f"{_LOG} DurationSeconds=3600 ok", "", "after one hour, the limit of role chaining: the role ci assumed it at 22:00:04, so it ended at 23:00:04"),
        (_LOG, "23:01:00", "the role ci assumed it at 22:00:04, and the call failed at 23:01:00"),
        (f"22:00:01 I am {_CI}\n22:00:04 INFO Assuming role {_BACKUP}", "00:10:00", "the role ci assumed it at 22:00:04"),
        (f'{{"time": "2026-09-03T22:00:04Z", "msg": "assumed role", "caller": "{_CI}", "role": "{_BACKUP}"}}', "", "the role ci assumed it at 22:00:04"),
        (f"{_LOG} duration 900s", "22:15:09", "after 15 minutes, as requested: the role ci assumed it"),
        (f"{_LOG.replace('backup', 'hub')}\n{_LOG.replace('ci/build', 'hub/x')}", "", "the role hub assumed it"),
        # A user or nobody assumed it, two roles were assumed, or it had not expired.
        (_LOG.replace(_CI, "arn:aws:iam::111122223333:user/kim"), "", None),
        (f"{_LOG} AccessDenied", "", None),
        (_LOG.replace("assume_role", "does not assume role"), "", None),
        (f"{_LOG}\n{_LOG}-2", "", None),
        (_LOG, "22:40:00", None),
        (f"{_LOG} duration 7200s", "", None),
    ],
)  # fmt: skip
def test_session_that_a_log_says_was_assumed(log: str, failed: str, words: str | None) -> None:
    explanation = explain(f"{log}\n{failed} {EXPIRED}")
    assert ("The session of the role backup expired" in explanation.summary) is (words is not None)
    assert words is None or words in explanation.summary
    codes = [each.code for each in explanation.causes if each.evidence == "derived"]
    assert ("role-chaining" in codes) is (words is not None)
    steps = " ".join(explanation.remedies[0].steps)
    assert ("No setting raises the limit" in steps) is (words is not None and "900" not in log)
    assert "sso login" not in str(explanation) or words is None


def test_times_of_the_log_are_in_the_verdict() -> None:
    summary = explain_run("ci/build-81", times=("22:00:01", "22:00:04", "23:00:17")).summary
    assert "at 22:00:04" in summary
    assert "at 23:00:17" in summary
    assert " at " not in explain_run("ci/build-81").summary


@check_rows(
    ("begun", "failed", "title"),
    [
        ("23:00:05", "23:00:06", "Assume the role right before aws s3 cp"),
        ("00:10:00", "00:10:02", "Assume the role right before aws s3 cp"),
        # The command itself takes too long, or the log does not say when it began.
        ("22:59:00", "23:40:00", "Let the AWS CLI or SDK assume the role: it then refreshes the session"),
        ("", "23:40:00", "Let the AWS CLI or SDK assume the role: it then refreshes the session"),
    ],
)
def test_command_that_begins_after_the_session_needs_a_new_one(begun: str, failed: str, title: str) -> None:
    lines = (
        "22:00:01 caller: arn:aws:sts::111122223333:assumed-role/ci/build-81",
        f"22:00:04 $ eval $({ASSUME} | to-env)",
        "22:00:05 $ ./long-tests",
        f"{begun} $ aws s3 cp report.txt s3://octo-reports/".strip(),
        f"{failed} upload failed: {EXPIRED}",
    )
    first, *others = explain("\n".join(lines)).remedies
    assert first.title == title
    assert bool(others) is title.startswith("Assume")
    assert all(each.title.startswith("Or let the AWS CLI") for each in others)
    assert "rejects more than 3600" in " ".join(first.steps)


@pytest.mark.parametrize(
    ("session", "assume"),
    [
        # The session is already that of the assumed role.
        ("backup/x", ASSUME),
        # A profile has other credentials than the session before.
        ("ci/build-81", f"{ASSUME} --profile ops"),
        ("ci/build-81", f"{ASSUME} --duration-seconds 900"),
    ],
)
def test_other_sessions_are_not_from_role_chaining(session: str, assume: str) -> None:
    explanation = explain_run(session, assume)
    assert "role-chaining" not in [each.code for each in explanation.causes if each.evidence == "derived"]


def test_ci_job_calls_with_the_role_that_it_assumed() -> None:
    assert "GitLab" not in str(explain_run("gitlab-runner/i-0abc12de34f567890"))


CHAINED = "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."


@check_rows(
    ("said", "seconds"),
    [
        ("assuming arn:aws:iam::111122223333:role/backup for 14400s", "14400"),
        ("keeps the session for 7200 seconds", "7200"),
        # Two values, one that is allowed, and another time.
        ("assuming it for 14400s, and for 7200s", None),
        ("assuming it for 3600s", None),
        ("waited for 7200 seconds", None),
        ("MaxSessionDuration of 43200 seconds, waited for 14400 ms", None),
    ],
)
def test_duration_that_a_program_logs(said: str, seconds: str | None) -> None:
    explanation = explain(f"{said}\nbotocore.exceptions.ClientError: {CHAINED}")
    assert (f"of {seconds} seconds" if seconds else "the session duration: ") in explanation.summary
    assert "DurationSeconds in the call of assume_role" in explanation.remedies[0].steps[0]
    assert "Terraform" not in explanation.remedies[0].steps[0]


CALLER = "arn:aws:sts::111122223333:assumed-role/{}/kim\n$ {} --duration-seconds 7200\n\n"
RAISE = "aws iam update-role --role-name backup --max-session-duration 7200"


@check_rows(
    ("caller", "stated", "summary", "is_raised"),
    [
        ("runner", "", "is limited to one hour.", True),
        ("runner", '"MaxSessionDuration": 43200', "although the role allows 43200 seconds", False),
        ("runner", "The maximum session duration is set to 12 hours", "although the role allows 43200 seconds", False),
        ("runner", "max_session_duration = 3600", "is limited to one hour.", True),
        ("AWSReservedSSO_Data_89abcdef01234567", "", "is limited to one hour.", False),
    ],
)  # fmt: skip
def test_maximum_in_the_text(caller: str, stated: str, summary: str, *, is_raised: bool) -> None:
    explanation = explain(f"{CALLER.format(caller, ASSUME)}{CHAINED}\n\n{stated}")
    assert summary in explanation.summary
    assert (RAISE in explanation.remedies[0].commands) is is_raised
    assert ("permission set Data" in str(explanation)) is ("SSO" in caller)


@pytest.mark.parametrize("is_other", [True, False])
def test_permission_set_for_the_account_of_the_role(*, is_other: bool) -> None:
    """A permission set gives access in the accounts in which it is assigned."""
    command = "aws sts assume-role --role-arn arn:aws:iam::{}:role/backup --role-session-name kim"
    account = "444455556666" if is_other else "111122223333"
    caller = CALLER.format("AWSReservedSSO_Data_89abcdef01234567", command.format(account))
    steps = " ".join(explain(f"{caller}{CHAINED}").remedies[0].steps)
    assert "add the permissions to the permission set Data" in steps
    assert ("assign it in account 444455556666" in steps) is is_other


IN_POD = "in a pod, the {} assumes arn:aws:iam::444455556666:role/lake with DurationSeconds=7200. MaxSessionDuration of lake is 4 hours."


@check_rows(
    ("shown", "title", "words"),
    [
        (f"boto3, {IN_POD.format('IRSA role reports')}", "with these profiles in the pod", 'boto3.Session(profile_name="lake")'),
        (IN_POD.format("role of AWS_WEB_IDENTITY_TOKEN_FILE"), "with these profiles in the pod", "set AWS_PROFILE=lake"),
        (f"StsException {IN_POD.format('IRSA role')}", "with these profiles in the pod", 'ProfileCredentialsProvider.create("lake")'),
        (IN_POD.format("EKS Pod Identity role"), "Let EKS Pod Identity assume lake", "target role of the association"),
        (IN_POD.format("role"), "Request at most one hour", "DurationSeconds=3600"),
        (f"{IN_POD.format('role')} With 3600 it fails.", "Let the SDK renew sessions", "Omit DurationSeconds=7200"),
        (f"{IN_POD.format('role')} The job runs 3 hours.", "Let the SDK renew sessions", "Omit DurationSeconds=7200"),
        (f"{IN_POD.format('role')} The job runs 20 minutes.", "Request at most one hour", "DurationSeconds=3600"),
    ],
)  # fmt: skip
def test_long_work_in_a_pod(shown: str, title: str, words: str) -> None:
    explanation = explain(f"{CHAINED}\n{shown}")
    remedy = explanation.remedies[0]
    assert title in remedy.title
    assert words in " ".join(remedy.steps)
    assert "although the role allows 14400 seconds" in explanation.summary
    if "profiles" in title:
        assert "web_identity_token_file = /var/run/secrets/" in str(remedy.manifest)
        assert "(14400 seconds, which is enough)" in explanation.remedies[1].title


def test_chain_without_a_role_before_it() -> None:
    """A session of IAM Identity Center is one of a role."""
    text = f"{ASSUME} --duration-seconds 7200\n{CHAINED}"
    shown = " ".join(explain(text).to_text(detail="full").split())
    assert "with the access key of a user, or directly with an OIDC token" in shown
    assert "Identity Center is a role session, too" in shown
    known = explain(text, facts={"caller": "arn:aws:sts::111122223333:assumed-role/jump/ana"})
    assert "here from the role jump, is limited" in known.summary


_ITSELF = "User: arn:aws:sts::111122223333:assumed-role/dns/17 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/dns\n"
_OBJECT = "cert-manager\napiVersion: cert-manager.io/v1\nkind: {}\nmetadata:\n  name: letsencrypt\nspec:\n  acme:\n    solvers:\n    - dns01:\n        route53:\n          region: eu-west-1\n          role: arn:aws:iam::{}:role/{}\n"


@check_rows(
    ("kind", "account", "role", "command"),
    [
        ("ClusterIssuer", "111122223333", "dns", "kubectl edit clusterissuer letsencrypt"),
        ("Issuer", "111122223333", "dns", "kubectl edit issuer letsencrypt --namespace cert-manager"),
        ("ClusterIssuer", "111122223333", "zones", None),
        ("Ingress", "111122223333", "dns", None),
    ],
)
def test_setting_that_names_the_own_role(kind: str, account: str, role: str, command: str | None) -> None:
    explanation = explain(_ITSELF + _OBJECT.format(kind, account, role))
    remedy = explanation.remedies[0]
    assert (remedy.title == f"Remove the role from the {kind} letsencrypt") == (command is not None)
    assert command is None or remedy.commands == (command,)
    assert ("makes it assume the role again" in explanation.summary) == (command is not None)
    assert len(explanation.remedies) == 1


@pytest.mark.parametrize(
    ("manifest", "command"),
    [
        ("kind: ClusterIssuer\nmetadata: {name: le-prod}\nspec:\n  acme:\n    solvers:\n    - dns01:\n        route53: {region: eu-west-1, role: 'arn:aws:iam::111122223333:role/dns'}\n", "kubectl edit clusterissuer le-prod"),
        ("kind: Issuer\nmetadata: {namespace: shop, name: 'le'}\nspec: {acme: {solvers: [{dns01: {route53: {role: arn:aws:iam::111122223333:role/dns}}}]}}\n", "kubectl edit issuer le"),
        # The role of another object.
        ("kind: ClusterIssuer\nmetadata: {name: le-prod}\n---\nkind: ConfigMap\ndata: {role: 'arn:aws:iam::111122223333:role/dns'}\n", None),
    ],
)  # fmt: skip
def test_own_role_in_flow_style(manifest: str, command: str | None) -> None:
    first = explain(f"cert-manager\n{_ITSELF}{manifest}").remedies[0]
    assert bool(first.commands and command and first.commands[0].startswith(command)) is (command is not None)
    assert "The trust policy needs no change" in " ".join(first.steps)


@pytest.mark.parametrize(("maximum", "is_enough"), [("14400", True), ("3600", False)])
def test_maximum_of_the_role_in_the_text(maximum: str, *, is_enough: bool) -> None:
    log = "Job 1 runs for 70 minutes\n- uses: aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/ci\n"
    listed = f"$ aws iam get-role --role-name ci --query Role.MaxSessionDuration\n{maximum}\n"
    first = explain(f"after 70 minutes:\n{EXPIRED}\n{log}{listed}").remedies[0]
    assert first.title.startswith("Request a longer session: set role-duration-seconds") is is_enough
    assert any("--max-session-duration" in each for each in first.commands) is not is_enough


_POD, _LAKE = "arn:aws:iam::111122223333:role/web-pod", "arn:aws:iam::444455556666:role/lake"
_PYTHON = 'keys = boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="feed")["Credentials"]\nsqs = boto3.client("sqs", aws_session_token=keys["SessionToken"])\n'
_SCRIPT = "const { Credentials: c } = await sts.send(new AssumeRoleCommand({ RoleArn }));\nnew SQSClient({ credentials: { sessionToken: c.SessionToken } }); // @aws-sdk/client-sqs\n"


@check_rows(
    ("text", "words"),
    [
        (f"{_PYTHON}It runs in an ECS task.", ("one hour at most", "credential_source EcsContainer", 'profile_name="feed").client("sqs")')),
        (f"{_SCRIPT}on an EC2 instance", ("one hour at most", "credential_source Ec2InstanceMetadata", "fromTemporaryCredentials")),
        (_SCRIPT, ("unless the code requests a longer one", "source_profile SOURCE_PROFILE")),
        (f"{_PYTHON}in SageMaker Studio".replace("ROLE,", f"{_LAKE!r},"), ("The session of the role lake, which the code assumes,", "role_arn arn:aws:iam::444455556666:role/lake", "the SageMaker notebook", "No setting raises the limit")),
        # The first credentials can be those of a user.
        (_PYTHON.replace("ROLE,", f"{_LAKE!r},"), ("role lake", "source_profile", "If the first credentials are those of a role")),
        (f"{_PYTHON}It runs on my laptop, not in an ECS task.", ("unless the code requests", "source_profile")),
        ('sqs = boto3.client("sqs")  # in an ECS task', ()),
        # The keys of the environment.
        ('sts.assume_role(RoleArn=ROLE)\nsqs = boto3.client("sqs", aws_session_token=os.environ["AWS_SESSION_TOKEN"])', ()),
        ("[default]\naws_session_token = IQoJb3JpZ2luX2VjEXAMPLE\n", ()),
    ],
)  # fmt: skip
def test_keys_of_a_session_in_a_client(text: str, words: tuple[str, ...]) -> None:
    explanation = explain(f"{EXPIRED}\n\n{text}")
    codes = {each.code for each in explanation.causes if each.evidence == "derived"}
    assert ("session-keys-in-client" in codes) is bool(words)
    shown = " ".join(str(explanation).split())
    assert all(each in shown for each in words)
    assert "The text shows" not in shown or not words


_ID = "eu-west-1/111122223333/c1/shop/web"
_NOT_ASSUMED = "An error occurred (AccessDeniedException) when calling the AssumeRoleForPodIdentity operation: Unauthorized Exception! EKS does not have permissions to assume the associated role."
_DESCRIBED = f'{{"association": {{"roleArn": "{_POD}", "targetRoleArn": "{_LAKE}", "externalId": "{_ID}"}}}}'
_IN_TERRAFORM = f'role_arn        = "{_POD}"\ntarget_role_arn = "{_LAKE}"'


def _trust_of_target(principal: str, external_id: str | None, *actions: str) -> dict[str, object]:
    condition = {"StringEquals": {"sts:ExternalId": external_id}}
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": action,
            **({"Condition": condition} if external_id and action == "sts:AssumeRole" else {}),
        }
        for action in actions
    ]
    return {"Version": "2012-10-17", "Statement": statements}


@check_rows(
    ("shown", "principal", "external_id", "actions", "says", "owner"),
    [
        (_DESCRIBED, _POD, _ID.replace("c1", "c2"), ("sts:AssumeRole", "sts:TagSession"), f"expects the external ID {_ID.replace('c1', 'c2')}, and the association has {_ID}", "resource owner"),
        (_IN_TERRAFORM, _POD, _ID, ("sts:AssumeRole", "sts:TagSession"), f"expects the external ID {_ID}.", "resource owner"),
        (_DESCRIBED, _POD, _ID, ("sts:AssumeRole",), f"does not allow {_POD} sts:TagSession", "resource owner"),
        (_IN_TERRAFORM, f"{_POD}-2", None, ("sts:AssumeRole", "sts:TagSession"), f"does not allow {_POD} sts:AssumeRole and sts:TagSession", "resource owner"),
        (_DESCRIBED, _POD, _ID, ("sts:AssumeRole", "sts:TagSession"), "the target role trusts it", "account administrator"),
        # Without a target role, the policy is that of the association's role.
        ("", _POD, None, ("sts:AssumeRole",), "not pods.eks.amazonaws.com", "account administrator"),
    ],
    ids=["other association", "unknown ID", "tags", "other role", "allowed", "no target"],
)  # fmt: skip
def test_trust_policy_of_a_target_role(
    shown: str, principal: str, external_id: str | None, actions: tuple[str, ...], says: str, owner: str
) -> None:
    explanation = explain(
        f"{_NOT_ASSUMED}\n{shown}", facts={"trust_policy": _trust_of_target(principal, external_id, *actions)}
    )
    assert says in explanation.summary
    first = explanation.remedies[0]
    assert first.who == owner
    assert ("pods.eks" in str(first.policy)) is (not shown)
    if external_id and says.endswith(_ID):
        assert f"['{external_id}', '{_ID}']" in str(first.policy)


@pytest.mark.parametrize(
    "shown", [_DESCRIBED, _IN_TERRAFORM, f"roleArn: {_POD}"], ids=["JSON", "HCL", "no target"]
)
def test_stated_association_is_not_looked_up(shown: str) -> None:
    explanation = explain(f"{_NOT_ASSUMED}\n{shown}")
    assert explanation.summary.startswith("EKS Pod Identity cannot assume the role web-pod: ")
    (remedy,) = explanation.remedies
    assert not any("association" in each for each in remedy.commands)
    assert any("the target role lake" in each for each in remedy.steps) is (_LAKE in shown)


_ROLE = "arn:aws:iam::444455556666:role/batch/copy"


@check_rows(
    ("issued", "failed", "verdict"),
    [
        (f"2026-05-04 10:00:00 assumed {_ROLE}, credentials valid until 2026-05-04T12:00:00Z", "2026-05-04 12:00:09 ", "The session of the role copy ended at 12:00:00 UTC, after 2 hours, and the call failed at 12:00:09."),
        (f"[23:30:00] AWS_SESSION_TOKEN set for {_ROLE} (Expiration: 2026-05-05 00:30:00 UTC)", "[00:31:12] ", "ended at 00:30:00 UTC, after one hour, and the call failed at 00:31:12."),
        (f"role {_ROLE} expires at 2026-05-04T12:00:00.000Z", "12:00:09 ", "ended at 12:00:00 UTC, and the call failed at 12:00:09."),
        # The call used another session, the times have another zone, or something else ended.
        (f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00Z", "11:30:00 ", None),
        (f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00+02:00", "12:00:09 ", None),
        (f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00Z", "", None),
        (f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00Z", "2026-05-04 14:00:09 +0200 ", None),
        (f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00Z", "2026-05-05T12:00:09.123Z ", None),
        (f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00Z\n10:00:01 role {_ROLE}-2, expires 2026-05-04T12:00:00Z", "12:00:09 ", None),
        (f"role {_ROLE} expires at 2026-05-04T23:30:00Z", "2026-05-05T00:10:00.123Z ", "ended at 23:30:00 UTC, and the call failed at 00:10:00."),
        (f"10:00:00 SSO session of the role {_ROLE} expires 2026-05-04T12:00:00Z", "12:00:09 ", None),
        (f"10:00:00 certificate of the role {_ROLE} expires 2026-05-04T12:00:00Z", "12:00:09 ", None),
        ("10:00:00 the session expires 2026-05-04T12:00:00Z", "12:00:09 ", None),
        (f"10:00:00 $ aws sts assume-role --role-arn {_ROLE} --role-session-name x\nrole expires 2026-05-04T12:00:00Z", "12:00:09 ", None),
    ],
)  # fmt: skip
def test_stated_end_of_a_session(issued: str, failed: str, verdict: str | None) -> None:
    explanation = explain(f"{issued}\n{failed}upload failed: a to s3://b/a {EXPIRED}")
    first, shown = explanation.remedies[0], str(explanation)
    assert (verdict or "") in explanation.summary
    assert ("ended at" in explanation.summary) is (verdict is not None)
    assert verdict is None or "aws sso login" not in shown
    if verdict:
        assert first.commands[0] == f"aws configure set role_arn {_ROLE} --profile copy"
        assert "role chaining" in shown


def test_profile_has_another_session_than_the_stated_one() -> None:
    text = f"10:00:00 role {_ROLE}, expires 2026-05-04T12:00:00Z\n12:00:09 $ aws s3 cp a s3://b/a --profile ops\n12:00:09 {EXPIRED}"
    assert "ended at" not in explain(text).summary
