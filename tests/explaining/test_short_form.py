"""A short explanation is complete in itself: what its steps speak of is shown, and its commands can be pasted."""

from __future__ import annotations

import re

import pytest

from iamtriage import explain
from iamtriage._rendering.explanations.command_blocks import command_blocks
from iamtriage._rendering.labels import Labelled
from iamtriage._rendering.powershell import to_powershell
from tests.explaining.golden.cases import CASES, explained
from tests.tables import check_rows

# An operation of the AWS CLI, unless a whole command is written out in the sentence.
_OPERATION = re.compile(
    r"(?<!aws [a-z0-9]{3} )(?<![-\w])(?:associate|attach|create|delete|describe|detach|get|list|modify|put|set|update)(?:-[a-z]+)+"
)
_FILE = re.compile(r"\b[a-z]+\.(?:json|ya?ml)\b")


def _folded(text: str) -> str:
    """Return a text without line breaks and what only wraps a command."""
    return " ".join(text.replace("\\\n", " ").split())


@pytest.mark.unmeasured
@check_rows("name", [case[0] for case in CASES])
def test_steps_speak_of_what_is_shown(name: str) -> None:
    """No visible step refers to a command that only ``--full`` shows, and no command to a file without its step."""
    explanation = explained(name)
    if not explanation.remedies:
        return
    first, shown = explanation.remedies[0], _folded(str(explanation))
    commands = " ".join(command for command in first.commands if _folded(command) in shown)
    hidden = [command for command in first.commands if _folded(command) not in shown]
    for step in first.steps:
        if _folded(step) not in shown:
            continue
        for operation in _OPERATION.findall(step):
            assert operation in commands or all(operation not in each for each in hidden), (name, step)
        for file in _FILE.findall(step):
            assert file in commands or all(file not in each for each in hidden), (name, step)
    for file in re.findall(r"file://([\w.]+)", commands):
        if any(f"{way} {file}" in shown for way in ("-o", ">", "| tee")):
            continue
        words = (*first.steps, *(each.label for each in first.commands if isinstance(each, Labelled)))
        assert any(file in each and _folded(each) in shown for each in words), (name, file)


@check_rows(
    ("commands", "lines"),
    [
        (("aws configure list", "aws sts get-caller-identity"), []),
        (("aws iam list-access-keys", "aws iam list-users", "aws iam get-user --user-name USER_NAME"), ["Then, with USER_NAME filled in:"]),
        (("aws iam get-user --user-name USER_NAME", "aws iam list-access-keys --user-name USER_NAME"), []),
        (("aws iam put-role-policy --policy-document file://policy.json",), []),
        (
            ("aws iam get-role --role-name app", "aws iam update-assume-role-policy --role-name app --policy-document file://trust.json"),
            ["Then, with trust.json saved:"],
        ),
        (
            ("aws ec2 describe-vpc-endpoints", "aws ec2 modify-vpc-endpoint --vpc-endpoint-id ENDPOINT_ID --policy-document file://policy.json"),
            ["Then, with ENDPOINT_ID filled in and policy.json saved:"],
        ),
        # A terminal that one command reads from takes the next pasted line for an answer.
        (("aws configure", "aws sts get-caller-identity"), ["Then:"]),
        (("kubectl -n kube-system edit configmap aws-auth", "kubectl auth whoami"), ["Then:"]),
    ],
)  # fmt: skip
def test_blocks_end_where_the_reader_has_to_act(commands: tuple[str, ...], lines: list[str]) -> None:
    texts = [getattr(block, "text", "") for block in command_blocks(commands)]
    assert [text for text in texts if text.endswith(":")] == lines


@pytest.mark.unmeasured
@check_rows(
    ("prompt", "ends"),
    [
        ("PS C:\\Users\\kim> Get-S3Object -BucketName bills\nGet-S3Object : ", " `"),
        ("PS /home/kim> kubectl apply -f role.yaml\n", " `"),
        ("$ aws s3 ls s3://bills\n", " \\"),
        ("C:\\Users\\kim>aws s3 ls s3://bills\n", " `"),
        ("open C:\\Users\\kim\\bills.csv: The system cannot find the file specified.\n", " `"),
        ("read tcp 10.0.0.7:51113->52.95.150.2:443: wsarecv: An existing connection was closed.\n", " `"),
        ('  File "D:\\bills\\list.py", line 3, in <module>\n', " `"),
        ("    at D:\\bills\\list.mjs:3:9\n", " `"),
        ("    at /d/bills/list.mjs:3:9\n", " \\"),
        ("kim@PC:/mnt/c/Users/kim$ aws s3 ls s3://bills\n", " \\"),
        ("kim@PC MINGW64 /c/bills\n$ cat C:\\Users\\kim\\bills.csv\n", " \\"),
    ],
    ids=[
        "Windows",
        "Linux",
        "another shell",
        "cmd",
        "a file of Windows",
        "a socket of Windows",
        "a program in Python",
        "a program in Node.js",
        "a program elsewhere",
        "WSL",
        "Git Bash",
    ],
)
def test_commands_continue_as_in_the_shell_of_the_text(prompt: str, ends: str) -> None:
    text = f"{prompt}User: arn:aws:iam::111122223333:user/kim is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::bills-of-the-southern-region with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/security/bills-of-other-regions"
    explanation = explain(text)
    for shown in (explanation.to_text(), explanation.to_text(detail="full"), explanation.to_markdown()):
        lines = [line for line in shown.splitlines() if line.endswith((" `", " \\"))]
        assert lines
        assert all(line.endswith(ends) for line in lines)


@check_rows(
    ("command", "shown"),
    [
        ("export AWS_PROFILE=bills AWS_REGION=eu-west-1", "$env:AWS_PROFILE = 'bills'; $env:AWS_REGION = 'eu-west-1'"),
        ('aws iam get-role --role-name "${role##*/}" > /dev/null', "aws iam get-role --role-name \"$($role.Split('/')[-1])\" > $null"),
        ("AWS_PROFILE=bills kubectl get pods", "$env:AWS_PROFILE = 'bills'; kubectl get pods"),
        ('eval "$(aws configure export-credentials --profile bills --format env)"', "aws configure export-credentials --profile bills --format powershell | Invoke-Expression"),
        ('arn="$(aws sts get-caller-identity)"', '$arn = "$(aws sts get-caller-identity)"'),
        ("pod=$(kubectl get pods -o 'jsonpath={.items[0]}')", "$pod = \"$(kubectl get pods -o 'jsonpath={.items[0]}')\""),
        ("groups=$(aws eks list-clusters) && echo $(echo $groups)", "groups=$(aws eks list-clusters); echo $(echo $groups)"),
        # No assignments, and no "&&" of the shell.
        ("aws ssm put-parameter --name a --value b=c", "aws ssm put-parameter --name a --value b=c"),
        ("echo 'a && b'", "echo 'a && b'"),
    ],
)  # fmt: skip
def test_commands_set_variables_as_powershell_does(command: str, shown: str) -> None:
    assert to_powershell(command) == shown


_KIM = "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:bills because no {} policy allows the sqs:SendMessage action"


@check_rows(
    ("layer", "prompt", "saves"),
    [
        ("identity-based", "$ aws sqs send-message\n", ("echo '{", "]}' > policy.json")),
        ("identity-based", "PS C:\\bills> aws sqs send-message\n", ("  '{", "]}' | Set-Content policy.json")),
        (
            "resource-based",
            "$ aws sqs send-message\n",
            ("' > statement.json", "old-policy.json statement.json > policy.json"),
        ),
        (
            "resource-based",
            "PS C:\\bills> aws sqs send-message\n",
            ("Add to the statements of old-policy.json, and save as policy.json:",),
        ),
    ],
)
def test_a_policy_is_saved_as_in_the_shell_of_the_text(
    layer: str, prompt: str, saves: tuple[str, ...]
) -> None:
    shown = explain(prompt + _KIM.format(layer)).to_text()
    assert all(each in shown for each in saves)
