"""Explain that a program creates an existing bucket, because it does not check first or is not allowed to.

Sources: https://rclone.org/s3/#s3-no-check-bucket, https://docs.terragrunt.com/features/state-backend and
https://docs.nextcloud.com/server/stable/admin_manual/configuration_files/primary_storage.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import lower_first, quote_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._grants import Grant

BUCKET_EXISTS = CauseType(
    "bucket-exists-already",
    title="The program creates the bucket, which exists already",
    meaning="Some programs create the bucket before they use it, unless they find it. rclone does so before each upload.",
    recognised_by="s3:CreateBucket was denied, and the text says that the bucket exists or is used otherwise, or that rclone copies.",
    fix="Turn the check or creation of the bucket off in the program.",
    sources=("https://rclone.org/s3/#s3-no-check-bucket",),
    subject="denials",
)
_EXISTS = lazy_pattern(
    r"(?i:\bbuckets?\b(?:(?!\b(?:no|not|never)\b|n't\b)[^.\n]){0,60}\b(?:(?:already )?exists?(?: already)?|is (?:already )?there|was created)\b(?!\?)|\bexisting bucket\b|\bbucket that (?:is|exists|already)\b)"
)
_USE = lazy_pattern(
    r"\baws s3(?:api)? (?:cp|ls s3:|sync|mv|put-object|get-object|list-objects(?:-v2)?|head-bucket)\b"
)
# Words that say that a person creates a bucket, not a program on its own.
_CREATES = lazy_pattern(
    r"\baws s3 mb\b|\baws s3api create-bucket\b|\brclone mkdir\b|\baws_s3_bucket\.|AWS::S3::Bucket\b"
)
_NAME = lazy_pattern(r"(?<![\w.-])[a-z0-9]{1,40}(?:[.-][a-z0-9]{1,40}){1,8}(?![\w.-])")
# What a program is, how it is told not to create the bucket, where, and an option of the command for the same.
_PROGRAMS = (
    (
        lazy_pattern(r"\brclone\b|\bfailed to prepare upload\b"),
        "rclone",
        "no_check_bucket = true",
        "Add the line to the section of the remote in rclone.conf. Or set --s3-no-check-bucket, or RCLONE_S3_NO_CHECK_BUCKET=true.",
        "Before an upload, rclone creates the bucket, unless no_check_bucket is set.",
        BUCKET_EXISTS.sources[0],
    ),
    (
        lazy_pattern(r"\bterragrunt\b"),
        "Terragrunt",
        "disable_init = true",
        "Add it to the block remote_state. Versions since 0.77 create the bucket only with --backend-bootstrap: leave that out.",
        "Terragrunt creates the bucket of the state if it does not find it.",
        "https://docs.terragrunt.com/features/state-backend",
    ),
    (
        lazy_pattern(r"(?i:\bnextcloud\b)"),
        "Nextcloud",
        "'verify_bucket_exists' => false",
        "Add it to the arguments of objectstore in config.php.",
        "Nextcloud checks that the bucket exists, and creates it if it does not find it.",
        "https://docs.nextcloud.com/server/stable/admin_manual/configuration_files/primary_storage.html",
    ),
)


def _is_other(words: str, bucket: str) -> bool:
    """Return whether words name another bucket, or that of something else."""
    return bucket not in words and (_NAME.search(words) is not None or " of " in words)


def add_existing_bucket(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the bucket exists, so that s3:CreateBucket is not needed, if the text shows it or the program is known."""
    text = denial.failure.text
    if _CREATES.search(text) is not None:
        return explanation
    program = next((each for each in _PROGRAMS if each[0].search(text)), None)
    bucket = bucket_argument(denial)
    runs = (each.command.text for each in find_runs(denial.failure) if each.has_succeeded)
    shown = next((each for each in runs if bucket in each), None)
    said = next((each for each in find_said(text, _EXISTS) if not _is_other(each[0], bucket)), None)
    works = find_working(text, _USE)
    works = None if works is None or _is_other(works.partition("s3://")[2], bucket) else works
    because = present(
        f"The text shows that {shown} worked: it sends no CreateBucket." if shown else None,
        f"The text says {quote_words(works)}: such a call sends no CreateBucket." if works else None,
        f"The text says {quote_words(said[0])}." if said else None,
    )
    if not because and (program is None or program[1] != "rclone"):
        return explanation
    name, cause = "the program", "The program creates the bucket because it does not find it."
    remedy: Remedy | None
    if program is not None:
        name, cause = program[1], program[4]
        remedy = your_remedy(
            f"Set {program[2]} for {name}", program[3], "The policies stay as they are.", url=program[5]
        )
    else:
        step = "Most programs look for it with HeadBucket, which this action allows. Or turn the creation of the bucket off in the program."
        remedy = allow_remedy(
            denial,
            grant=Grant("s3:ListBucket", (f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}",)),
            title="Allow s3:ListBucket, so that the program finds the bucket",
            first_step=step,
        )
    if remedy is None:
        return explanation
    verdict = f"{name} tries to create the bucket{', which exists' if because else ''}"
    more = (
        ()
        if because
        else tuple(
            attrs.evolve(each, title=f"Or, if the bucket does not exist: {lower_first(each.title)}")
            for each in explanation.remedies[:1]
        )
    )
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(
            BUCKET_EXISTS.cause("derived" if because else "possible", because, text=cause),
            *explanation.causes,
        ),
        remedies=(remedy, *more),
        notes=(
            f"s3:CreateBucket is not needed{'' if because else ' for a bucket that exists'}: reading and writing objects requires other actions.",
        ),
    )
