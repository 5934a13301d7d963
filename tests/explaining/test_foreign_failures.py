"""Failures of other systems beside that of AWS are named, with whether the fix changes them."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:sts::111122223333:assumed-role/octo/s is not authorized to perform: {0} on resource: {1} because no identity-based policy allows the {0} action"
_READ = _DENIED.format("s3:GetObject", "arn:aws:s3:::octo-site/a")
_SECRET = _DENIED.format(
    "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:octo-AbCdEf"
)
_NODES = _DENIED.format("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*")
_TOKEN = "User: arn:aws:sts::111122223333:assumed-role/octo/s is not authorized to perform: sts:GetServiceBearerToken"
_NO_TOKEN = 'npm error Unable to authenticate, need: Bearer realm="AWS CodeArtifact"'
_REMAINS = "Not a matter of AWS access, so this fix does not change it: "
_FOLLOWS = "Most likely a consequence: "


@check_rows(
    ("text", "says"),
    [
        (
            f"0/5 nodes are available: 5 Insufficient cpu.\n{_READ}",
            f"{_REMAINS}no node has enough cpu for a pod (Insufficient cpu).",
        ),
        (f"0/5 nodes are available: 5 Insufficient cpu.\n{_NODES}", f"{_FOLLOWS}no node has enough cpu"),
        (f'Error: secret "octo-db" not found\n{_READ}', f"{_REMAINS}the Secret octo-db does not exist"),
        (f'Error: secret "octo-db" not found\n{_SECRET}', f"{_FOLLOWS}the Secret octo-db does not exist"),
        (
            f'Error: configmap "octo" not found\nno space left on device\n{_SECRET}',
            f"{_REMAINS}the ConfigMap octo does not exist in the namespace of the pod and a disk is full",
        ),
        (
            f"tag invalid: The image tag 'v2' already exists in the 'octo' repository and cannot be overwritten because the repository is immutable.\n{_READ}",
            "immutable tags, and the tag v2 exists already: push another one",
        ),
        (
            f"Error: UPGRADE FAILED: timed out waiting for the condition\n{_READ}",
            f"{_FOLLOWS}Helm waited for the pods until its timeout",
        ),
        (
            f'FATAL: password authentication failed for user "octo"\n{_READ}',
            f"{_REMAINS}the database rejects the password of octo",
        ),
        (
            f'FATAL:  password authentication failed for user "octo"\ndb | [34] DETAIL:  Role "octo" does not exist.\n{_READ}',
            f"{_REMAINS}the database has no role octo.",
        ),
        (
            f'FATAL:  password authentication failed for user "octo"\ndb | [34] DETAIL:  Password does not match.\n{_READ}',
            f"{_REMAINS}the database rejects the password of octo",
        ),
        (f'The IAM role "octo" does not exist.\n{_READ}', None),
        (f"timed out waiting for the condition\n{_READ}", None),
        (f"We fixed 'no space left on device' yesterday.\n{_READ}", None),
        (f"We have no OOMKilled pods.\n{_READ}", None),
        (f"It is not an exec format error.\n{_READ}", None),
        (f"Is it because of '3 Insufficient cpu'?\n{_READ}", None),
        (f"# exec format error: set the platform\n{_READ}", None),
        (
            f"Access denied for user 'octo'@'10.0.0.1' (using password: NO)\n{_READ}",
            f"{_REMAINS}the login of octo at the database has no password",
        ),
        (_READ, None),
        (
            f"$ aws codeartifact login --tool npm || true\n{_TOKEN}\n{_NO_TOKEN}",
            f"{_FOLLOWS}npm has no token for CodeArtifact (E401). The run went on until then because of || true",
        ),
        (
            f"$ aws codeartifact login --tool npm\n{_TOKEN}\n{_NO_TOKEN}",
            f"{_FOLLOWS}npm has no token for CodeArtifact (E401). More",
        ),
        (f"{_READ}\n{_NO_TOKEN}", None),
    ],
)
def test_failures_of_other_systems(text: str, says: str | None) -> None:
    shown = " ".join(explain(text).to_text().split())
    if says is None:
        assert _REMAINS not in shown
        assert _FOLLOWS not in shown
    else:
        assert says in shown


_LINE = "[cache] " + _READ


@check_rows(
    ("below", "is_first"),
    [
        ("[cache] miss, continuing without it", False),
        ("[cache] restore failed (non-fatal)", False),
        # Nothing shows that it goes on, or that of another program does.
        ("[cache] stop", True),
        ("[deploy] continuing without a cache", True),
        ("[cache] stop\n[cache] continuing without it", True),
        ("[cache] continuing without it is not possible", True),
        ("[cache] is that non-fatal?", True),
    ],
)
def test_a_program_that_goes_on(below: str, is_first: bool) -> None:  # noqa: FBT001
    """What stops the run is explained, and one policy is not for both."""
    for text in (f"{_LINE}\n{below}\n{_SECRET}\n", f"{_SECRET}\n{_LINE}\n{below}\n"):
        explanation = explain(text)
        is_read = is_first and text.startswith("[cache]")
        assert (
            f"denied {'s3:GetObject' if is_read else 'secretsmanager:GetSecretValue'} on"
        ) in explanation.summary
        shown = " ".join(explanation.to_text().split())
        assert ("; the program goes on without it" in shown) is not is_first
        assert (
            "Allow s3:GetObject and" in shown or ":GetSecretValue and s3:GetObject for" in shown
        ) is is_first
    # It is explained if it is the only one.
    assert "denied s3:GetObject on" in explain(f"{_LINE}\n{below}\n").summary


_WARNED = "User: arn:aws:sts::111122223333:assumed-role/build/job is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::quay because no identity-based policy allows the s3:ListBucket action"
_STOPS = "User: arn:aws:sts::111122223333:assumed-role/{}/job is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:crane because no identity-based policy allows the sqs:sendmessage action"


@check_rows(
    ("below", "goes_on"),
    [
        ("warning: could not list the cache, going on", True),
        ("2026-10-06T08:14:33Z WARN failed to list the cache, continuing anyway.", True),
        ("Listing failed - ignored", True),
        ('level=warning msg="could not list, continuing"', True),
        ("warning: no cache", False),
        ("I can't see what is going on", False),
        ("It failed: is it safe to go on?", False),
        ("The team is moving on", False),
    ],
)
def test_a_warning_is_not_what_stops_the_run(below: str, goes_on: bool) -> None:  # noqa: FBT001
    for other in ("deploy", "build"):
        explanation = explain(f"{_WARNED}\n{below}\n{_STOPS.format(other)}\nexit status 1\n")
        assert f"denied {'sqs:SendMessage' if goes_on else 's3:ListBucket'} on" in explanation.summary
        shown = " ".join(str(explanation).split())
        assert ("The program goes on after the denial of build." in shown) is (goes_on and other == "deploy")
        # The policy of each is shown.
        assert all(each in shown for each in ('"s3:ListBucket"', '"sqs:SendMessage"'))
