"""Explain that the S3 backend of Terraform or OpenTofu cannot lock a state, although no permission is missing.

Source: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls import error_kind
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import AwsError

_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/s3#state-locking"
_MAX_CHARS = 2_000
_SIGN = lazy_pattern(r"Error acquiring the state lock|failed to lock s3 state")
_NEXT_ERROR = lazy_pattern(r"\bError: |\bAn error occurred ")
_HELD = lazy_pattern(r"(?:ConditionalCheckFailed|PreconditionFailed)(?:Exception)?")
# Terraform prints these lines in a box, too.
_ID = lazy_pattern(r"\bLock Info:[\s│|]{1,80}ID:[ \t]{1,20}(?P<id>[\w-]{1,64})")
_WHO = lazy_pattern(r"\bWho:[ \t]{1,20}(?P<who>[\w.@\\-]{1,120})")
_OPERATION = lazy_pattern(r"\bOperation:[ \t]{1,20}OperationType(?P<type>Apply|Plan|Refresh|Destroy)\b")
_CREATED = lazy_pattern(
    r"\bCreated:[ \t]{1,20}(?P<date>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d):\d\d(?:\.\d{1,9})? \+0000 UTC"
)
_OTHER_KEY = lazy_pattern(
    r"Missing the key (?P<name>\w{1,255}) in the item|Type mismatch for key LockID expected: (?P<type>[NB]) actual: S\b"
)
STATE_LOCKED = CauseType(
    "state-locked",
    title="A run holds the lock of the Terraform state",
    text="The lock already exists: a run that still works has it, or one that was stopped left it behind.",
    recognised_by="The text is about the state lock, and the code is ConditionalCheckFailedException or PreconditionFailed.",
    fix="Wait for the run that holds the lock, or remove its lock if it has ended.",
    sources=(_BACKEND,),
)
LOCK_TABLE_KEY = CauseType(
    "lock-table-key",
    title="The table for the locks of the Terraform state has another key",
    text="Terraform writes items with the key LockID. The names of keys are case-sensitive.",
    recognised_by="DynamoDB rejects the item of the state lock, because the table has another partition key.",
    fix="Use a table whose partition key is LockID, of type String.",
    sources=(_BACKEND,),
)


def explain_state_lock(case: Case[AwsError]) -> Explanation | None:
    """Explain a lock that a run holds, or a table without the key of locks; return ``None`` for other errors."""
    text, (start, end) = case.failure.text, case.failure.span
    low = max(start - _MAX_CHARS, 0)
    signs = [*_SIGN.finditer(text, low, end)]
    # Another error can follow the one of the lock.
    if not signs or _NEXT_ERROR.search(text, signs[-1].end(), start) is not None:
        return None
    around = text[low : end + _MAX_CHARS]
    if _HELD.fullmatch(clues.error_code(case.failure)) is not None:
        return _explain_held_lock(case, around)
    found = _OTHER_KEY.search(clues.message_text(case))
    return None if found is None else _explain_table_key(case, found["name"], found["type"])


def _explain_held_lock(case: Case[AwsError], text: str) -> Explanation:
    tool = "tofu" if "OpenTofu" in text or "tofu " in text else "terraform"
    found, who = _ID.search(text), _WHO.search(text)
    operation, created = _OPERATION.search(text), _CREATED.search(text)
    run = f"{tool} {operation['type'].lower()}" if operation is not None else "a run"
    owner = clip_text(who["who"]) if who is not None else ""
    of = f" by {owner}" if owner else ""
    where = f" ({owner}, or a job in CI)" if owner else ", in other terminals and in CI"
    since = f", since {created['date']} {created['time']} UTC" if created is not None else ""
    return case.explain(
        f"The Terraform state is locked: {run}{of} holds the lock{since}.",
        STATE_LOCKED.cause("reported", error_kind.code_evidence(case.failure)),
        topic=STATE_LOCKED.code,
        remedies=your_remedy(
            "Wait until that run has ended, or remove its lock if it has ended already",
            f"A run that was killed or cancelled leaves its lock behind. Make sure that this one has ended{where}: two runs at a time can break the state.",
            commands=(
                Labelled("To wait for the lock:", f"{tool} plan -lock-timeout=10m"),
                Labelled(
                    "Only if that run has ended:",
                    commands.fill_command(
                        f"{tool} force-unlock {{}}", "LOCK_ID" if found is None else found["id"]
                    ),
                ),
            ),
        ),
        notes=NOT_A_DENIAL,
    )


def _explain_table_key(case: Case[AwsError], name: str | None, written: str | None) -> Explanation:
    key = f"its partition key is {name}, and Terraform writes LockID"
    if name is None:
        key = f"its partition key LockID has the type {written}, and Terraform writes a String (S)"
    return case.explain(
        f"The DynamoDB table of the backend cannot hold locks: {key}.",
        LOCK_TABLE_KEY.cause("reported", error_kind.code_evidence(case.failure)),
        topic=LOCK_TABLE_KEY.code,
        remedies=account_remedy(
            "Use a table with the partition key LockID",
            "The key of a table cannot be changed, so create another one, and name it in the backend (dynamodb_table). Then run terraform init -reconfigure.",
            "Or, from Terraform 1.10, lock with a file in the bucket instead: use_lockfile = true.",
            commands="aws dynamodb create-table --table-name TABLE_NAME --attribute-definitions AttributeName=LockID,AttributeType=S --key-schema AttributeName=LockID,KeyType=HASH --billing-mode PAY_PER_REQUEST",
        ),
        notes=NOT_A_DENIAL,
    )
