"""Explain that S3 answers 403 for an object that does not exist, as it does to a caller who may not list the bucket.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, line_start, quote_words
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.command_runs import CommandRun, find_runs
from iamtriage.explaining._context.readers.object_listings import find_listings
from iamtriage.explaining._context.readers.s3_locations import find_location
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.denials.s3 import buckets
from iamtriage.explaining._rules.denials.s3.s3_contrasts import is_alike
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_allowing_policy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._readers.elements import as_strings

_LIST = "s3:ListBucket"
_DIGITS = lazy_pattern(r"\d+")
_CHECK = "The command, with credentials that may list the bucket, shows whether the object exists: if it prints its size, look at the bucket policy and the KMS key instead."
_ACCOUNT_ID = lazy_pattern(r"(?<!\d)[0-9]{12}(?!\d)")
_OTHER_REASON = lazy_pattern(
    r"(?i:kms|\b(?:(?:an)?other|different|partner(?:'?s)?|vendor(?:'?s)?|customer(?:'?s)?|their) (?:AWS )?account\b|\bcross-account\b)"
)
_OTHERWISE = "S3 gives no reason: if the object exists, a policy denies the call, or the caller lacks kms:Decrypt on the object's KMS key."
# What another caller, who may list the bucket, gets for the same object.
_ABSENT = lazy_pattern(
    r"(?i:\b(?:locally|laptop|admin|root|elsewhere|other (?:role|user|account))\b[^\n.]{0,60}?\b(?:(?:returns?|gives?|gets?|says?) (?:a )?(?:false|none|404|not found)|NoSuchKey|404)\b)"
)
# What the reader or the code expects of S3 for an object that is not there.
_EXPECTS_404 = lazy_pattern(
    r"(?i:\b(?:instead of|rather than|(?:and|but) not|expect(?:s|ed|ing)?|want(?:s|ed)?|should (?:be|get|give|return)) (?:(?:to get|the|an?|HTTP|status) ){0,3}404\b)"
    r"|\b(?:catch(?:es|ing)?|except|handl(?:e|es|ing))\b[^\n.;]{0,40}\bNoSuchKey\w{0,12}"
)
# "All other keys in the bucket download fine", "yesterday's file works".
_OTHER_OBJECTS = lazy_pattern(
    r"(?i:\b(?:other|older|previous|earlier|yesterday(?:'s)?|last (?:week|month|night)(?:'s)?)\b[^\n.;]{0,40}\b(?:objects?|files?|keys?|exports?|reports?|dumps?|images?)\b|\b(?:objects?|files?|keys?|exports?|reports?|dumps?|images?) (?:of|from) (?:yesterday|last (?:week|month|night))\b)"
)
# Words of a clause about another call or caller.
_OF_OTHERS = lazy_pattern(
    r"(?i:\b(?:admin(?:istrator)?|root|colleagues?|other (?:role|user|account|profile)|my (?:laptop|user))\b|\b(?:upload|writ|put|sav|creat|delet|list)(?:e|s|es|ed|ten|t?ing|objects?)?\b)"
)
_EXISTS = lazy_pattern(
    r"(?i:(?<!if )(?<!whether )(?<!that )(?<!sure )\b(?:(?:the|this|our) (?:object|file|key)|it) (?:really |definitely |does |clearly )?(?:exists?|is (?:there|in the bucket))\b|\b(?:see|find) (?:it|the (?:file|object|key)) in the (?:console|bucket)\b)"
)


_LISTINGS = frozenset({("s3", "ls"), ("s3api", "list-objects-v2"), ("s3api", "list-objects")})


def _find_read_sibling(denial: Denial, key: str) -> str | None:
    """Return the sentence that the caller reads another object of the same folder or bucket, as the text says or shows."""
    folder, _, name = key.rpartition("/")
    path = rf"(?<![\w/-]){re.escape(folder)}/(?!{re.escape(name)})[\w.=+/-]{{2,200}}"
    abouts = (re.compile(path), _OTHER_OBJECTS) if folder else (_OTHER_OBJECTS,)
    found = (find_working(denial.failure.text, each) for each in abouts) if key else ()
    said = next((each for each in found if each and not _OF_OTHERS.search(each)), None)
    if said is not None:
        return f"The text says {quote_words(said)}."
    command, bucket = denial.context.command, bucket_argument(denial)
    runs = [*find_runs(denial.failure)] if command is not None and key else []
    if any(run.has_succeeded and run.command.words[:2] in _LISTINGS for run in runs):
        return None  # for whoever lists the bucket, S3 answers 404
    # Another profile has other permissions.
    for run in runs if len({each.profile for each in runs}) == 1 else ():
        place = find_location(run.command.text, None, run.command)
        is_same = command is not None and run.command.words[:2] == command.words[:2]
        if not (is_same and run.has_succeeded and place and place.key and place.bucket.value == bucket):
            continue
        other = place.key.value
        if other != key and is_alike(folder, other.rpartition("/")[0]):
            return f"The text shows that {clip_text(run.command.text)} worked."
    return None


def explain_missing_object(denial: Denial) -> Explanation | None:
    """Explain that S3 answers 403 for an object that is not there, if the caller may read and not list.

    A known policy can show that, or another object that the caller reads. Return ``None`` if nothing shows it.
    """
    bucket, _, key = (denial.resource or "").partition("/")
    if denial.operation not in {"GetObject", "HeadObject"} or ":s3:::" not in bucket:
        return None
    has_policies = bool(denial.facts.policies or denial.context.policies)
    policy = find_allowing_policy(denial) if has_policies else None
    works = _find_read_sibling(denial, key)
    is_there = buckets.is_listed(denial) or _EXISTS.search(denial.failure.text) is not None
    if (policy is None and (works is None or has_policies)) or is_there:
        return None
    allows = [] if policy is None else list(policy.allows)
    lists = [each for each in allows if names_action(each, _LIST) is not False]
    misplaced = next((each for each in lists if _LIST in as_strings(each.get("Action"))), None)
    is_allowed = any(names_resource(each, bucket) is not False for each in lists)
    if is_allowed or (misplaced is None and denial.operation != "HeadObject" and _may_be_other(denial)):
        return None
    statements = [allow(_LIST, bucket, sid="S3ListBucket")]
    step = f"Add this statement to {'the policy' if policy else 'a policy of the caller'}."
    text = "."
    is_replaced = policy is not None and misplaced is not None and policy.is_whole
    if policy is not None and misplaced is not None:
        resources = as_strings(misplaced.get("Resource"))
        kept, unknown = list[str](), list[str]()
        for each in as_strings(misplaced.get("Action")):
            known = find_action(each)
            if known is None and actions_for(each.partition(":")[2]):
                unknown.append(clip_text(each))
            elif known is None or any(known.accepts(resource) is not None for resource in resources):
                kept.append(each)
        fixed = {**misplaced, "Action": kept or denial.action}
        statements += [fixed if each is misplaced else dict(each) for each in policy.statements]
        text = f", without /*. It is allowed on {join_words(tuple(map(clip_text, resources)), 'and')}, where it has no effect."
        step = "Replace the statement of the policy with these."
        if is_replaced:
            step = "This is the whole policy with the change."
        if unknown:
            step += f" {join_words(tuple(unknown), 'and')} {'is not an IAM action' if len(unknown) == 1 else 'are not IAM actions'}: HeadObject requires s3:GetObject, and listing {_LIST}."
    absent = _ABSENT.search(denial.failure.text)
    # A policy that names the action on the wrong resource shows that the caller is meant to have it.
    expected = _EXPECTS_404.search(denial.failure.text)
    checks_first = absent is None and misplaced is None and expected is None
    fix = account_remedy(
        f"{'Or allow' if checks_first else 'Allow'} {_LIST} on {clip_text(bucket) if checks_first else 'the bucket'}, so that S3 answers 404 for missing objects",
        step,
        "The program then gets the 404 that it expects for a missing object." if expected else None,
        None if absent or checks_first else _CHECK,
        commands=() if absent or checks_first else _head_object_commands(denial, key),
        url=pages.S3_403,
    )
    fix = attrs.evolve(fix, policy=build_document(statements), layer="identity", is_addition=not is_replaced)
    check = your_remedy(
        "Check whether the object exists",
        "Run the command with credentials that may list the bucket. If it answers 404, the object does not exist: correct the key, or wait until the object is written. No policy changes that.",
        "If it prints the size, the object exists: an SSEKMSKeyId means that the caller also needs kms:Decrypt on that key. Otherwise, look for a Deny in the bucket policy.",
        commands=_head_object_commands(denial, key),
        url=pages.S3_403,
    )
    is_head = denial.operation == "HeadObject"
    needed = f"{denial.action}, which {denial.operation} requires," if is_head else denial.action
    because = present(
        f"Another caller finds no object. The text says {quote_words(absent[0])}." if absent else None, works
    )
    lacks = "The caller reads other objects there, so most likely s3:GetObject is allowed, and only this object is missing."
    if policy is not None:
        lacks = f"{capitalize_start(policy.name)} allows {needed} on the object, but not {_LIST} on {clip_text(bucket)}{text}"
    causes = [buckets.MISSING_OBJECT.cause("derived", because, text=lacks)]
    if checks_first:
        otherwise = f"The answer to a HEAD request has no body, so {_OTHERWISE}" if is_head else _OTHERWISE
        causes.append(DENIES["resource"].cause(text=otherwise))
    return denial.explain(
        f"S3 answered 403 to {denial.operation} on {denial.resource}: {'' if absent else 'most likely, '}the object does not exist. Without {_LIST} on the bucket, S3 answers 403 instead of 404.",
        *causes,
        topic=buckets.MISSING_OBJECT.code,
        remedies=(check, fix) if checks_first else fix,
    )


def _may_be_other(denial: Denial) -> bool:
    """Return whether the text speaks of a KMS key or another account as a reason why a GET is denied.

    S3 states the reason of most other denials in its response.
    """
    text = denial.failure.text
    accounts = {*_ACCOUNT_ID.findall(text), *present(denial.account)}
    return len(accounts) > 1 or _OTHER_REASON.search(text) is not None


def _head_object_commands(denial: Denial, key: str) -> tuple[str, ...]:
    template = "aws s3api head-object --bucket {} --key {}"
    return (commands.fill_command(template, bucket_argument(denial), key or "OBJECT_KEY"),)


def explain_unlisted(denial: Denial) -> Explanation | None:
    """Explain that an object does not exist, as a listing of somebody else in the text shows, or return ``None``.

    To a caller who may list the bucket, S3 answers 404: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html.
    """
    arn, _, key = (denial.resource or "").partition("/")
    if denial.operation not in {"GetObject", "HeadObject"} or ":s3:::" not in arn or not key:
        return None
    listings = [*find_listings(denial.failure, bucket_argument(denial))]
    lacking = next((each for each in listings if each.lacks(key)), None)
    if lacking is None or any(key in each.keys for each in listings) or _is_there(denial, key):
        return None
    policy = find_allowing_policy(denial)
    if policy is None and not _is_of_others(denial, lacking.run):
        return None
    if policy is not None and any(
        names_action(each, _LIST) is not False and names_resource(each, arn) is not False
        for each in policy.allows
    ):
        return None
    near = _find_near_key(key, (*lacking.keys, *(lacking.folders or ())))
    title, line = "Correct the key, or upload the object", None
    steps: tuple[str, ...] = ()
    series = [each for each in lacking.keys if _DIGITS.sub("0", each) == _DIGITS.sub("0", key)]
    # Another key of a series, such as that of another day, is another object.
    if series and key > max(series):
        near = max(series)
        title = f"Wait for {clip_text(key)}, or see why it was not written"
        written = re.search(
            rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d):\d\d .*{re.escape(near.rpartition('/')[2])}\s",
            f"{lacking.run.output}\n",
        )
        at = f", at {written[1]}" if written else ""
        steps = (
            f"The program that writes these objects wrote {clip_text(near)} last{at}: it is late or failed, or the job asks too early.",
            "Then run the job again. No policy makes the object appear.",
        )
    elif near and not near.endswith("/") and _DIGITS.sub("0", near) != _DIGITS.sub("0", key):
        title = f"Use {clip_text(near)}, or upload {clip_text(key)}"
        typed = "" if denial.context.command is None else denial.context.command.text
        line = commands.repeat_line(typed.replace(key, near)) if typed.count(key) == 1 else None
    text = f"Without {_LIST} on {arn}, S3 answers 403 instead of 404 for a missing object."
    if policy is not None:
        text = f"{capitalize_start(policy.name)} allows {denial.action} on it: neither that permission nor a bucket policy is missing. {text}"
    has = f"has {clip_text(near)}, but not this key" if near else "does not have it"
    if steps:
        has = f"ends with {clip_text(near or '')}"
    return denial.explain(
        f"S3 answered 403 to {denial.operation} on {denial.resource}, but the object does not exist: the listing in the text {has}.",
        buckets.MISSING_OBJECT.cause("derived", text=text),
        topic=buckets.MISSING_OBJECT.code,
        remedies=(your_remedy(title, *steps, commands=line, url=pages.S3_403), _list_remedy(arn)),
    )


def _list_remedy(arn: str, *steps: str) -> Remedy:
    """Return the remedy that lets S3 say whether an object exists."""
    title = f"Or allow {_LIST} on {clip_text(arn)}, so that S3 answers 404 for missing objects"
    policy = build_document([allow(_LIST, arn, sid="S3ListBucket")])
    fix = account_remedy(title, *steps, url=pages.S3_403)
    return attrs.evolve(fix, policy=policy, layer="identity", is_addition=True)


_ASKED_KEY = lazy_pattern(
    r"(?<![\w=])(?i:key)(?:[\"']?\s{0,3}[=:]\s{0,3}|(?<=--key) )[\"']?(?P<key>[^\s\"',;(){}\[\]]{1,300})(?=[\s\"',;}]|\Z)"
)
_MAX_ASKED = 20
# In code, or in an event that has a key with something to decode.
_KEY_OF_EVENT = lazy_pattern(
    r"(?i:\b(?:get)?object\W{1,40}(?:get)?key\b)(?![\"']?\s{0,8}[:=]\s{0,8}[\"'][^\"'%+\n]{1,1024}[\"'])"
)
_ENCODED_KEY = lazy_pattern(
    r"(?<![\w/:.%+=?&-])(?=[^\s\"']{0,300}?(?:%[0-9A-F]{2}|\w\+\w))[\w.()/+%-]{1,300}?\.[A-Za-z0-9]{2,5}(?![\w.%+-])"
)
_DECODES = lazy_pattern(r"(?i:unquote|decodeURI|url_?decode|unescape)")


def explain_absent_key(denial: Denial) -> Explanation | None:
    """Explain that a read was denied as a listing, which S3 does only if the object does not exist.

    A listing in the text or the encoding of S3 events can show which key is meant:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html.
    """
    operation, arn = denial.failure.envelope.operation, denial.resource or ""
    if operation not in {"GetObject", "HeadObject"} or ":s3:::" not in arn or "/" in arn:
        return None
    text = denial.failure.text
    asked, meant = _find_asked(denial)
    is_encoded = meant is not None and meant == unquote_plus(asked or "")
    found: str | None = None
    may_be_encoded = _KEY_OF_EVENT.search(text) is not None and _DECODES.search(text) is None
    if may_be_encoded and meant is None and (found := only_one({*_ENCODED_KEY.findall(text)})) is not None:
        asked, meant, is_encoded = found, unquote_plus(found), True
    decode = your_remedy(
        "Decode the key before the call: keys in S3 events are URL-encoded",
        'In Python: urllib.parse.unquote_plus(key). In JavaScript: decodeURIComponent(key.replace(/\\+/g, " ")). In Java: getUrlDecodedKey().',
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html",
    )
    check = your_remedy(
        f"Use {clip_text(meant)}" if meant and not is_encoded else "Check the key that the program asks for",
        None
        if meant
        else "Print the key before the call, and compare it with a listing by somebody who may list the bucket: case, spaces and folders count.",
        None if meant else "Keys in S3 events are URL-encoded, such as + for a space: decode them.",
        url=pages.S3_403,
    )
    which = " The key is that of an S3 event, and nothing in the text decodes it." if may_be_encoded else ""
    if meant and found is not None:
        which += f" The object of {clip_text(found)} has the key {clip_text(meant)}; keys without such characters work as they are."
    elif meant:
        which = f" The text has {clip_text(meant)}, and the call asked for {clip_text(asked or '')}{': it is URL-encoded, as keys in S3 events are' if is_encoded else ''}."
    lacks = f"S3 checks {_LIST} only for a key that it does not find: it answers 404 to a caller who may list the bucket, and 403 to others. So s3:GetObject is not what is missing.{which}"
    return denial.explain(
        f"{operation} was denied as {_LIST} on {arn}: the object does not exist under the key that the call asked for.",
        buckets.MISSING_OBJECT.cause("derived", text=lacks),
        topic=buckets.MISSING_OBJECT.code,
        remedies=(
            decode if is_encoded or (may_be_encoded and meant is None) else check,
            None
            if denial.is_explicit
            else _list_remedy(arn, "It does not make the call succeed: S3 then answers NoSuchKey."),
        ),
    )


def _find_asked(denial: Denial) -> tuple[str | None, str | None]:
    """Return the key that was asked for, and the one of a listing that is meant, if the text has them."""
    asked = list(dict.fromkeys(each["key"] for each in _ASKED_KEY.finditer(denial.failure.text)))[:_MAX_ASKED]
    listings = [*find_listings(denial.failure, bucket_argument(denial))]
    keys = tuple(dict.fromkeys(key for each in listings for key in each.keys))
    missing = [
        each for each in asked if any(listing.lacks(each) for listing in listings) and each not in keys
    ]
    for each in missing:
        if unquote_plus(each) in keys:
            return each, unquote_plus(each)
    if len(missing) != 1:
        encoded = [each for each in asked if unquote_plus(each) != each]
        return (encoded[0], None) if len(encoded) == 1 and not listings else (None, None)
    near = _find_near_key(missing[0], keys)
    is_same = near is not None and _DIGITS.sub("0", near) == _DIGITS.sub("0", missing[0])
    return missing[0], None if is_same else near


def _is_there(denial: Denial, key: str) -> bool:
    """Return whether a text says that the object exists, or a command in it wrote or read the object."""
    if _EXISTS.search(denial.failure.text) is not None:
        return True
    bucket = bucket_argument(denial)
    places = (
        find_location(run.command.text, None, run.command)
        for run in find_runs(denial.failure)
        if run.has_succeeded and run.command.words[:2] not in _LISTINGS
    )
    return any(
        place is not None
        and place.bucket.value == bucket
        and place.key is not None
        and place.key.value.rstrip("/") == key
        for place in places
    )


def _is_of_others(denial: Denial, run: CommandRun) -> bool:
    """Return whether a command is of another caller than the denied call, as its profile or the words before it say."""
    text, called = denial.failure.text, denial.context.command
    stated = None if called is None else called.option("profile")
    if run.profile != ("default" if stated is None else stated.value):
        return True
    before = text[: line_start(text, run.start)].rstrip()
    return buckets.BY_OTHERS.search(before, line_start(before, len(before))) is not None


def _find_near_key(key: str, listed: tuple[str, ...]) -> str | None:
    """Return the listed key that a key is most likely meant to be: with the same name, or a similar one."""
    # Most denials have no listing.
    from difflib import get_close_matches

    name = key.rpartition("/")[2]
    same = [each for each in listed if each.rpartition("/")[2] == name]
    return same[0] if len(same) == 1 else next(iter(get_close_matches(key, listed, n=1, cutoff=0.8)), None)
