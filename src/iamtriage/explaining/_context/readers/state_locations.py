"""Find the bucket in which Terraform keeps a state, if an error about the state does not name it."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.s3_locations import Location
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._context.values import Stated

_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# What Terraform prints if it cannot read or write a state, whose place is in the block of the backend or, for another
# state, of the data source.
_OF_STATE = lazy_pattern(r"\b[Ee]rror (?:refreshing|loading|saving) (?P<remote>the remote )?state: (?!\d)")


def find_state(line: str, text: str) -> Location | None:
    """Return where the state of Terraform is, if a line is about it and the code has one backend or data source."""
    error = _OF_STATE.search(line) if "tate: " in line else None
    if error is None or "S3 bucket" in line:
        return None  # newer versions name the bucket and the key
    is_remote = error["remote"] is not None
    kind, label = ("data", "terraform_remote_state") if is_remote else ("backend", "s3")
    block = only_one(find_blocks(text, kind, label))
    if block is not None and is_remote:
        block = next(iter(block.find_nested("config")), block)
    bucket, key = (None, None) if block is None else map(block.text_of, ("bucket", "key"))
    if bucket is None or re.fullmatch(_BUCKET, bucket) is None:
        return None
    words = f'bucket = "{bucket}"'
    return Location(Stated(bucket, words), None if key is None else Stated(key.lstrip("/"), f'key = "{key}"'))
