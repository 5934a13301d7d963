"""Remedies follow what the text says of the work, of other values that work, and of the resource that does not exist yet."""

from __future__ import annotations

from typing import NamedTuple

from iamtriage import explain
from tests.tables import check_rows


class _Row(NamedTuple):
    text: str
    shown: tuple[str, ...]
    hidden: tuple[str, ...] = ()


_CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.\n"
)
_STEP = "      - uses: aws-actions/configure-aws-credentials@v5\n        with:\n          role-to-assume: arn:aws:iam::{}:role/{}\n"
_STEPS = f"Error: Could not assume role with user credentials: {_CHAINED}{_STEP.format('111122223333', 'entry')}{_STEP.format('444455556666', 'loader')}          role-chaining: true\n          role-duration-seconds: 7200\n"
_KEY_OF_USER = "          aws-access-key-id: ${{ secrets.KEY }}\n"
_DENIED = "An error occurred (AccessDeniedException) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: {} on resource: {}"
_MODEL = (
    _DENIED.format(
        "Converse", "bedrock:InvokeModel", "arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0"
    )
    + " with an explicit deny in a service control policy\n"
)
_KEY = "arn:aws:kms:eu-west-1:444455556666:key/11111111-2222-3333-4444-555555555555"
_OF_KEY = " because no resource-based policy allows the {} action\naws s3 cp a.tar s3://trips/a.tar\n"
_UPLOAD = _DENIED.format("PutObject", "kms:GenerateDataKey", _KEY) + _OF_KEY.format("kms:GenerateDataKey")
_RCP = '\n{{"Sid": "Own", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{"StringNotEqualsIfExists": {{"{}": "{}"}}}}}}'
_OUTSIDE = (
    _DENIED.format("GetObject", "s3:GetObject", "arn:aws:s3:::trips/a.csv")
    + " with an explicit deny in a resource control policy"
)
_SENT = (
    _DENIED.format("SendEmail", "ses:SendEmail", "arn:aws:ses:eu-west-1:111122223333:configuration-set/main")
    + " because no identity-based policy allows the ses:SendEmail action\n"
)
_SENDING = '{"Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": "arn:aws:ses:eu-west-1:111122223333:identity/films.example"}'

_ROWS = {
    "steps": _Row(_STEPS, ("the role loader: role chaining, here from the role entry", "Do this first: Request at most one hour"), ("the role entry must trust",)),
    "long-steps": _Row(
        f"{_STEPS}The reload takes an hour and a half.",
        ("Do this first: Let the job's OIDC token assume loader directly, without entry", "In account 444455556666"),
    ),
    "steps-with-key": _Row(
        _STEPS.replace("role/entry\n", f"role/entry\n{_KEY_OF_USER}"), ("The role loader must trust",), ("OIDC token assume loader",)
    ),
    "raised-role": _Row(
        f"arn:aws:iam::111122223333:role/entry assumes arn:aws:iam::444455556666:role/loader\nAn error occurred (ValidationError) when calling the AssumeRole operation: {_CHAINED}$ aws iam update-role --role-name loader --max-session-duration 7200\n",
        ("for the role loader",),
    ),
    "geographic-profile": _Row(
        f"{_MODEL}us.amazon.nova-2-lite-v1:0 works, global.amazon.nova-2-lite-v1:0 does not. The Deny compares aws:RequestedRegion.",
        ("Use the inference profile us.amazon.nova-2-lite-v1:0 instead of the global one", "aws:RequestedRegion is unspecified"),
        ("other than us.",),
    ),
    "global-profile": _Row(f"{_MODEL}model: global.amazon.nova-2-lite-v1:0", ("a profile other than global.",)),
    "upload": _Row(
        f'{_UPLOAD}"KeyManager": "AWS"', ("aws s3api put-bucket-encryption --bucket trips", "aws iam put-role-policy"), ("onto itself",)
    ),
    "upload-with-keys": _Row(
        f'{_UPLOAD}Our role has kms:GenerateDataKey on arn:aws:kms:eu-west-1:444455556666:key/*.\n"KeyManager": "AWS"',
        ("put-bucket-encryption",),
        ("aws iam put-role-policy",),
    ),
    "download": _Row(
        f'{_DENIED.format("GetObject", "kms:Decrypt", _KEY)}{_OF_KEY.format("kms:Decrypt")}"KeyManager": "AWS"',
        ("Copy each object onto itself",),
        ("put-bucket-encryption",),
    ),
    "outside": _Row(
        _OUTSIDE + _RCP.format("aws:PrincipalOrgID", "o-ab12cd34ef"),
        ("Add account 111122223333 to aws:PrincipalAccount in the statement Own", '"aws:PrincipalAccount": "111122223333"'),
        ("Call as a principal",),
    ),
    "listed-account": _Row(
        _OUTSIDE + _RCP.format("aws:PrincipalAccount", "111122223333"), (), ("Add account 111122223333",)
    ),
    "option": _Row(
        f'{_SENT}// mail.ts\nsend({{ ConfigurationSetName: "main" }})\n\ntask role policy "films-mail":\n{_SENDING}',
        ("the policy films-mail allows it only on identity/", "ConfigurationSetName of the call names that one", "calls can need both"),
        ("mail.ts",),
    ),
    "file": _Row(f"{_SENT}# mail.json\n{_SENDING}", ("the policy in mail.json",), ("of the call names",)),
}  # fmt: skip


@check_rows("row", _ROWS.values(), ids=_ROWS)
def test_way_out(row: _Row) -> None:
    words = " ".join(str(explain(row.text)).split())
    assert [each for each in row.shown if each not in words] == []
    assert [each for each in row.hidden if each in words] == []
