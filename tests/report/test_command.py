"""The command ``iamtriage report``: formats, baselines and exit statuses."""

from __future__ import annotations

import csv
import json
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from iamtriage.cli import main
from iamtriage.report import Baseline, Progress, ReportError, build_report
from iamtriage.report._formats.terminal import show_progress
from tests.report.test_building import event, write_events

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "=cmd|' /C calc'!A0<script>alert(1)</script>\x1b[31m|*x*"


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    folder = tmp_path / "trail"
    write_events(folder / "1.json.gz", event(1), event(2))
    return folder


def other_problem(number: int) -> dict[str, Any]:
    message = str(event(number)["errorMessage"]).replace("orders", "invoices")
    return event(number, errorMessage=message)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["report", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def test_text_says_what_happened(trail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, trail)
    assert (status, err) == (0, "")
    assert out.startswith("2 denials in 2 records of 1 input, from 2026-11-02 to 2026-11-03\n")
    assert "The role app was denied sqs:SendMessage" in out
    assert "no-identity-allow: Allow sqs:SendMessage" in out


def test_json_has_the_members_of_the_contract(trail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, trail, "--format", "json")
    data = json.loads(out)
    assert status == 0
    members = {"totals", "by_day", "by_principal", "by_action", "by_layer", "problems", "inputs"}
    assert members < data.keys()
    keys = {"fingerprint", "count", "first_seen", "last_seen", "principal", "action", "resource_account"}
    assert keys | {"policy_type", "example"} < data["problems"][0].keys()
    [policy] = data["policies_by_principal"].values()
    assert policy["policy"]["Statement"][0]["Action"] == "sqs:SendMessage"
    assert policy["verification"] is None


@pytest.mark.parametrize("form", ["text", "html", "json", "csv", "parquet", "markdown"])
def test_output_is_written_to_a_file(
    trail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    path = tmp_path / "report"
    assert run(capsys, trail, "--format", form, "--output", path) == (0, "", "")
    assert path.stat().st_size > 200


def test_no_value_is_markup_a_formula_or_a_control_sequence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/{HOSTILE}", "userName": HOSTILE}
    hostile = event(1, userIdentity=identity, eventName=HOSTILE, errorCode="AccessDenied", errorMessage="no")
    write_events(tmp_path / f"{HOSTILE.replace('/', '')}.json.gz", hostile)
    write_events(tmp_path / "cut.json.gz")
    for form in ("text", "markdown", "csv"):
        status, out, _ = run(capsys, tmp_path, "--format", form)
        assert status == 0
        assert "\x1b" not in out, form
        if form == "markdown":
            assert "<script>" not in out
            assert "|*x*" not in out
        if form == "csv":
            rows = list(csv.reader(StringIO(out)))
            assert len(rows) == 2
            assert not [value for value in rows[1] if value.startswith(("=", "+", "-", "@"))]


@pytest.mark.unmeasured
def test_secrets_are_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    resource = f"arn:aws:ssm:eu-west-1:111122223333:parameter/aws_secret_access_key={secret}"
    message = str(event(1)["errorMessage"]).replace("arn:aws:sqs:eu-west-1:111122223333:orders", resource)
    write_events(tmp_path / "1.json.gz", event(1, errorMessage=message))
    for form in ("text", "html", "json", "markdown", "csv"):
        _, out, _ = run(capsys, tmp_path, "--format", form)
        assert "wJalrXUtnFEMI" not in out, form
    assert run(capsys, tmp_path, "--format", "parquet", "--output", tmp_path / "p") == (0, "", "")
    assert b"wJalrXUtnFEMI" not in (tmp_path / "p").read_bytes()


def test_only_problems_that_are_not_in_the_baseline_fail(
    trail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "baseline.json"
    assert run(capsys, trail, "--write-baseline", baseline)[0] == 0
    [expected] = json.loads(baseline.read_text())["problems"]
    assert expected["action"] == "sqs:SendMessage"
    baseline.write_text(baseline.read_text().replace('"policy_type"', '"comment": "known", "policy_type"'))
    status, out, _ = run(capsys, trail, "--baseline", baseline)
    assert (status, "0 new, 0 gone" in out) == (0, True)

    write_events(trail / "2.json.gz", other_problem(3))
    status, out, _ = run(capsys, trail, "--baseline", baseline)
    assert (status, "1 new, 0 gone" in out) == (1, True)
    assert "1   2026-11-04   new  The role" in out
    # New problems are first, although others are more frequent.
    status, out, _ = run(capsys, trail, "--baseline", baseline, "--format", "json")
    assert [(each["count"], each["is_new"]) for each in json.loads(out)["problems"]] == [
        (1, True),
        (2, False),
    ]
    _, out, _ = run(capsys, trail, "--baseline", baseline, "--format", "html")
    assert out.count('<span class="badge">new</span>') == 1

    assert run(capsys, trail, "--baseline", baseline, "--write-baseline", baseline)[0] == 1
    comments = [each.get("comment") for each in json.loads(baseline.read_text())["problems"]]
    assert sorted(map(str, comments)) == ["None", "known"]

    (trail / "1.json.gz").unlink()
    status, out, _ = run(capsys, trail, "--baseline", baseline)
    assert (status, "0 new, 1 gone" in out) == (0, True)
    assert "Resource no longer denied (1 of 1)" in out
    _, out, _ = run(capsys, trail, "--baseline", baseline, "--format", "markdown")
    assert "## Problems that no longer occur (1 of 1)" in out


@pytest.mark.unmeasured
def test_problems_since_a_run_fail(trail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--store", tmp_path / "store", "--since-run", "last")
    assert run(capsys, trail, *options)[0] == 1
    write_events(trail / "2.json.gz", event(9))
    assert run(capsys, trail, *options)[0] == 0
    assert run(capsys, *options)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "expected a PATH or --store"),
        (("TRAIL", "--format", "parquet"), "--format parquet requires --output"),
        (
            ("TRAIL", "--since", "yesterday"),
            "--since: expected an ISO 8601 date or time, or an age such as 7d, got 'yesterday'",
        ),
        (("TRAIL", "--account", "12"), "--account: expected 12-digit account IDs"),
        (("TRAIL", "--since-run", "last"), "--since-run requires --store"),
        (
            ("TRAIL", "--store", "TRAIL/store", "--since-run", "x"),
            "--since-run must be a number or last, not 'x'",
        ),
        (("TRAIL", "--workers", "0"), "invalid"),
        (("no-such-file",), "inputs that could not be read completely: 1"),
        (("TRAIL", "--baseline", "TRAIL/1.json.gz"), "expected a baseline"),
    ],
)
def test_wrong_use_is_status_2(
    trail: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    status, _, err = run(capsys, *(each.replace("TRAIL", str(trail)) for each in arguments))
    assert status == 2
    assert words in err


def test_a_package_that_is_missing_is_named(
    trail: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    status, out, err = run(capsys, trail, "--format", "html")
    assert (status, out) == (2, "")
    assert "altair" in err
    assert "pip install 'iamtriage[report]'" in err


def test_standard_input_is_an_input(
    trail: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (trail / "1.json.gz").open("rb") as file:
        monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": file})())
        status, out, _ = run(capsys, "-", "--format", "json")
    assert status == 0
    assert [each["name"] for each in json.loads(out)["inputs"]] == ["standard input"]
    assert json.loads(out)["totals"]["denials"] == 2


def test_progress_is_one_line_of_a_terminal() -> None:
    class Terminal(StringIO):
        @override
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    with show_progress(terminal) as update:
        update(Progress(inputs=20, inputs_read=5, size=2_000, size_read=500, records=4_000, denials=40))
    assert "25 %" in terminal.getvalue()
    assert "5/20 inputs" in terminal.getvalue()
    assert "40 denials" in terminal.getvalue()


def test_a_baseline_of_another_version_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text('{"version": 9, "problems": []}')
    with pytest.raises(ReportError, match="expected a baseline of version 1, got 9"):
        Baseline.read(path)


# ------------------------------------------------------------------------------------------ sign-ins, trust

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "repo:example/shop:ref:refs/heads/feature"
ROLE = "arn:aws:iam::111122223333:role/deploy"
WEB_IDENTITY = event(
    1,
    eventSource="sts.amazonaws.com",
    eventName="AssumeRoleWithWebIdentity",
    errorMessage="Not authorized to perform sts:AssumeRoleWithWebIdentity",
    requestParameters={"roleArn": ROLE, "roleSessionName": "GitHubActions"},
    userIdentity={
        "type": "WebIdentityUser",
        "principalId": f"{PROVIDER}:sts.amazonaws.com:{SUBJECT}",
        "userName": SUBJECT,
        "identityProvider": PROVIDER,
    },
)


def role_details(subject: str) -> dict[str, Any]:
    """Return what ``aws iam get-role`` prints."""
    host = "token.actions.githubusercontent.com"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": "sts.amazonaws.com", f"{host}:sub": subject}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Role": {"RoleName": "deploy", "Arn": ROLE, "AssumeRolePolicyDocument": policy}}


@pytest.mark.parametrize(
    ("subject", "is_allowed"), [("repo:example/shop:ref:refs/heads/main", False), (SUBJECT, True)]
)
def test_the_claims_of_a_record_are_checked_with_the_trust_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], subject: str, *, is_allowed: bool
) -> None:
    write_events(tmp_path / "1.json.gz", WEB_IDENTITY)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "role.json").write_text(json.dumps(role_details(subject)))
    options = ("--policies", tmp_path / "policies", "--format", "json")
    status, out, _ = run(capsys, tmp_path / "1.json.gz", *options)
    [problem] = json.loads(out)["problems"]
    assert status == 0
    assert problem["explanation"]["trust"]["allowed"] is is_allowed
    [assumption] = json.loads(out)["denied_role_assumptions"]
    assert (assumption["role"], assumption["denials"]) == (ROLE, 1)
    assert (assumption["audience"], assumption["subject"]) == ("sts.amazonaws.com", SUBJECT)
    assert assumption["trust"] == problem["explanation"]["trust"]
    _, out, _ = run(capsys, tmp_path / "1.json.gz")
    assert SUBJECT in " ".join(out.split())
    if not is_allowed:
        assert "token.actions.githubusercontent.com:sub" in problem["explanation"]["trust"]["reason"]


def test_proposed_policies_are_verified(
    trail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = {
        "RoleName": "app",
        "PolicyName": "a",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    _, out, _ = run(capsys, trail, "--policies", tmp_path / "policy.json", "--format", "json")
    [found] = json.loads(out)["policies_by_principal"].values()
    assert found["verification"] == {"fixed": 1, "not_fixed": 0, "undecided": 0, "reasons": []}


def test_sign_ins_are_counted_as_what_they_are(tmp_path: Path) -> None:
    user = {
        "type": "IAMUser",
        "arn": "arn:aws:iam::111122223333:user/ana",
        "accountId": "111122223333",
        "userName": "ana",
    }
    signin = {"eventSource": "signin.amazonaws.com", "userIdentity": user}
    failed = event(
        1,
        **signin,
        eventName="ConsoleLogin",
        errorCode=None,
        errorMessage="Failed authentication",
        responseElements={"ConsoleLogin": "Failure"},
        additionalEventData={"MFAUsed": "Yes"},
    )
    renewal = event(2, **signin, eventName="CreateOAuth2Token", errorMessage="The refresh token has expired.")
    write_events(tmp_path / "1.json.gz", failed, renewal)
    with build_report([tmp_path]) as report:
        kinds = {each["operation"]: each["kind"] for each in report.problems()}
        assert report.totals["failed_sign_ins"] == 1
        assert {row["mfa"]: row["denials"] for row in report.count_by("mfa")} == {"true": 1, None: 1}
        [sign_in] = [each for each in report.problems() if each["kind"] == "console_sign_in"]
        assert not any("ConsoleLogin" in str(each) for each in report.policies_by_principal.values())
    assert kinds.keys() == {"ConsoleLogin", "CreateOAuth2Token"}
    assert sign_in["explanation"]["summary"] == (
        "A sign-in to the AWS Management Console failed: Failed authentication."
    )
