"""Correct a pattern of a policy that most likely means an ARN and does not match it, and the line that has it.

A reference in the pattern may stand for anything, so a pattern is wrong only if it does not match with all of them open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import Labelled
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import TERRAFORM
from iamtriage.explaining._rules.shared.texts.unfilled_placeholders import fill_in
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.unknown_values import widen

_PARTS = ("arn", "partition", "service", "Region", "account")
_RESOURCE, _ACCOUNT = 5, 4
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
_OBJECT = "object"
_LENGTH, _SWAPPED, _MAX_MARKS = 12, 2, 20
# What AWS generates when it creates a resource, such as the UUID of an MSK cluster or the ID of a load balancer.
_GENERATED = lazy_pattern(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d{1,3})?|(?=[a-f]*\d)[0-9a-f]{16,36}"
)
_TYPE = lazy_pattern(r"(?P<type>[A-Za-z][A-Za-z-]{1,40})(?P<separator>[:/])(?P<rest>.*)")
_SESSION = lazy_pattern(
    r"arn:(?P<partition>aws[a-z-]{0,12}):sts::(?P<account>[0-9]{12}):assumed-role/(?P<name>[\w+=,.@-]{1,64})(?:/[\w+=,.@*-]{0,64})?"
)
# What has a path in its ARN.
_PATH = lazy_pattern(
    r"(?P<type>role|user|group|policy|instance-profile)/(?P<path>(?:[^/*]{1,128}/){1,8})[^/*]{1,128}"
)
_WORDS = {":": "a colon", "/": "a slash"}
_ASSIGNED = lazy_pattern(r"\s{0,40}(?:\"[^\"\n]{1,300}\"|[\w.:/-]{1,60})\s{0,20}=(?!=)")
# What ends a string in code, and no ARN that people write in a policy has.
_ENDS_STRING = lazy_pattern(r"[\"'\\`\n]")
_CLOUDFORMATION = lazy_pattern(
    r"\bAWS::[A-Z]\w{1,40}::[A-Z]|\b(?i:cloudformation)\b|\bAWSTemplateFormatVersion\b"
)


class Correction(NamedTuple):
    """A value that the request has in place of that of a policy.

    Attributes:
        value: The corrected value.
        reason: Why no request has the other one, as the end of a sentence.
        is_slip: Whether the other value cannot be meant for another resource.
    """

    value: str
    reason: str
    is_slip: bool = True


_MIN_LETTERS, _LETTERS = 5, lazy_pattern(r"[^\W_]+")


def describe_slip(written: str, meant: str) -> str:
    """Return what is wrong with an account ID that differs from another one by a typing error, or an empty string.

    >>> describe_slip("111122223332", "111122223333"), describe_slip("111212223333", "111122223333")
    ('digit 12 is wrong', 'digits 4 and 5 are swapped')
    >>> describe_slip("1" * 12, "2" * 12)
    ''
    """
    if not (len(written) == len(meant) == _LENGTH):
        return ""
    at = [index for index, digit in enumerate(written) if digit != meant[index]]
    if len(at) == 1:
        return f"digit {at[0] + 1} is wrong"
    is_swapped = len(at) == _SWAPPED and [written[each] for each in at] == [meant[each] for each in at[::-1]]
    return f"digits {at[0] + 1} and {at[1] + 1} are swapped" if is_swapped else ""


def differ_in_letter(first: str, second: str) -> bool:
    """Return whether names of five or more letters differ in one letter or hyphen, or in the order of two.

    >>> [differ_in_letter("release", each) for each in ("releases", "relaese", "re-lease", "relapse")]
    [True, True, True, False]
    >>> differ_in_letter("team-a", "team-b")
    False
    """
    start = _count_shared(first, second)
    end = _count_shared(first[start:][::-1], second[start:][::-1])
    rest = (first[start : len(first) - end], second[start : len(second) - end])
    is_short = all(len(each) <= 1 for each in rest) or (len(rest[0]) == 2 and rest[0] == rest[1][::-1])
    letters = "".join(rest).replace("-", "").replace("_", "")
    # A word of one letter is hardly a typo of another one.
    words = {*_LETTERS.findall(first)} ^ {*_LETTERS.findall(second)}
    is_long = min(len(first), len(second)) >= _MIN_LETTERS and all(len(each) > 1 for each in words)
    return is_short and is_long and (letters.isalpha() or not letters)


def _count_shared(first: str, second: str) -> int:
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def correct_pattern(pattern: str, arn: str) -> Correction | None:
    """Return a pattern for ARNs, corrected to match an ARN, if only one thing in it is wrong.

    >>> alarm = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu"
    >>> correct_pattern("arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm/*", alarm)
    Correction(value='arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*', reason='an ARN of this type has a colon after alarm, not a slash', is_slip=True)
    >>> correct_pattern("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:disk", alarm) is None
    True
    """
    if matches(arn, compile_glob(widen(pattern))):
        return None
    if (filled := fill_in(pattern, arn)) is not None:
        return Correction(filled[0], f"nobody filled in {filled[1]}")
    session = _SESSION.fullmatch(pattern)
    if session is not None and arn.startswith(f"arn:{session['partition']}:iam::{session['account']}:role/"):
        is_same = arn.rpartition("/")[2] == session["name"]
        return Correction(arn, "that is the ARN of a session, not of its role") if is_same else None
    parts, actual = _split(pattern), _split(arn)
    if len(parts) != len(actual) or len(parts) != _RESOURCE + 1:
        return None
    for index in range(1, _RESOURCE):
        if parts[index] == actual[index]:
            continue
        changed = ":".join((*parts[:index], actual[index], *parts[index + 1 :]))
        if matches(arn, compile_glob(widen(changed))):
            if actual[2] == "bedrock" and not actual[index]:
                # The model of a global inference profile: that of a Region is meant, too.
                return None
            return Correction(changed, *_describe_part(index, parts[index], actual[index]))
    start = ":".join(parts[:_RESOURCE])
    with_path = _PATH.fullmatch(actual[_RESOURCE]) if actual[2] == "iam" else None
    if with_path is not None and "/" not in parts[_RESOURCE].removeprefix(with_path["type"] + "/"):
        name = parts[_RESOURCE].removeprefix(with_path["type"] + "/")
        changed = f"{start}:{with_path['type']}/{with_path['path']}{name}"
        if matches(arn, compile_glob(widen(changed))):
            # Names are unique, whatever the path.
            noun = with_path["type"].replace("-", " ")
            return Correction(changed, f"that lacks the {noun}'s path, {with_path['path']}")
    for resource, reason in _correct_resource(
        parts[_RESOURCE], actual[_RESOURCE], is_bucket=actual[2] == "s3" and not actual[_ACCOUNT]
    ):
        changed = f"{start}:{resource}"
        if matches(arn, compile_glob(widen(changed))):
            return Correction(changed, reason)
    return None


def _split(arn: str) -> list[str]:
    """Return the parts of an ARN. The pseudo parameters of CloudFormation contain colons."""
    return [each.replace("\0", "::") for each in arn.replace("AWS::", "AWS\0").split(":", _RESOURCE)]


def _describe_part(index: int, written: str, actual: str) -> tuple[str, bool]:
    """Return what is wrong with a part of an ARN, and whether it cannot be meant."""
    name = _PARTS[index]
    if name == "account" and not actual:
        # So has each ARN of the type, or what AWS owns.
        return "the ARN of the denied resource has no account", True
    if not actual or not written:
        return f"an ARN of this type has {'a' if actual else 'no'} {name}", True
    slip = describe_slip(written, actual) if index == _ACCOUNT else ""
    likely = f": most likely, {slip}" if slip else ""
    # No account has resources in two partitions.
    return (
        f"the {name} is {clip_text(actual)}, not {clip_text(written)}{likely}",
        bool(slip) or name == "partition",
    )


def _correct_resource(written: str, actual: str, *, is_bucket: bool) -> Iterator[tuple[str, str]]:
    """Yield how the last part of a pattern can be meant, and what is wrong with it."""
    yield written.replace("//", "/"), "it has two slashes where the ARN has one"
    for found in islice(re.finditer("[:/]", written), _MAX_MARKS):
        at, new = found.start(), "/" if found[0] == ":" else ":"
        before = re.split("[:/]", written[:at])[-1]
        after = f" after {clip_text(before)}" if before and "*" not in before else ""
        yield (
            f"{written[:at]}{new}{written[at + 1 :]}",
            f"an ARN of this type has {_WORDS[new]}{after}, not {_WORDS[found[0]]}",
        )
    if is_bucket:
        return  # which has no type
    marks = re.findall("[:/]", actual)
    names = re.split("[:/]", actual)
    shown = re.split("([:/])", written)
    for index, name in enumerate(names[:_MAX_MARKS]):
        if name == _OBJECT and 1 < index <= len(shown) // 2:
            before, rest = "".join(shown[: index * 2 - 1]), "".join(shown[index * 2 - 1 :])
            yield (
                f"{before}/{name}{rest}",
                "it lacks /object/, which precedes the key in an ARN of this type",
            )
        if not _GENERATED.fullmatch(name) or index * 2 > len(shown) or not index:
            continue
        # What precedes the ID stays, and so does what follows it.
        before, rest = "".join(shown[: index * 2 - 1]), "".join(shown[index * 2 - 1 :])
        lacks = f"it lacks the generated ID {name} after {clip_text(names[index - 1])}"
        yield f"{before}{marks[index - 1]}{name}{rest}", lacks
    found_type = _TYPE.fullmatch(actual)
    if found_type is not None:
        prefix = f"{found_type['type']}{found_type['separator']}"
        yield f"{prefix}{written.removeprefix('/')}", f"it lacks {prefix} before the name"
    own = _TYPE.fullmatch(written)
    if own is not None and len(names) == 1 and not own["rest"].startswith("*"):
        # Only a name is left, as in the ARN of a queue, and no wildcard for all of them.
        yield own["rest"], f"an ARN of this type has no {own['type']}{own['separator']} before the name"


# In the policy that a command prints: for an element with one value, the new one joins it as a list.
_REPLACE = "jq --arg old {} --arg new {} 'walk(if . == $old then $new else . end)'"
_ADD = "jq --arg old {} --arg new {} 'walk(if . == $old then [$old, $new] elif type == \"array\" then flatten else . end)'"


def replace_value_remedy(
    usual: Remedy, title: str, steps: Sequence[str], old: str, new: str, *, keeps_old: bool = False
) -> Remedy:
    """Return the remedy that replaces one value of a policy, or adds another one to it.

    Args:
        usual: The remedy that adds a statement: its first command prints the policy, and its last one replaces it.
        title: The remedy in a few words.
        steps: What else to know.
        old: The value.
        new: The value as it has to be.
        keeps_old: Whether the old value stays, too.
    """
    lines = tuple(each for each in usual.commands if not each.startswith("aws iam put-"))
    return attrs.evolve(
        usual,
        title=title,
        steps=tuple(steps),
        commands=(
            f"{lines[0]} > old-policy.json",
            f"{fill_command(_ADD if keeps_old else _REPLACE, old, new)} old-policy.json > policy.json",
            Labelled.required("Check policy.json, then replace the policy:", lines[-1]),
        ),
        policy=None,
        is_addition=False,
    )


class WrittenLine(NamedTuple):
    """A line of a template or of code that has a value.

    Attributes:
        text: The line with the corrected value.
        is_hcl: Whether it is Terraform's.
        is_template: Whether it is CloudFormation's.
    """

    text: str
    is_hcl: bool
    is_template: bool


def find_only_line(text: str, pattern: re.Pattern[str]) -> str:
    """Return the only line of a text in which a pattern occurs, without its indentation, or an empty string."""
    return only_one({each.strip() for each in text.split("\n") if pattern.search(each)}, "")


_LOGICAL = lazy_pattern(r"\$\{(?P<name>[A-Za-z][A-Za-z0-9]{0,254})(?:\.(?P<attribute>[A-Z]\w{0,40}))?\}")


def spell_references(text: str, old: str, new: str) -> tuple[str, str]:
    r"""Return a reference and the one in its place as the template of a text writes them, unchanged if it has no such reference.

    >>> spell_references("aws:SourceArn: !Ref In", "${In}", "${In.Arn}")
    ('!Ref In', '!GetAtt In.Arn')
    """
    found, corrected = _LOGICAL.fullmatch(old), _LOGICAL.fullmatch(new)
    if old in text or found is None or corrected is None:
        return old, new
    name, attribute = found["name"], found["attribute"]
    short, function, argument = "Ref", '"Ref"', rf'"{name}"'
    if attribute:
        short, function, argument = "GetAtt", '"Fn::GetAtt"', rf'\[\s?"{name}",\s?"{attribute}"\s?\]'
    whole = rf"{name}\.{attribute}" if attribute else name
    written = rf"!{short} {whole}(?![\w.])|\{{\s?{function}\s?:\s?{argument}\s?\}}"
    spelled = only_one({each[0] for each in re.finditer(written, text)})
    if spelled is None:
        return old, new
    name, attribute = corrected["name"], corrected["attribute"]
    if spelled.startswith("!"):
        return spelled, f"!GetAtt {name}.{attribute}" if attribute else f"!Ref {name}"
    return spelled, f'{{"Fn::GetAtt": ["{name}", "{attribute}"]}}' if attribute else f'{{"Ref": "{name}"}}'


def correct_line(text: str, old: str, new: str, *, keeps_old: bool = False) -> WrittenLine | None:
    r"""Return the only line of a text that has a value, with another one in its place, or after it in a list.

    >>> correct_line('Condition:\n  ArnLike:\n    aws:SourceArn: arn:aws:s3:::in/*', "arn:aws:s3:::in/*", "arn:aws:s3:::in").text
    'aws:SourceArn: arn:aws:s3:::in'
    >>> correct_line('denied on arn:aws:sqs:::a.fifo\nResource: arn:aws:sqs:::a', "arn:aws:sqs:::a", "arn:aws:sqs:::a.fifo").text
    'Resource: arn:aws:sqs:::a.fifo'
    """
    if not old or _ENDS_STRING.search(new):
        return None
    old, new = spell_references(text, old, new)
    if old not in text and old.startswith("${") and old.endswith("}"):
        # An expression of HCL outside of a string.
        is_expression = new.startswith("${") and new.endswith("}") and new.count("${") == 1
        old, new = old[2:-1], new[2:-1] if is_expression else f'"{new}"'
    pattern = re.compile(rf"(?<![\w/:-]){re.escape(old)}(?![\w/*-]|\.\w|:\S)")
    line = find_only_line(text, pattern) or find_only_line(
        text, re.compile(rf"(?=[^\n]{{0,80}}\bSourceArn\b)[^\n]{{0,400}}?{pattern.pattern}")
    )
    if not line:
        return None
    is_hcl = _ASSIGNED.match(line) is not None and TERRAFORM.search(text) is not None
    # In YAML, an unquoted * is a reference.
    bare = new.startswith("*") and re.search(rf"[:-]\s{{1,8}}{re.escape(old)}\s*\Z", line) is not None
    corrected = pattern.sub(lambda _: f'"{new}"' if bare else new, line)
    if keeps_old:
        quoted = re.compile(rf"(?P<alone>[:=]\s{{0,8}})?\"{re.escape(old)}\"")
        listed = f'"{old}", "{new}"'
        corrected, count = quoted.subn(
            lambda found: f"{found['alone']}[{listed}]" if found["alone"] else listed, line
        )
        if count != 1:
            return None
    return WrittenLine(corrected, is_hcl, _CLOUDFORMATION.search(text) is not None)


def correct_line_remedy(
    text: str,
    title: str,
    changes: Sequence[tuple[str, str]],
    *steps: str | None,
    build: Callable[..., Remedy] = owner_remedy,
    keeps_old: bool = False,
) -> Remedy | None:
    """Return the remedy that corrects lines of a template or of code, which would undo a change of the policy alone.

    Args:
        text: The text.
        title: The remedy in a few words.
        changes: The values and the corrected ones.
        steps: What else to know.
        build: Who carries it out.
        keeps_old: Whether the values stay, next to the corrected ones.
    """
    lines = [correct_line(text, old, new, keeps_old=keeps_old) for old, new in changes]
    found = [each for each in lines if each is not None]
    if not found or len(found) != len(lines):
        return None
    is_hcl = all(each.is_hcl for each in found)
    deploy = None
    if not is_hcl:
        deploy = f"Then deploy the {'stack' if found[0].is_template else 'code'}. The next deployment undoes a change that is only in AWS."
    return build(
        title,
        *steps,
        deploy,
        manifest="\n".join(each.text for each in found),
        manifest_language="hcl" if is_hcl else "yaml",
        commands="terraform apply" if is_hcl else None,
    )
