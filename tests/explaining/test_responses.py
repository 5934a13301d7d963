"""Tests that the outputs of commands become the responses of which they are a part or another form."""

from __future__ import annotations

import json
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain, parse
from iamtriage.explaining._responses.restoring import restore_responses

_DENIED = "An error occurred (AccessDenied) when calling the AssumeRole operation: Access denied\n"
_KEYS = {
    "AccessKeyMetadata": [
        {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"},
        {"AccessKeyId": "AKIAI44QH8DHBEXAMPLE", "Status": "Inactive"},
    ]
}
_ENTRY = {"accessEntry": {"type": "STANDARD", "kubernetesGroups": ["devs", "ops"]}}
_STATEMENTS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
_GROUPS = {"accessEntry": {"kubernetesGroups": ["devs"]}}
_SCOPED = {
    "associatedAccessPolicies": [
        {
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            "accessScope": {"type": "namespace", "namespaces": ["shop"]},
        }
    ]
}


def _restored(command: str, output: str, rest: str = "$ exit\n") -> tuple[str, str]:
    """Return the output of a command as the rules get it, and what follows."""
    failure = parse(f"{_DENIED}$ {command}\n{output}{rest}")
    assert failure is not None
    shown = restore_responses(failure)
    assert shown.text[slice(*shown.span)] == failure.text[slice(*failure.span)]
    restored = shown.text.partition(f"{command}\n")[2]
    return restored.removesuffix(rest), rest if restored.endswith(rest) else ""


@pytest.mark.parametrize(
    ("command", "output", "response"),
    [
        ("aws iam list-access-keys --query 'AccessKeyMetadata[].[AccessKeyId,Status]'", '[\n  ["AKIAIOSFODNN7EXAMPLE", "Active"],\n  ["AKIAI44QH8DHBEXAMPLE", "Inactive"]\n]\n', _KEYS),
        ("aws iam list-access-keys --query 'AccessKeyMetadata[*].{Id:AccessKeyId,S:Status}' --output text", "AKIAIOSFODNN7EXAMPLE\tActive\nAKIAI44QH8DHBEXAMPLE\tInactive\n", _KEYS),
        # A terminal can show tabs as blanks.
        ("aws iam list-access-keys --query AccessKeyMetadata[].[AccessKeyId,Status] --output text", "AKIAIOSFODNN7EXAMPLE    Active\nAKIAI44QH8DHBEXAMPLE    Inactive\n", _KEYS),
        ("aws iam list-access-keys --query 'AccessKeyMetadata[].[AccessKeyId,Status]' --output table", "-------------------------------------\n|          ListAccessKeys           |\n+-----------------------+-----------+\n|  AKIAIOSFODNN7EXAMPLE |  Active   |\n|  AKIAI44QH8DHBEXAMPLE |  Inactive |\n+-----------------------+-----------+\n", _KEYS),
        ("aws iam list-access-keys --output table", "-------------------------------------\n|          ListAccessKeys           |\n+-----------------------------------+\n||        AccessKeyMetadata        ||\n|+----------------------+----------+|\n||     AccessKeyId      | Status   ||\n|+----------------------+----------+|\n||  AKIAIOSFODNN7EXAMPLE|  Active  ||\n||  AKIAI44QH8DHBEXAMPLE|  Inactive||\n|+----------------------+----------+|\n", _KEYS),
        ("aws eks describe-access-entry --query 'accessEntry.[type,kubernetesGroups]' --output text", "STANDARD\ndevs\tops\n", _ENTRY),
        ("aws eks describe-access-entry --query 'accessEntry.{T:type,G:kubernetesGroups}' --output table", "---------------------\n|DescribeAccessEntry|\n+----+--------------+\n|  T |  STANDARD    |\n+----+--------------+\n||        G        ||\n|+-----------------+|\n||  devs           ||\n||  ops            ||\n|+-----------------+|\n", _ENTRY),
        ("aws eks describe-access-entry --output yaml", "accessEntry:\n  type: STANDARD\n  kubernetesGroups:\n  - devs\n  - ops\n", _ENTRY),
        ("aws eks describe-access-entry --query accessEntry.kubernetesGroups --output yaml", "- devs\n", _GROUPS),
        ("aws eks describe-access-entry --query accessEntry.kubernetesGroups --output text", "devs\n", _GROUPS),
        # A window breaks the line of a list.
        ("aws eks list-access-entries --query 'accessEntries[]' --output text", "arn:aws:iam::111122223333:role/a\tarn:aws:iam::111122223333:role/b\narn:aws:iam::111122223333:role/c\n", {"accessEntries": [f"arn:aws:iam::111122223333:role/{each}" for each in "abc"]}),
        ("aws eks list-associated-access-policies --output table", "----------------------------------------------------------------------------------\n|                          ListAssociatedAccessPolicies                          |\n+--------------------------------------------------------------------------------+\n||                           associatedAccessPolicies                           ||\n|+-----------+------------------------------------------------------------------+|\n||  policyArn|  arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy      ||\n|+-----------+------------------------------------------------------------------+|\n|||                                 accessScope                                |||\n||+----------------------------+-----------------------------------------------+||\n|||  type                      |  namespace                                    |||\n||+----------------------------+-----------------------------------------------+||\n||||                                namespaces                                ||||\n|||+--------------------------------------------------------------------------+|||\n||||  shop                                                                    ||||\n|||+--------------------------------------------------------------------------+|||\n", _SCOPED),
        ("aws iam simulate-principal-policy --output yaml", "EvaluationResults:\n- EvalActionName: s3:GetObject\n  EvalDecision: explicitDeny\n  MatchedStatements:\n  - {SourcePolicyId: guard, SourcePolicyType: IAM Policy}\n  MissingContextValues: []\n", {"EvaluationResults": [{"EvalActionName": "s3:GetObject", "EvalDecision": "explicitDeny", "MatchedStatements": [{"SourcePolicyId": "guard", "SourcePolicyType": "IAM Policy"}], "MissingContextValues": []}]}),
        # Values of several lines, truths, numbers and IDs of accounts.
        ("aws iam get-role --role-name ci --output yaml", "Role:\n  Arn: arn:aws:iam::111122223333:role/ci\n  Description: Builds the images of the shop and of its workers each night,\n    and pushes them\n  MaxSessionDuration: 3600\n  Owner: '111122223333'\n  Note: \"first\\n\\\n    \\ second\"\n  IsOld: false\n", {"Role": {"Arn": "arn:aws:iam::111122223333:role/ci", "Description": "Builds the images of the shop and of its workers each night, and pushes them", "MaxSessionDuration": 3600, "Owner": "111122223333", "Note": "first\n second", "IsOld": False}}),
        # The output is set to YAML in the configuration, and a policy is a part of the response.
        ("aws iam get-role-policy --role-name ci --policy-name s3", "RoleName: ci\nPolicyName: s3\nPolicyDocument:\n  Version: '2012-10-17'\n  Statement:\n  - Effect: Allow\n    Action: s3:*\n    Resource: '*'\n", {"RoleName": "ci", "PolicyName": "s3", "PolicyDocument": _STATEMENTS}),
        ("aws iam get-role --query Role.MaxSessionDuration", "3600\n", {"Role": {"MaxSessionDuration": 3600}}),
        ("aws iam get-role --query 'Role.CreateDate' --output text", "2026-11-18T16:05:09+00:00\n", {"Role": {"CreateDate": "2026-11-18T16:05:09+00:00"}}),
        ("aws sts get-caller-identity --query Account --output text", "111122223333\n", {"Account": "111122223333"}),
        # The output is set to text in the configuration.
        ("aws sts get-caller-identity --query Arn", "arn:aws:iam::111122223333:user/ana\n", {"Arn": "arn:aws:iam::111122223333:user/ana"}),
        ("aws iam list-policy-versions --output text", "VERSIONS\t2026-11-30\tFalse\tv4\nVERSIONS\t2026-08-03\tTrue\tv3\n", {"Versions": [{"CreateDate": "2026-11-30", "IsDefaultVersion": False, "VersionId": "v4"}, {"CreateDate": "2026-08-03", "IsDefaultVersion": True, "VersionId": "v3"}]}),
        ("aws ec2 describe-instances --query 'Reservations[0].Instances[0].MetadataOptions.HttpTokens' --output text", "required\n", {"Reservations": [{"Instances": [{"MetadataOptions": {"HttpTokens": "required"}}]}]}),
        ("aws apigateway get-resources --query 'items[].[path,keys(resourceMethods || `{}`)]'", '[["/orders", ["POST"]]]\n', {"items": [{"path": "/orders"}]}),
        # Statements are of no policy without their document.
        ("aws iam get-role-policy --query PolicyDocument.Statement", '[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]\n', {"PolicyDocument": _STATEMENTS}),
        ("aws iam get-policy-version --query 'PolicyVersion.Document.Statement[]'", '[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]\n', {"PolicyVersion": {"Document": _STATEMENTS}}),
        ("aws logs get-log-events --query 'events[0].message' --output text", "The role  was denied\n", {"events": [{"message": "The role  was denied"}]}),
    ],
)  # fmt: skip
def test_response(command: str, output: str, response: object) -> None:
    for following in ("$ exit\n", "\n$ exit\n", "\nAna  10:44\nI do not see it.\n"):
        restored, rest = _restored(command, output, following)
        assert json.loads(restored) == response
        assert rest == following


@pytest.mark.parametrize(
    ("command", "output"),
    [
        # Whole JSON, and policies, are read as they are.
        ("aws iam get-role --role-name ci", '{"Role": {"RoleName": "ci"}}\n'),
        ("aws iam get-role-policy --query PolicyDocument", '{"Statement": [{"Effect": "Allow", "Action": "s3:*"}]}\n'),
        ("aws iam get-role-policy --query PolicyDocument.Statement[0]", '{"Effect": "Allow", "Action": "s3:*"}\n'),
        ("aws iam get-role-policy --query 'PolicyDocument.Statement[?Effect==`Allow`]'", '[{"Effect": "Allow", "Action": "s3:*"}]\n'),
        # What a filter or a function leaves out is not known, nor which of many lists is empty.
        ("aws iam list-users --query \"Users[?UserName=='ana'].Arn\"", "[]\n"),
        ("aws lambda list-functions --query 'length(Functions)'", "3\n"),
        ("aws ec2 describe-instances --query 'Reservations[].Instances[].IamInstanceProfile'", "[]\n"),
        ("aws iam list-users --query Users[2].Arn", '"arn:aws:iam::111122223333:user/ana"\n'),
        # The output of another program, an error, words of a person, and a query that is not valid.
        ("aws iam list-users --query Users[].Arn | jq length", "3\n"),
        ("aws iam list-users --query Users[].Arn --output text", "Unable to locate credentials\n"),
        ("aws iam get-role --query Role.RoleId", "It printed nothing.\n"),
        ("aws iam get-role --query Role.[ --output text", "AROAEXAMPLEID\n"),
        ("aws iam get-role --query Role.RoleId --output json", "\n"),
        # The script of a pipeline, and the answer of somebody.
        ("aws iam get-role --role-name ci", "Hello Ana: it is gone.\n"),
        # Several responses.
        ("for u in ana bo; do aws iam list-access-keys --user-name $u --query AccessKeyMetadata[].[AccessKeyId,Status] --output text; done", "AKIAIOSFODNN7EXAMPLE\tActive\nAKIAI44QH8DHBEXAMPLE\tInactive\n"),
        ("aws iam get-role --query Role.RoleId --output text", "Nothing at all.\n"),
        # The rows do not fit the query.
        ("aws iam list-users --query Users[].[Arn,UserName] --output text", "a\tb\tc\n"),
        ("aws iam list-users --query Users[].[Arn,UserName] --output table", "-------\n|  L  |\n+-----+\n|  a  |\n+-----+\n"),
        ("aws iam create-access-key --query AccessKey.AccessKeyId", '"AKIAIOSFODNN7EXAMPLE"\n'),
    ],
)  # fmt: skip
def test_unchanged(command: str, output: str) -> None:
    assert _restored(command, output)[0] == output


_DETAILS = """evaluations:
- action: s3:PutObject
  resource: arn:aws:s3:::acme/raw/a
  context: {}
  evaluatedEffect: EXPLICIT_DENY
  checks:
  - checkType: SERVICE_CONTROL_POLICY
    evaluatedEffect: ALLOW
    relevantPolicyTypes: [SERVICE_CONTROL_POLICY]
    matchedPolicies:
    - uri: arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess
      matchedStatements:
      - {sid: All, evaluatedEffect: ALLOW}
  - checkType: PRINCIPAL
    evaluatedEffect: EXPLICIT_DENY
    relevantPolicyTypes: [IDENTITY_BASED_POLICY]
    matchedPolicies:
    - uri: inline-1a2b3c
      matchedStatements:
      - sid: NoRaw
        evaluatedEffect: DENY
policies:
- type: IDENTITY_BASED_POLICY
  inline: true
  uri: inline-1a2b3c
  attachedTo:
  - arn: arn:aws:iam::111122223333:role/loader
requestContext:
  aws:PrincipalArn: [arn:aws:iam::111122223333:role/loader]
"""
_UPLOAD = "An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/loader/1 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::acme/raw/a with an explicit deny in an identity-based policy\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{_UPLOAD}$ aws iam-toolbox get-request-authorization-details --authorization-id 0a1b2c3d4e5f6a7b --output yaml\n{_DETAILS}",
        f"{_UPLOAD}The details:\n\n```yaml\n{_DETAILS}```\n",
        f"$ cat details.yaml\n{_DETAILS}\n{_UPLOAD}",
        _UPLOAD + "".join(f"    {line}\n" for line in _DETAILS.splitlines()),
    ],
    ids=["command", "fence", "file", "indented"],
)  # fmt: skip
def test_authorization_details_in_yaml(text: str) -> None:
    explanation = explain(text)
    assert "the statement NoRaw in an inline policy of the role loader" in explanation.summary
    assert any("service control policies allow it" in each for each in explanation.notes)


def test_types_of_policies_that_allow_are_named_in_the_plural() -> None:
    boundary = "  - checkType: PERMISSIONS_BOUNDARY\n    evaluatedEffect: ALLOW\n    relevantPolicyTypes: [PERMISSIONS_BOUNDARY]\n    matchedPolicies: []\n"
    details = _DETAILS.replace("  - checkType: PRINCIPAL", f"{boundary}  - checkType: PRINCIPAL")
    notes = explain(f"$ cat details.yaml\n{details}\n{_UPLOAD}").notes
    assert any("service control policies and permissions boundaries allow it" in each for each in notes)


def test_other_lists_in_yaml_are_no_authorization_details() -> None:
    text = f"{_UPLOAD}evaluations:\n  nightly: {{}}\n  weekly: off\n"
    assert explain(text).summary == explain(_UPLOAD).summary


_QUERIES = ("a", "a.b", "a[].b", "a[*].[b,c]", "a[].{x:b,y:c.d}", "a.[b,c]", "{x:a,y:b}", "[a,b]", "a[0].b")
_SCALARS = st.one_of(st.text(max_size=8), st.integers(), st.booleans())
_OBJECTS = st.dictionaries(st.sampled_from("abcd"), _SCALARS | st.dictionaries(st.just("d"), _SCALARS))


@given(
    query=st.sampled_from(_QUERIES),
    response=st.dictionaries(st.sampled_from("ab"), st.one_of(_SCALARS, _OBJECTS, st.lists(_OBJECTS))),
)
def test_query_of_the_restored_response_selects_what_was_printed(
    query: str, response: dict[str, Any]
) -> None:
    printed = jmespath.search(query, response)
    restored, _ = _restored(f"aws iam get-role --query '{query}'", f"{json.dumps(printed)}\n")
    if printed is not None and restored != f"{json.dumps(printed)}\n":
        assert jmespath.search(query, json.loads(restored)) == printed


@given(
    st.text(alphabet="|+- \tab\n[]{}\"':,", max_size=200),
    st.sampled_from(["text", "table", "yaml", "json"]),
    st.sampled_from(
        ["list-role-tags", "get-role --query 'Role.[RoleId,Tags]'", "list-roles --query 'Roles[].RoleId'"]
    ),
)
def test_no_output_raises(output: str, form: str, command: str) -> None:
    explain(f"{_DENIED}$ aws iam {command} --output {form}\n{output}")
