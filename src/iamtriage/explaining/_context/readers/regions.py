"""Find the Region of the failed call in a text that names several: headings before each call, and calls that succeeded.

People run a command in many Regions with a shell loop that prints the Region before each call, or compare Regions in
the interactive session of a language.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from iamtriage._patterns import REGION, lazy_pattern, may_name_region, only_one
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.statements import CLAUSE_END, find_said
from iamtriage.explaining._context.readers.terraform_code import find_provider_region
from iamtriage.explaining._context.values import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.values import CommandLine

    # The start of a heading or a command, the start of its output, its Region and its profile.
    _Output: TypeAlias = tuple[int, int, str | None, str | None]

# An indented "region:" and "region = " are settings.
_HEADINGS = lazy_pattern(
    rf"(?m:^(?![ \t]{{1,8}}region:|[ \t]{{0,8}}region = )[ \t]{{0,8}}[=#*>\[(-]{{0,8}}[ \t]{{0,4}}(?:[Rr]egion[ :=]{{1,3}})?({REGION})[ \t]{{0,4}}[=#*<:\])-]{{0,8}}[ \t\r]{{0,8}}$)"
)
# The prompts of irb, Python, IPython, Node.js, PHP and JShell, with their input.
_INPUTS = lazy_pattern(
    r"(?m:^(?:irb\([^()\n]{1,40}\):\d{1,5}(?::\d{1,5})?[>*]|\[\d{1,5}\] pry\([^()\n]{1,40}\)>|>>>|In \[\d{1,5}\]:|php >|jshell>|>)[ \t]([^\n]{1,1000})$)"
)
_ARGUMENT = lazy_pattern(
    rf"(?a)(?:\bregion(?:_name)?[\"']?\s?(?:[:=]|=>)\s?|\b(?:client|resource)\([\"'][\w-]{{2,40}}[\"'],\s?)[\"']({REGION})[\"']"
)
# A new client without a Region has that of the configuration.
_NEW_CLIENT = lazy_pattern(r"Client(?:\.new)?\(|\b(?:client|resource|[Ss]ession)\(")
_PROFILE = lazy_pattern(r"(?a)\bprofile(?:_name)?[\"']?\s?(?:[:=]|=>)\s?[\"']([\w.@:+/-]{1,64})[\"']")
# Creating a client makes no call.
_CONSTRUCTOR = lazy_pattern(r"(?:Client(?:\.new)?|client|resource|[Ss]ession)\([^()\n]{0,400}\);?\s*$")
# The default output is JSON; null and None stand for us-east-1.
_BUCKET_REGION = lazy_pattern(
    rf"(?am)\bs3api (?:get-bucket-location|head-bucket)\b[^\n]{{0,200}} --bucket[ =](?P<bucket>[a-z0-9.-]{{3,63}})(?![\w.-])[^\n]{{0,200}}\n"
    rf"(?:(?![^\n]*[$#❯] )[^\n]{{0,200}}\n){{0,5}}?[^\n$#❯]{{0,80}}?(?:(?P<region>{REGION})\b|\bnull\b|^None\b)"
)
# "our bucket logs is in eu-west-1", and not "the target bucket is in eu-west-1"
_NOT_OTHER = "".join(f"(?<!{each} bucket)" for each in ("destination", "other", "second", "source", "target"))
_SAID_BUCKET_REGION = lazy_pattern(
    rf"(?a)\b[Bb]ucket(?: [`\"']?(?P<bucket>(?!is\b|was\b|lives\b|itself\b)[a-z0-9.-]{{3,63}})[`\"']?| itself|{_NOT_OTHER}) (?:is|lives|(?:was|is) created|resides) in (?:the )?(?:[Rr]egion )?[`\"']?(?P<region>{REGION})(?![\w-])"
)
_IS_REGION = lazy_pattern(REGION)
_PROMPT = lazy_pattern(r"(?m:^[^\n]{0,80}[$❯%] )")
_ERROR = lazy_pattern(r"(?i:error|denied|exception|fail|invalid|expired|unable|could not|cannot)")
# What people and programs write about Regions. Those in ARNs and hosts are of something else.
_MENTION = lazy_pattern(rf"(?a)(?<![\w:./-]){REGION}(?![\w/-]|\.\w)")
_HEADS_FAILURE = lazy_pattern(rf"(?a)(?<![\w:./-])({REGION}) ?:\s{{1,20}}[^\n]{{0,120}}\Z")
_WORKS = lazy_pattern(
    r"(?a)(?i:\b(?:works?|worked|working|fine|ok|okay|succeed(?:s|ed)?|success(?:ful(?:ly)?)?)\b)|[✓✔✅]|(?<=-\d): ?\d{1,6}\b"
    # In a log entry that begins with the Region. What was created in a Region in prose is something else.
    rf"|^(?>\W{{0,3}}[A-Z0-9][A-Z0-9:.,+-]{{0,39}}\W{{1,3}}){{0,3}}\W{{0,3}}(?i:region\W{{1,3}})?{REGION}\b[^\n]{{0,200}}\b(?:done|(?:delet|creat|complet|finish|process)ed)\b"
)
_WHERE = lazy_pattern(r"[^,;:\n]{0,40}?\b(?:with|in|for|from|on|against)\b")
_NEGATION = lazy_pattern(
    r"(?i:\bnot?\b|n't\b|\bnever\b|\bwith(?:out)? (?!-{0,2}region)|\b(?:an)?other account\b|\b(?:skip|den|refus|block|reject)\w)|✗|❌"
)
# A sentence after a command is no output.
_PROSE = lazy_pattern(r"\s{0,4}[A-Z][a-z]{0,20}(?:,? [\w’'./:-]{1,40}){2,40}[.?!](?:\s|\Z)")
# The name of a directory bucket ends with the ID of its zone, such as use1-az4 or usw2-lax1-az1:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
_ZONE = lazy_pattern(r"(?a)--(?P<region>[a-z]{3,6}\d)-(?:[a-z]{3}\d-)?az\d--x-s3\Z")
_COMPASS = lazy_pattern(r"(?<!^)(north|south|east|west|central|gov)")
# The number of characters to search for a heading before a failure, and for other calls around it.
_CHARS_BEFORE, _CHARS_AROUND = 1_000, 8_000
_CHARS_OF_LINE = 200
_MAX_REGIONS = 8


# The endpoint that a message names, unlike the registry of an image or the issuer of a token.
_ENDPOINT = lazy_pattern(
    rf"(?a)(?<![\w.-])(?!\d{{12}}\.dkr\.|oidc[.-])(?:[a-z0-9-]{{2,63}}\.){{1,4}}({REGION})\.(?:amazonaws\.com(?:\.cn)?|api\.aws)(?![\w-]|\.\w)"
)

# An error of the provider of AWS itself, or of a resource, which can have a provider with an alias.
_PROVIDER_ERROR = lazy_pattern(
    r"\bwith provider\[\"[\w./-]{1,80}/aws\"\](?!\.)|\bin provider \"aws\"|\b(?:configuring|initializing) Terraform AWS Provider\b"
    r"|\bwith (?P<resource>(?:data\.)?aws_\w)"
)

# What begins another call: a prompt, or the error of another one.
_OTHER_CALL = lazy_pattern(r"(?m)^[ \t]{0,4}[$%>] \S|\bAn error occurred \(")


def choose_region(
    text: str,
    span: tuple[int, int],
    command: CommandLine | None,
    before: Stated | None,
    anywhere: Stated | None,
) -> Stated | None:
    """Return the Region of a failed call: of the several that a text can name, the one that is closest to the failure.

    Args:
        text: The text.
        span: The failure in it.
        command: The command that failed.
        before: The last Region that is set before the failure: if there are several, that of the failed call.
        anywhere: The last one that is set in the text.
    """
    start, end = span
    stated = _find_region_of_terraform(text, start, end) or before or anywhere
    if command is not None and stated is not None and command.option("region") == stated:
        return stated
    heading = find_heading_region(text, start)
    if heading is not None:
        is_later = stated is None or text.rfind(heading.value, 0, start) > text.rfind(stated.value, 0, start)
        stated = heading if is_later else stated
    if stated is None:
        return None
    rest = text.find("\n", end, end + _CHARS_OF_LINE)
    high = end + _CHARS_OF_LINE if rest == -1 else rest
    endpoints = {each[1]: each[0] for each in _ENDPOINT.finditer(text, start, high)}
    if len(endpoints) == 1 and stated.value not in endpoints:
        ((region, host),) = endpoints.items()
        return Stated(region, host)
    line = line_start(text, start, start - _CHARS_OF_LINE)
    named = _MENTION.findall(text, line, start) if before is None else []
    return Stated(named[-1], named[-1]) if named and named[-1] != stated.value else stated


def _find_region_of_terraform(text: str, start: int, end: int) -> Stated | None:
    """Return the Region of the provider of AWS, if its code is in the text and the failure is its own."""
    near = _PROVIDER_ERROR.finditer(text, max(start - _CHARS_BEFORE, 0), end + _CHARS_BEFORE)
    error = next(
        (
            each
            for each in near
            if not (
                _OTHER_CALL.search(text, each.end(), start) or _OTHER_CALL.search(text, end, each.start())
            )
        ),
        None,
    )
    if error is None or (error["resource"] and "alias" in text):
        return None
    found = find_provider_region(text)
    return None if found is None else Stated(found.region, found.words)


def find_heading_region(text: str, start: int) -> Stated | None:
    r"""Return the Region in the last heading before a failure.

    >>> text = "ap-east-1\n\nAn error occurred"
    >>> find_heading_region(text, text.index("An")).value
    'ap-east-1'
    """
    low = max(start - _CHARS_BEFORE, 0)
    found = None
    for found in _HEADINGS.finditer(text, low, start):  # noqa: B007 (the last one)
        pass
    if found is None or _PROMPT.search(text, found.end(), start):
        return None
    return Stated(found[1], found[0].strip())


def find_bucket_region(text: str, bucket: str) -> str | None:
    r"""Return the Region of a bucket, as ``get-bucket-location`` or ``head-bucket`` printed it, or a sentence says.

    >>> find_bucket_region("The bucket is in eu-west-1.", "logs")
    'eu-west-1'
    >>> find_bucket_region('$ aws s3api get-bucket-location --bucket logs\n{\n "LocationConstraint": null\n}', "logs")
    'us-east-1'
    """
    for found in _BUCKET_REGION.finditer(text) if "-bucket" in text else ():
        if found["bucket"] == bucket:
            return found["region"] or "us-east-1"
    said = (each for each in find_said(text, _SAID_BUCKET_REGION) if each["bucket"] in {None, bucket})
    return only_one({each["region"] for each in said})


def region_of_directory_bucket(bucket: str) -> str | None:
    """Return the Region in whose zone a directory bucket is, or ``None`` for another bucket.

    >>> region_of_directory_bucket("logs--apse2-az1--x-s3")
    'ap-southeast-2'
    """
    found = _ZONE.search(bucket)
    if found is None:
        return None
    from iamtriage.sts._endpoint_table import PARTITIONS

    names = (name for partition in PARTITIONS for name in partition.regions)
    return next((each for each in names if _shorten(each) == found["region"]), None)


def _shorten(region: str) -> str:
    """Return a Region as the IDs of its zones begin: https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html."""
    return _COMPASS.sub(lambda word: word[1][0], region).replace("-", "")


def find_mentioned_regions(text: str) -> set[str]:
    """Return the Regions that a text names, other than in ARNs and hosts.

    >>> find_mentioned_regions("it fails in eu-south-1, see sts.eu-west-1.amazonaws.com")
    {'eu-south-1'}
    """
    return set(_MENTION.findall(text)) if may_name_region(text) else set()


def find_working_regions(text: str, start: int, end: int) -> tuple[str, ...]:
    r"""Return the Regions in which calls around a failure succeeded.

    >>> text = "us-east-1\n\nAn error occurred (X)\neu-west-1\n{}\n"
    >>> find_working_regions(text, 11, 32)
    ('eu-west-1',)
    """
    low, high = max(start - _CHARS_AROUND, 0), min(end + _CHARS_AROUND, len(text))
    if not may_name_region(text[low:high]):
        return ()
    found_outputs = (
        *_find_headings(text, low, high),
        *_find_calls(text, low, high),
        *_find_inputs(text, low, high),
    )
    outputs = sorted(found_outputs, key=itemgetter(0))
    found: dict[str, None] = {}
    profile = next((each[3] for each in reversed(outputs) if each[1] <= start), None)
    is_of_sts = _OF_STS.search(text, start, end) is not None
    for index, (line, first, region, own_profile) in enumerate(outputs):
        last = outputs[index + 1][0] if index + 1 < len(outputs) else high
        output = text[first:last]
        # What issues a session has other credentials than the calls of that session.
        is_other = own_profile != profile or (not is_of_sts and ISSUES_SESSION.search(text, line, first))
        if region is None or first <= start < last or is_other:
            continue
        is_said = _PROSE.match(output) is not None and not _WORKS.search(output)
        if output.strip() and not (_ERROR.search(output) or is_said):
            found[region] = None
    for clause in map(str.strip, CLAUSE_END.split(f"{text[low:start]}\n{text[end:high]}")):
        works = _WORKS.search(clause)
        if works is not None and not (_ERROR.search(clause) or _NEGATION.search(clause)):
            # "region = eu-west-1, works with --region us-east-1"
            where = _WHERE.match(clause, works.end())
            named = () if where is None else _MENTION.findall(clause, where.end())
            found |= dict.fromkeys(named or _MENTION.findall(clause))
    heading = _HEADS_FAILURE.search(text, max(start - _CHARS_BEFORE, 0), start)
    if heading is not None:
        found.pop(heading[1], None)
    return tuple(found)[:_MAX_REGIONS]


def find_called_region(text: str, start: int, working: tuple[str, ...]) -> str | None:
    r"""Return the Region of a failure: the last one before it, or else the only one in which no call succeeded.

    >>> text = "INFO us-east-1 done\nINFO sa-east-1 started\nAn error occurred"
    >>> find_called_region(text, text.index("An"), ("us-east-1",))
    'sa-east-1'
    """
    before = _MENTION.findall(text, max(start - _CHARS_BEFORE, 0), start)
    others = {each for each in _MENTION.findall(text) if each not in working}
    if before and before[-1] in others:
        return str(before[-1])
    return others.pop() if len(others) == 1 else None


_GLOBAL_STS = lazy_pattern(r"https://sts\.amazonaws\.com/?")
_NEGATED_COMMAND = lazy_pattern(
    r"(?i)#|\b(?:docs|documentation|if|instead|never|not?|used to|without)\b|n't\b"
)
ISSUES_SESSION = lazy_pattern(r"\bsts (?:assume-role|get-(?:federation|session)-token)")
"""The commands that open a session."""
_OF_STS = lazy_pattern(r"\b(?:AssumeRole|Get(?:Federation|Session)Token)")


def find_global_command(text: str, end: int) -> CommandLine | None:
    """Return the last command before a position that opens a session, if its option names the global STS endpoint.

    >>> text = "$ aws sts get-session-token --endpoint-url https://sts.{}amazonaws.com > keys.json"
    >>> [find_global_command(text.format(each), 90) is not None for each in ("", "eu-west-1.")]
    [True, False]
    """
    if "--endpoint-url" not in text:
        return None
    opening = [
        command
        for at, command in find_commands(text, max(end - _CHARS_AROUND, 0), end)
        if ISSUES_SESSION.search(" ".join(command.words))
        and not _NEGATED_COMMAND.search(text, line_start(text, at, at - _CHARS_OF_LINE), at)
    ]
    option = opening[-1].option("endpoint-url") if opening else None
    return opening[-1] if option is not None and _GLOBAL_STS.fullmatch(option.value) else None


def _find_headings(text: str, low: int, high: int) -> Iterator[_Output]:
    for found in _HEADINGS.finditer(text, low, high):
        yield found.start(), found.end(), found[1], None


def _find_calls(text: str, low: int, high: int) -> Iterator[_Output]:
    for at, command in find_commands(text, low, high):
        end = text.find("\n", at, high)
        region, profile = command.option("region"), command.option("profile")
        line = text.rfind("\n", low, at) + 1 or at
        yield (
            line,
            high if end == -1 else end + 1,
            None if region is None or not _IS_REGION.fullmatch(region.value) else region.value,
            None if profile is None else profile.value,
        )


def _find_inputs(text: str, low: int, high: int) -> Iterator[_Output]:
    """Yield the input at the prompts of a language. A client keeps its Region and profile."""
    region = profile = None
    for found in _INPUTS.finditer(text, low, high):
        words = found[1]
        if (argument := _ARGUMENT.search(words)) is not None:
            region, own = argument[1], _PROFILE.search(words)
            profile = None if own is None else own[1]
        elif _NEW_CLIENT.search(words) is not None:
            region = None
        is_call = "." in words and _CONSTRUCTOR.search(words) is None
        yield found.start(), found.end(), region if is_call else None, profile
