"""What stands before an error decides: the variables of the command, a listing of variables, a header, a box."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

# ------------------------------------------------------------------------------- variables before a command

NO_PROFILE = "The config profile (corp-ops) could not be found"


@check_rows(
    ("command", "own", "with_sudo"),
    [
        ("sudo AWS_PROFILE=corp-ops aws s3 ls", "AWS_PROFILE=corp-ops aws s3 ls", " AWS_PROFILE=corp-ops aws s3 ls"),
        ("sudo env AWS_PROFILE=corp-ops aws s3 ls", "AWS_PROFILE=corp-ops aws s3 ls", " AWS_PROFILE=corp-ops aws s3 ls"),
        ("AWS_PROFILE=corp-ops sudo -E aws s3 ls", "AWS_PROFILE=corp-ops aws s3 ls", " AWS_PROFILE=corp-ops aws s3 ls"),
        ("sudo DEBUG=1 AWS_PROFILE=corp-ops aws s3 ls", "AWS_PROFILE=corp-ops aws s3 ls", " AWS_PROFILE=corp-ops aws s3 ls"),
        ("sudo AWS_PROFILE=corp-ops AWS_REGION=eu-west-1 aws s3 ls", "AWS_PROFILE=corp-ops AWS_REGION=eu-west-1 aws s3 ls", " AWS_REGION=eu-west-1 aws s3 ls"),
        ("sudo -u app AWS_PROFILE=corp-ops aws s3 ls", "AWS_PROFILE=corp-ops aws s3 ls", "AWS_SESSION_TOKEN aws s3 ls"),
        # The shell has the variable.
        ("export AWS_PROFILE=corp-ops\n$ sudo -E aws s3 ls", "aws s3 ls", ' AWS_PROFILE="$AWS_PROFILE" aws s3 ls'),
        ("sudo sh -c 'AWS_PROFILE=corp-ops aws s3 ls'", "aws sts get-caller-identity --profile corp-ops", '.aws/config" aws sts get-caller-identity'),
        ("sudo aws s3 ls --profile corp-ops", "aws s3 ls --profile corp-ops", '.aws/config" aws s3 ls --profile corp-ops'),
    ],
)  # fmt: skip
def test_variables_of_a_command_with_sudo(command: str, own: str, with_sudo: str) -> None:
    explanation = explain(f"$ {command}\n\n{NO_PROFILE}")
    lines = explanation.remedies[0].commands
    assert lines[0] == own
    assert lines[1:3] == ("aws configure list-profiles", "aws configure sso --profile corp-ops")
    assert lines[-1].startswith("sudo ")
    assert lines[-1].endswith(with_sudo)
    assert len(explanation.remedies) == 1


@check_rows(
    ("before", "line"),
    [
        ("AWS_CONFIG_FILE=/srv/aws/config ", "AWS_CONFIG_FILE=/srv/aws/config aws kms decrypt --key-id alias/shop --region eu-central-1"),
        ("env AWS_PROFILE=corp-ops ", "AWS_PROFILE=corp-ops aws kms decrypt --key-id alias/shop --region eu-central-1"),
        # What the command gets anew, a secret and a sentence stay out.
        ("AWS_REGION=eu-west-1 ", "aws kms decrypt --key-id alias/shop --region eu-central-1"),
        ("AWS_SECRET_ACCESS_KEY=abc ", "aws kms decrypt --key-id alias/shop --region eu-central-1"),
        ("I do not set AWS_CONFIG_FILE=/srv/aws/config and ran ", "aws kms decrypt --key-id alias/shop --region eu-central-1"),
    ],
)  # fmt: skip
def test_variables_of_a_repeated_command(before: str, line: str) -> None:
    from iamtriage.explaining._context.readers.command_lines import find_commands
    from iamtriage.explaining._rules.shared.commands import repeat_command

    text = f"{before}aws kms decrypt --key-id alias/shop"
    ((_, command),) = find_commands(text, 0, len(text))
    assert repeat_command(command, changes={"region": "eu-central-1"}) == line


# ---------------------------------------------------------------------------------- listings of variables

EXPIRED = (
    "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired."
)
NAMES = "AWS_ACCESS_KEY_ID\nAWS_SECRET_ACCESS_KEY\nAWS_SESSION_TOKEN"
ROWS = "Name                 Value\n----                 -----\nAWS_SESSION_TOKEN    ********"


@check_rows(
    "text",
    [
        f"$ env | cut -d= -f1 | grep ^AWS_\n{NAMES}\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ printenv\nHOME=/home/ana\nAWS_SESSION_TOKEN=abc\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ set | grep AWS_\nAWS_SESSION_TOKEN='abc'\n$ aws s3 ls\n\n{EXPIRED}",
        f"PS C:\\> Get-ChildItem Env:AWS*\n\n{ROWS}\n\nPS C:\\> aws s3 ls\n\n{EXPIRED}",
        f"$ aws s3 ls\n\n{EXPIRED}\n$ env | grep -o ^AWS_.*=\nAWS_SESSION_TOKEN=***",
        f"$ xargs -0 -n1 < /proc/4711/environ\nAWS_SESSION_TOKEN=abc\n$ aws s3 ls\n\n{EXPIRED}",
    ],
)
def test_listed_variables_with_an_expired_session(text: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith(
        "The temporary credentials in the environment variables have expired."
    )
    assert [(each.code, each.evidence) for each in explanation.causes] == [("expired-session", "reported"), ("pasted-session", "derived")]  # fmt: skip
    assert explanation.remedies[0].commands[0] == "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"  # fmt: skip
    assert "aws s3 ls --profile PROFILE" in explanation.remedies[0].commands


@check_rows(
    "text",
    [
        # The listing is empty, the variables are gone, the call selects a profile, a file has them.
        f"$ env | grep AWS_SESSION_TOKEN\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ env | grep AWS_SESSION_TOKEN=\nAWS_SESSION_TOKEN=\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ env | cut -d= -f1\n{NAMES}\n$ unset AWS_SESSION_TOKEN AWS_ACCESS_KEY_ID\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ env | cut -d= -f1\n{NAMES}\n$ aws s3 ls --profile dev\n\n{EXPIRED}",
        f"$ cat .env\nAWS_SESSION_TOKEN=abc\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ env | cut -d= -f1\nAWS_REGION\n$ aws s3 ls\n\n{EXPIRED}",
        # They are in another place than the call, another source is used, and Lambda renews them.
        f"$ docker exec web env\nAWS_SESSION_TOKEN=abc\n$ aws s3 ls\n\n{EXPIRED}",
        f"$ printenv\nAWS_SESSION_TOKEN=abc\n$ docker logs -f web\n{EXPIRED}",
        f"$ kubectl exec -n shop deploy/web -- env\nAWS_SESSION_TOKEN=abc\n$ kubectl -n shop logs deploy/api\n{EXPIRED}",
        f"$ env\nAWS_SESSION_TOKEN=abc\n$ aws configure list\naccess_key     ****************ABCD              sso\n$ aws s3 ls\n\n{EXPIRED}",
        f'$ env\nAWS_SESSION_TOKEN=abc\n[ERROR] ClientError: {EXPIRED}\n  File "/var/task/app.py", line 3, in handler',
    ],
)
def test_variables_without_an_expired_session(text: str) -> None:
    assert ("pasted-session", "derived") not in {(each.code, each.evidence) for each in explain(text).causes}


@check_rows(
    ("text", "line"),
    [
        (f'$ docker inspect shop-api\n            "AWS_SESSION_TOKEN=abc",\n$ docker logs shop-api\n{EXPIRED}', 'docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=PROFILE IMAGE'),
        (f"$ docker exec -it web env\nAWS_SESSION_TOKEN=abc\n$ docker exec web aws s3 ls\n{EXPIRED}", 'docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=PROFILE IMAGE'),
        (f"$ kubectl exec -n shop deploy/api -- env\nAWS_SESSION_TOKEN=abc\n$ kubectl logs -n shop api-7d9f8c-x2x4z\n{EXPIRED}", "kubectl set env deployment/api --namespace shop AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-"),
        (f"$ kubectl exec -n shop deploy/api -- env\nAWS_SESSION_TOKEN=abc\n$ kubectl logs -n shop deploy/api\n{EXPIRED}", "kubectl set env deployment/api --namespace shop AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-"),
    ],
)  # fmt: skip
def test_listed_variables_of_a_container(text: str, line: str) -> None:
    explanation = explain(text)
    assert "in the environment variables of the container have expired" in explanation.summary
    assert explanation.remedies[0].commands == (line,)
    assert not any("most likely used the credentials" in each for each in explanation.notes)


@check_rows(
    ("command", "is_of_kubeconfig"),
    [("aws eks update-kubeconfig --name shop", False), ("kubectl get pods", True)],
)
def test_expired_session_beside_a_kubeconfig(command: str, *, is_of_kubeconfig: bool) -> None:
    codes = {each.code for each in explain(f"$ {command}\n{EXPIRED}").causes}
    assert ("kubeconfig-profile" in codes) is is_of_kubeconfig


# -------------------------------------------------------------------------------------- encoded messages

DENIED = "You are not authorized to perform this operation. Encoded authorization failure message:"
BLOB = "Zx81kQ_-7vNqPw3LmT9rYbC5dEfGh2JkU6sVoXaIeR4tHy0W"
TERRAFORM = f'╷\n│ Error: creating EC2 Instance: api error UnauthorizedOperation: {DENIED}\n│ {BLOB}\n│\n│   with aws_instance.bastion,\n│   on main.tf line 3, in resource "aws_instance" "bastion":\n╵'  # fmt: skip


@check_rows(
    ("text", "is_in_pieces"),
    [
        (TERRAFORM, True),
        (
            f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: {DENIED} {BLOB}",
            False,
        ),
    ],
)
def test_encoded_message_in_a_box(text: str, *, is_in_pieces: bool) -> None:
    remedy = explain(text).remedies[0]
    assert (remedy.commands[0].startswith('message="$(iamtriage parse ')) is is_in_pieces
    assert ("ENCODED_MESSAGE" in remedy.commands[-1]) is not is_in_pieces
    assert BLOB not in " ".join(remedy.commands)


# --------------------------------------------------------------------------------- headers of a request

URL = "https://k3v9x0q2ac.execute-api.eu-west-1.amazonaws.com/live/orders/77"
EXPLICIT = '{"Message":"User is not authorized to access this resource with an explicit deny"}'


@check_rows(
    ("request", "option"),
    [
        (f'$ curl -H "Authorization: Bearer $ID_TOKEN" {URL}', '"Authorization=Bearer $ID_TOKEN"'),
        (f'$ curl --header "x-shop-token: ${{SHOP}}" {URL}', '"x-shop-token=$SHOP"'),
        (f"$ curl -H 'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl' {URL}", "'Authorization=Bearer TOKEN'"),
        (f'$ curl -H "X-CSRF-Token: abc" -H "Authorization: Bearer $ID_TOKEN" {URL}', '"Authorization=Bearer $ID_TOKEN"'),
        (f"$ curl -H 'X-Amz-Security-Token: abc' -H 'Authorization: Hunter abc' {URL}", "Authorization=TOKEN"),
        (f'requests.get("{URL}", headers={{"Authorization": f"Bearer {{token}}"}})', "'Authorization=Bearer TOKEN'"),
        (f'$ curl -H "Accept: application/json" {URL}', "Authorization=TOKEN"),
    ],
)  # fmt: skip
def test_header_of_an_authorizer(request: str, option: str) -> None:
    lines = explain(f"{request}\n{EXPLICIT}").remedies[0].commands
    assert lines[0].startswith("aws apigateway get-authorizers --rest-api-id k3v9x0q2ac ")
    assert f" --headers {option}" in lines[1]
    assert lines[2].startswith("aws logs tail /aws/lambda/FUNCTION_NAME --since 1h")


# ------------------------------------------------------------------------------- metadata without a role


@check_rows(
    ("text", "has_other_case"),
    [
        ("get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed", True),
        ("SdkClientException: The requested metadata is not found at http://169.254.169.254/latest/meta-data/iam/security-credentials/", True),
        # The instance did not answer.
        ("get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request send failed, dial tcp 169.254.169.254:80: i/o timeout", False),
    ],
)  # fmt: skip
def test_no_role_in_the_metadata(text: str, *, has_other_case: bool) -> None:
    explanation = explain(f"sync failed: operation error S3: PutObject, {text}")
    titles = [each.title for each in explanation.remedies]
    assert ("If other credentials were meant: check what the process has" in titles) is has_other_case
    attach = next(each for each in explanation.remedies if "give the instance a role" in each.title)
    assert attach.commands[1].startswith("aws iam list-instance-profiles ")
