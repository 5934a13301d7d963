"""Explain that a copy between buckets was denied the tags of an object, and repeat it without them.

Source: https://docs.aws.amazon.com/cli/latest/reference/s3/cp.html (--copy-props).
"""

from __future__ import annotations

from posixpath import commonpath

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._text import lower_first
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.requirements import required_grants

_FAILED_COPY = lazy_pattern(
    r"(?a)\b(?P<verb>copy|move) failed: (?P<source>s3://\S{1,1100}) to (?P<target>s3://\S{1,1100})"
)
_COPIES = lazy_pattern(r"(?a)\b(?:copy|move)(?: failed)?: s3://(\S{1,1100}) to s3://(\S{1,1100})")
_COPIED = lazy_pattern(r"(?m)^(?:copy|move): s3://([^/\s]{3,63})/\S{1,1100} to s3://([^/\s]{3,63})/")
_COPY_COMMAND = lazy_pattern(
    r"(?a)\baws (?:--[a-z-]{2,30}[ =]\S{1,60} ){0,3}s3 (?:cp|mv|sync) (?:[^\n|;&]{0,400}? )??[\"']?s3://\S{1,600} [\"']?s3://"
)
_TAG_ACTIONS = frozenset({"s3:getobjecttagging", "s3:getobjectversiontagging", "s3:putobjecttagging"})


def copies_tags(denial: Denial) -> bool:
    """Return whether a program made the call for the tags of an object that it copies between buckets."""
    if denial.lowercase_action not in _TAG_ACTIONS:
        return False
    text, called = denial.failure.text, denial.context.command
    is_copy = called is None or called.words[:1] == ("s3",)
    shown = _FAILED_COPY.search(text) or _COPY_COMMAND.search(text)
    return (is_copy and shown is not None) or denial.operation == "CopyObject"


_NO_TAGS = lazy_pattern(
    r"(?:n't|\bnot|\bnever|\bno) (?:use |need |have )?(?:any )?(?:object )?tags\b|\b[Nn]one of [^.\n]{1,40}? ha(?:s|ve) (?:any )?tags\b"
)


def describe_tags_of_copy(denial: Denial) -> str:
    """Return why the AWS CLI reads or sets the tags of an object, which it copies in parts.

    The threshold is multipart_threshold: https://docs.aws.amazon.com/cli/latest/topic/s3-config.html.
    """
    calls = "sets them with a separate call"
    if denial.lowercase_action != "s3:putobjecttagging":
        calls = "reads them with a separate call, whether or not there are tags"
    bucket = (denial.resource or "").rpartition(":")[2].partition("/")[0]
    copied = any(bucket in each.groups() for each in _COPIED.finditer(denial.failure.text))
    others = "Other objects were copied, so s3:GetObject and s3:PutObject are not missing"
    return f"aws s3 copies objects of 8 MB and more in parts, which leaves out the tags, so it {calls}. Smaller objects, and version 1 of the AWS CLI, need no such call. {others if copied else 'The copy itself was not denied'}."


def _find_folders(text: str) -> tuple[str, str] | None:
    """Return the folders from which and to which the lines of a copy of several objects copy."""
    pairs = set(_COPIES.findall(text))
    if len(pairs) <= 1:
        return None
    source, target = (f"{commonpath(each)}/" for each in zip(*pairs, strict=True))
    is_same = all(one.removeprefix(source) == other.removeprefix(target) for one, other in pairs)
    return (source, target) if is_same and source != "/" != target else None


def with_untagged_copy(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy that first repeats a copy without the tags, if it was denied only these."""
    if not copies_tags(denial):
        return remedy
    text, called = denial.failure.text, denial.context.command
    is_whole = called is not None and _COPY_COMMAND.search(called.text) is not None
    again = commands.repeat_command(called, "s3", changes={"copy-props": "metadata-directive"})
    folders, found = _find_folders(text), _FAILED_COPY.search(text)
    if not is_whole and found is not None:
        verb = "mv" if found["verb"] == "move" else "cp"
        paths, option = found.group("source", "target"), ""
        if folders is not None:
            paths, option = (f"s3://{folders[0]}", f"s3://{folders[1]}"), " --recursive"
        again = commands.fill_command(
            f"aws s3 {verb} {{}} {{}}{option} --copy-props metadata-directive", *paths
        )
    if folders is not None and remedy.policy is not None and denial.resource_arn is not None:
        folder = folders["put" in denial.lowercase_action]
        all_objects = f"arn:{denial.resource_arn.partition}:s3:::{folder}*"
        statements = [
            {**each, "Resource": all_objects} if each["Resource"] == denial.resource else each
            for each in remedy.policy["Statement"]
        ]
        steps = tuple(each for each in remedy.steps if not each.startswith(required_grants.NEXT_OBJECTS))
        remedy = attrs.evolve(denial_remedies.with_statements(remedy, statements), steps=steps)
    is_target = denial.lowercase_action == "s3:putobjecttagging"
    other = "s3:GetObjectTagging on the source" if is_target else "s3:PutObjectTagging on the destination"
    by_program = "TaggingDirective=REPLACE in the call CopyObject, which copies tags by default,"
    is_program = denial.operation == "CopyObject" and _COPY_COMMAND.search(text) is None
    option = by_program if is_program else "The option --copy-props metadata-directive"
    first = "With --copy-props, the first command" if again else option
    unused = " It is enough, since you use no tags." if _NO_TAGS.search(text) else ""
    steps = (
        f"{first} leaves out the tags, keeps the metadata, and needs no more permissions.{unused}",
        f"If objects have tags, also allow {other}. {' '.join(remedy.steps[:1])}".rstrip(),
    )
    keep = f"Or, to keep the tags ({remedy.who}):"
    title = remedy.title.partition(", if ")[0]
    return attrs.evolve(
        remedy,
        title=f"Copy without the tags, or {lower_first(title)}",
        who="you" if again else remedy.who,
        steps=(*steps, *remedy.steps[1:]),
        commands=(
            *present(again),
            *(Labelled(keep, each) for each in remedy.commands[:1]),
            *remedy.commands[1:],
        ),
    )
