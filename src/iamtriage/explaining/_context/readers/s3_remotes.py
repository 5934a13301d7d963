"""Find the bucket and key where programs have a notation of their own for them: rclone, and programs that mount buckets."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.s3_locations import BUCKET, WRITES, Location
from iamtriage.explaining._context.values import Stated

# A remote of rclone has the name that its configuration gives it: https://rclone.org/s3/#configuration
_RCLONE = lazy_pattern(r"(?a)\brclone (?P<verb>[a-z]{2,12}) [^\n]{0,600}")
_REMOTE = lazy_pattern(
    rf"(?a)(?<=[\s\"'])(?!arn:)(?P<name>:?[\w-]{{1,40}}(?:,[^\s:]{{1,200}})?):(?P<bucket>(?=[0-9.-]{{0,60}}[a-z]){BUCKET})(?:/(?P<path>[^\s\"'`]{{0,1024}}))?(?=[\s\"'`]|$)"
)
_REMOTE_OF_S3 = lazy_pattern(r"(?i)s3|aws")
_OBJECT_OF_REMOTE = lazy_pattern(
    r"\b(?:ERROR|NOTICE)[ \t]{0,4}: (?P<key>(?!S3 )[^\n:]{1,400}): (?:Failed|Couldn't|Can't|Not |[Ee]rror)"
)
# A copy within S3 needs both sides.
_OF_ONE_SIDE = {"GetObject", *WRITES} - {"CopyObject", "UploadPartCopy"}
_OF_OBJECTS = frozenset({"cat", "copyto", "copyurl", "deletefile", "moveto", "rcat"})
# The programs that mount a bucket, or a folder of it.
_MOUNT = lazy_pattern(
    rf"(?a)(?:^|[\s/])(?:mount-s3|s3fs)(?: -[^\n]{{0,200}}?)? (?P<bucket>{BUCKET})(?::/?(?P<path>[^\s\"'`:]{{0,400}}))? (?=[~./$])"
)


def find_remote(text: str, operation: str | None = None) -> Location | None:
    r"""Return the location in S3 that a command of rclone names, or that a program mounts, if there is only one.

    >>> location = find_remote("rclone copy a b:backups/daily\nERROR : x/1.gz: Failed to copy: S3: 403", "PutObject")
    >>> location.bucket.value, location.key.value
    ('backups', 'daily/x/1.gz')
    """
    mounts = {each.group("bucket", "path"): each[0] for each in _MOUNT.finditer(text)} if "s3" in text else {}
    if len(mounts) == 1:
        [((bucket, path), words)] = mounts.items()
        prefix = Stated(f"{path.strip('/')}/", words.strip()) if path else None
        return Location(Stated(bucket, words.strip()), prefix=prefix)
    lines = list(_RCLONE.finditer(text)) if "rclone " in text else []
    remotes = [each for line in lines for each in _REMOTE.finditer(line[0])]
    remotes = [each for each in remotes if _REMOTE_OF_S3.search(each["name"])] or remotes
    found = list({each.group("bucket", "path"): each for each in remotes}.values())
    if len(found) == 2 and len(lines) == 1 and operation in _OF_ONE_SIDE:
        found = found[:1] if operation == "GetObject" else found[1:]
    if len(found) != 1 or "S3" not in text:
        return None
    [remote], names = found, {each["key"] for each in _OBJECT_OF_REMOTE.finditer(text)}
    words, path = remote[0], (remote["path"] or "").strip("/")
    folder = f"{path}/" if path and lines[0]["verb"] not in _OF_OBJECTS else path
    name = only_one(names) if folder == "" or folder.endswith("/") else ""
    bucket, key = Stated(remote["bucket"], words), Stated(f"{folder}{name or ''}", words)
    return Location(bucket, prefix=key if folder else None) if name is None else Location(bucket, key)
