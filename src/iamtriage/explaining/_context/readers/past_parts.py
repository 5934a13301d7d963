"""Find the errors and policies of a text that are past: fixed, gone, followed by another one, or removed.

People tell what they have done so far. An error that they fixed is not the one to explain, and a policy that they
removed decides nothing any more.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.documents import find_documents
from iamtriage.failures._failures import AccessDenied

_Span = tuple[int, int]
_MAX_CHARS, _CHARS_AROUND = 64_000, 260
# What can say that something is past. Each sentence that does has one of these.
_SIGNS = lazy_pattern(
    r"\b(?i:fixed|solved|resolved|cured|cleared|got (?:rid of|past|around)|gone|went away|disappeared|vanished|removed|detached|deleted|dropped|revoked|no longer"
    r"|first|before that|earlier|previous(?:ly)?|initially|originally|yesterday|last (?:week|month|night|time)|used to)\b"
)
# Each match contains one of these in lowercase, and finding them in a text takes a tenth of the time.
_FRAGMENTS = (
    "fixed", "solved", "cured", "cleared", "got rid of", "got past", "got around", "gone", "went away", "disappeared", "vanished",
    "removed", "detached", "deleted", "dropped", "revoked", "no longer", "first", "before that", "earlier", "previous",
    "initially", "originally", "yesterday", "last ", "used to",
)  # fmt: skip
_SENTENCE_END = lazy_pattern(
    r"(?<=[.!?])\s(?=\s{0,8}[\"'`(]?[A-Z])|(?<=[;!?])\s|\n\s{0,40}\n|(?<![:,])\n(?=[ \t]{0,8}[A-Z])"
)
_AROUND = " \t\r\n\"'`“”‘’()[].,;:>*_–—-"
# What can end a message.
_CLOSING = lazy_pattern(r"[.)\]\"'`](?=[)\]\"'`]?\s)")
# How somebody did something, or did not do it.
_UNDONE = lazy_pattern(
    r"(?i:\b(?:not|never|nobody|no one|cannot|how|if|once|should|must|could|would|will|can|going|want(?:ed)?|tr(?:y|ied|ying)|thought|hop(?:ed|ing)|need(?:ed|s)?|to be)\b|n't\b|\?)"
)
_CAME_BACK = lazy_pattern(
    r"(?i:\b(?:(?:came|comes|come|is|was|got) back|put (?:it|that|this|them) back|(?:fail(?:s|ed)|appear(?:s|ed)|happen(?:s|ed)|occur(?:s|red)|there|is|was) again|returned|reappear(?:s|ed)|re-?added|re-?attached|restored|sometimes|for (?:a|some|one) (?:while|minute|moment|time|day)|only (?:for|when|if)|but (?:the|it|not|only)\b(?! (?:new|next|now))|still (?:get|see|have|happens|occurs|appears|persists|there))\b)"
)
_FIXED = r"(?:fixed|solved|resolved|cured|cleared|sorted(?: out)?|(?:got|gotten) (?:rid of|past|around))"
_WORDS = r"(?:the|this|that|an?|another|one|our|earlier|previous|old|first|initial|original|similar|error|errors|message|problem|issue|denial|failure|exception|saying|of|about|with|from)"
_PEOPLE = r"(?:I|we|they|he|she|somebody|someone|(?:an?|the|my|our) (?:[\w-]{2,20} )?(?:colleague|team|admin(?:istrator)?|ops))"
_HAVE_FIXED = (
    rf"\b{_PEOPLE}(?:'ve| have| had| has)?(?: (?:already|since|then|now|just|also|meanwhile)){{0,2}} {_FIXED}"
)
# "we fixed the error 'permission denied'", but not "get this fixed" or "the name resolved".
_FIXED_BEFORE = lazy_pattern(rf"(?i:{_HAVE_FIXED}(?: {_WORDS}){{0,6}}[:,]?[\s\"'`“‘(\[>*_-]{{0,12}}\Z)")
_ASKED = lazy_pattern(r"[\s\"'`”’)\]]{0,4}\?")
_QUOTED_FIX = lazy_pattern(
    rf"(?i:{_HAVE_FIXED}(?: {_WORDS}){{0,6}}:? ?)(?P<open>[\"'`“‘(])(?P<words>[^\n\"`”’)]{{8,300}}?)[\"'`”’)](?![\w])"
)
# "…, which is gone now", "… went away after the login", "… That one is fixed.", but not "It is fixed in version 2",
# "It is solved by another policy" or "It is gone when I use the other role".
_ELSEWHERE = r"(?! (?:when|if|only|once|as soon|with(?:out)?|for (?:an?|the|my|our|one|some)|under|on|in (?:v?\d|versions?|releases?|the (?:new|next|latest))|locally|elsewhere)\b)"
_GONE = rf"(?:{_FIXED}|gone|over|past|disappeared|vanished|went away|(?:no longer|does ?n[o']t|do not) (?:appears?|occurs?|happens?|shows? up)(?: any ?more)?)"
_SUBJECT = r"(?:which|that|this|it|(?:that|this|the)(?: first| earlier| old)? (?:one|error|message|problem|issue|failure|denial))"
_GONE_AFTER = lazy_pattern(
    rf"(?i:[\s\"'`”’)\].,;:>*_–—-]{{0,16}}(?:and |but )?(?!(?:{_SUBJECT} )?(?:is|'s) {_FIXED} (?:by|using|via)\b)(?:{_SUBJECT} )?(?:(?:is|was|has|have|are|were|got|did) |'s )?(?:(?:now|already|since|then|been|meanwhile|long) ){{0,2}}{_GONE}\b(?! ?:| \d| (?:an?|the) ){_ELSEWHERE}"
    rf"|[\s\"'`”’)\].,;:>*_–—-]{{0,16}}(?:which |that |and )?(?:I|we|they|he|she|somebody|someone|a colleague)(?:'ve| have| has)?(?: since| already| then)? {_FIXED}\b{_ELSEWHERE})"
)
# "First we got …", "Last week it failed with …", and "now it says …".
_EARLIER = lazy_pattern(
    r"(?i:\b(?:first(?:ly)?|before(?: that)?|earlier|previously|initially|originally|yesterday|last (?:week|month|night|time)|used to)\b[^\n]{0,80}?\b(?:had|got|get|gave|was|were|saw|see|said|say|failed|fail|received|ran into|hit|threw|reported)\b[^\n]{0,60}\Z"
    r"|\b(?:earlier|previous|first|old|yesterday's|last week's) (?:run|attempt|try|error|message|failure|problem)s?\b[^\n]{0,30}\Z)"
)
_NOW = lazy_pattern(
    r"(?i:\b(?:now(?! on\b)|today|currently|since then|meanwhile|the (?:new|next|present|current) (?:one|error|message|problem))\b)"
)
# "If we now run it as root", "Now we also see …"
_AT_THE_SAME_TIME = lazy_pattern(r"(?i:\b(?:if|when|whenever|also|additionally|both|sometimes)\b)")
# "before that in the log"
_OF_OUTPUT = lazy_pattern(
    r"(?i:\b(?:logs?|logged|output|trace|traceback|lines?|above|at the (?:top|start))\b)"
)
_REMOVED = r"(?:removed|detached|deleted|dropped|revoked|taken (?:off|out|away)|gone)"
_KIND = r"(?:(?:old|other|whole|same|bucket|key|queue|topic|inline|managed|trust|resource|identity|endpoint|session|permissions|boundary|service control|customer) ){0,3}(?:polic(?:y|ies)|statements?|boundar(?:y|ies)|SCPs?|RCPs?|Deny|Allow|one|two)"
_POLICY_REMOVED_BEFORE = lazy_pattern(
    # A part of a policy that was removed leaves the rest, and who drops a policy into a role attaches it.
    rf"(?i:\b{_REMOVED} (?:this|these|that|the following|it|them)\b(?! (?:line|condition|key|part|bit|action|resource|principal)s?\b| in(?:to)?\b)"
    rf"|\b(?:this|these|the following|the old|the former|the previous) {_KIND}(?:(?! and (?:an?|the|its|one) )[^\n.;]){{0,60}}? (?:(?:was|were|has|have|got|is|are) )(?:(?:been|since|already|then|now) ){{0,2}}{_REMOVED}\b"
    rf"|\b(?:this|these|the following) {_KIND}[^\n.;]{{0,60}}?,? (?:which|that) (?:(?:was|were|has been|have been)|(?:I|we|they|he|she|somebody|someone|an? \w{{3,20}}|the \w{{3,20}}(?: team)?)(?:'ve| have| has)?)(?: (?:since|already|then|now|just))? {_REMOVED}\b"
    rf"|\bthe {_REMOVED} {_KIND}|\b{_KIND} ?[^\n.;()]{{0,60}}[(\[]{_REMOVED}\b[^()\n]{{0,40}}[)\]])[^\n]{{0,60}}\s{{0,4}}(?:```\w{{0,5}}\s{{0,4}})?\Z"
)
_POLICY_REMOVED_AFTER = lazy_pattern(
    rf"(?i:[\s`.,;:)\]–—-]{{0,16}}(?:and |but )?(?:(?:which|it|(?:this|that|these|both|the(?! o))(?: {_KIND})?) (?:was|were|has|have|is|are|got) (?:(?:been|since|already|then|now) ){{0,2}}{_REMOVED}\b"
    rf"|(?:which )?(?:I|we|they|he|she|somebody|someone|an? \w{{3,20}}|the \w{{3,20}}(?: team)?)(?:'ve| have| has)?(?: (?:since|already|then|now|just|have)){{0,2}} {_REMOVED} (?:it|this|that|them|(?:the(?! o)|that|this) {_KIND})\b(?! before\b)))"
)
# An AWS managed policy that somebody removed: before its name, and after it.
_NAMED_POLICY = lazy_pattern(
    r"\b(?:[A-Z]\w{1,60}(?:ReadWrite|FullAccess|Read[Oo]nly(?:Access)?|PowerUser|RolePolicy)|AdministratorAccess|PowerUserAccess)\b"
)
_NAME_REMOVED_BEFORE = lazy_pattern(
    rf"(?i:\b(?:{_REMOVED}(?: (?:the|its|their|my|our|his|her|policy|policies|managed|AWS)){{0,4}}|(?:no longer|used to) (?:has|have|had))[\s`'\"]{{0,3}}\Z)"
)
_NAME_REMOVED_AFTER = lazy_pattern(
    rf"(?i:[`'\"]?(?: (?:policy|any ?more|no (?:more|longer)|attached|before))?(?:,| and| but|, and|, but|, which)? ?(?:(?:which|that|it) )?(?:was|were|has been|have been|got|is) (?:(?:since|already|then|now) ){{0,2}}{_REMOVED}\b"
    rf"|[`'\"]?(?: (?:policy|attached|before|until \w{{2,12}}))?,? (?:and |but |which |then |until |before ){{0,2}}(?:I|we|they|he|she|somebody|someone|an? \w{{3,20}}|the \w{{3,20}})(?:'ve| have| has)? {_REMOVED} (?:it|that|this)\b)"
)
# What the sentence goes on to show instead.
_PRESENT = lazy_pattern(
    r"(?i:\b(?:now|new|current(?:ly)?|instead|leaves|remain(?:s|ing)?|left|still|below is|(?:this|here|that) (?:is|are)|looks?|created|added|wrote|attached|replaced|applied|set)\b)"
)
# "We removed it from the role of another account only."
_IN_FORCE = lazy_pattern(
    r"(?i:\b(?:only|other|another|remains?|still (?:attached|there|active|applies|exists|in (?:place|force|use)))\b)"
)


# The time at the start of a line, the session of a role, and what somebody changed so that a call is allowed.
_TIME = lazy_pattern(
    r"(?a)[^\w\n]{0,4}(?:(?P<date>\d{4}-\d\d-\d\d)[T ])?(?P<time>[0-2]\d:[0-5]\d(?::[0-5]\d)?)(?!\w)"
)
_SESSION = lazy_pattern(r"(?<=/)[^/]{1,64}\Z")
_CHANGE = lazy_pattern(
    r"(?m)^(?P<before>[^\n]{0,120}?)\b(?i:added|attached|granted|gave|allowed|updated|fixed|applied)\b[^\n]*"
)
_OF_LIMIT = lazy_pattern(
    r"(?i:\b(?:SCPs?|RCPs?|den(?:y|ies|ied)|guardrails?|control polic|boundar|organi[sz]ation))"
)
_ABOUT_ACCESS = lazy_pattern(r"(?i:\bpolic(?:y|ies)\b|\bpermissions?\b|\bstatement\b|\ballow)")
_NOT_DONE = lazy_pattern(r"(?i:\b(?:nothing|nobody|not|please|whether|asked|ask|yet)\b|n't\b)")
_OTHER_ACCOUNT = lazy_pattern(r"\baccount [0-9]{12}\b")


def without_superseded(text: str) -> tuple[str, str | None]:
    """Return a text without the denials whose reason a later denial of the same call no longer names.

    The lines have to begin with times, and somebody has to have changed something in between.

    Returns:
        The text with spaces instead, and the time of the last of these denials, or ``None`` if there are none.
    """
    if _CHANGE.search(text) is None:
        return text, None
    from iamtriage._reading.scanning import scan

    calls: dict[tuple[str | None, ...], list[tuple[_Span, re.Match[str], AccessDenied]]] = {}
    at, superseded = 0, None
    for failure in scan(text[:_MAX_CHARS]):
        words = failure.text[slice(*failure.span)]
        start = text.find(words, at)
        if start < 0 or not isinstance(failure, AccessDenied) or failure.policy_type is None:
            continue
        at = start + len(words)
        time = _TIME.match(text, line_start(text, start))
        if time is not None and failure.action and failure.resource:
            caller = _SESSION.sub("", failure.principal or "")
            calls.setdefault((failure.action, failure.resource, caller), []).append(
                ((start, at), time, failure)
            )
    for *before, last in calls.values():
        past = [each for each in before if _reason(each[2]) != _reason(last[2])]
        times = [each[1].group("date", "time") for each in (*before, last)]
        # An explicit Deny stays, whatever somebody allows.
        if any(each[2].deny == "explicit" for each in past):
            continue
        if not past or past != before[: len(past)] or len({each is None for each, _ in times}) > 1:
            continue
        _, end = past[-1][0]
        is_later = all(_key(one) < _key(next_) for one, next_ in itertools.pairwise(times))
        if is_later and _was_changed(text[end : (*before, last)[len(past)][0][0]], last[2].action or ""):
            superseded = past[-1][1]["time"]
            for (start, stop), *_ in past:
                text = text[:start] + re.sub(r"[^\n]", " ", text[start:stop]) + text[stop:]
    return text, superseded


def _reason(failure: AccessDenied) -> tuple[str | None, ...]:
    return failure.policy_type, failure.deny, failure.policy_arn


def _key(time: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(each or "" for each in time)


def _was_changed(text: str, action: str) -> bool:
    """Return whether somebody says of an action, a policy or a permission that it was allowed or changed."""
    for found in _CHANGE.finditer(text):
        line, before = found[0], found["before"]
        is_open = _UNDONE.search(line.partition(",")[0]) or _NOT_DONE.search(before)
        is_about = action in line or _ABOUT_ACCESS.search(line) is not None
        if is_about and not (is_open or _OF_LIMIT.search(line) or _OTHER_ACCOUNT.search(line)):
            return True
    return False


def without_past_parts(text: str) -> str:
    """Return a text in which spaces replace past errors and removed policies, or the same one.

    >>> without_past_parts("We fixed 'no such host db' yesterday.")
    "We fixed '               ' yesterday."
    >>> without_past_parts("We fixed the role, and now it says 'no such host db'.")
    "We fixed the role, and now it says 'no such host db'."
    """
    shown = text[:_MAX_CHARS]
    lowered = shown.lower()
    if not any(each in lowered for each in _FRAGMENTS) or _SIGNS.search(shown) is None:
        return text
    policies = [
        (each.start, each.end) for each in find_documents(shown) if each.member in {"Statement", "Effect"}
    ]
    past = [span for span in policies if _is_removed(shown, span)]
    past += _find_removed_names(shown)
    failures = _find_failures(shown)
    past += _find_past_failures(shown, failures)
    past += _find_fixed_quotes(shown, failures)
    for start, end in past:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _find_failures(text: str) -> list[_Span]:
    from iamtriage._reading.scanning import scan

    spans: list[_Span] = []
    at = 0
    for failure in scan(text):
        words = failure.text[slice(*failure.span)]
        start = text.find(words, at)
        if start >= 0:
            at = start + len(words)
            spans.append((start, at))
    return spans


def _find_fixed_quotes(text: str, failures: Sequence[_Span]) -> Iterator[_Span]:
    """Yield quoted messages that somebody fixed, and that are no failures of AWS."""
    for found in _QUOTED_FIX.finditer(text):
        start, end = found.span("words")
        is_other = all(high <= start or end <= low for low, high in failures)
        is_other = is_other and _ASKED.match(text, end) is None
        if is_other and _UNDONE.search(_last_sentence(text, 0, found.start())) is None:
            yield start, end


def _find_past_failures(text: str, spans: Sequence[_Span]) -> Iterator[_Span]:
    if not spans:
        return
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans[1:]), len(text)]
    before = [_last_sentence(text, end, start) for end, (start, _) in zip(ends, spans, strict=False)]
    present = [
        _NOW.search(each) is not None and not (_EARLIER.search(each) or _AT_THE_SAME_TIME.search(each))
        for each in before
    ]
    for number, (start, end) in enumerate(spans):
        fixed = _find_end_of_fixed(text, (start, end), before[number], starts[number])
        said = before[number]
        is_earlier = not present[number] and any(present) and _EARLIER.search(said) is not None
        is_earlier = is_earlier and not (_OF_OUTPUT.search(said) or _UNDONE.search(said))
        if fixed is not None or is_earlier:
            yield start, fixed or end


def _find_end_of_fixed(text: str, span: _Span, before: str, following: int) -> int | None:
    """Return where the message of an error ends if the text says that it is fixed.

    Args:
        text: The text.
        span: The error, which can contain words that follow its message.
        before: The words that lead to it.
        following: Where the next error begins.
    """
    start, end = span
    fixed = _FIXED_BEFORE.search(before)
    if fixed is not None:
        after = _first_sentence(text, end, following)
        is_past = _UNDONE.search(before[: fixed.start()]) is None and not _ASKED.match(after)
        return end if is_past and not _CAME_BACK.search(after) else None
    for at in (*(each.end() for each in _CLOSING.finditer(text, start, end)), end):
        after = _first_sentence(text, at, following)
        gone = _GONE_AFTER.match(after)
        if gone is not None and not (_UNDONE.search(gone[0]) or _CAME_BACK.search(after)):
            return at
    return None


def _is_removed(text: str, span: _Span) -> bool:
    start, end = span
    before, after = _last_sentence(text, 0, start), _first_sentence(text, end, len(text))
    removed = _POLICY_REMOVED_BEFORE.search(before)
    if removed is not None:
        is_past = _PRESENT.search(before, removed.end() - len(removed[0])) is None
        return is_past and not (_UNDONE.search(before) or _CAME_BACK.search(before))
    removed = _POLICY_REMOVED_AFTER.match(after)
    return removed is not None and not (
        _UNDONE.search(removed[0]) or _CAME_BACK.search(after) or _IN_FORCE.search(after)
    )


def _find_removed_names(text: str) -> Iterator[_Span]:
    """Yield the names of AWS managed policies of which a sentence says that somebody removed them."""
    for found in _NAMED_POLICY.finditer(text):
        start, end = found.span()
        before, after = _last_sentence(text, 0, start), _first_sentence(text, end, len(text))
        removed = _NAME_REMOVED_BEFORE.search(before) or _NAME_REMOVED_AFTER.match(after)
        if removed and not (_UNDONE.search(before) or _UNDONE.search(removed[0]) or _CAME_BACK.search(after)):
            yield start, end


def _last_sentence(text: str, low: int, end: int) -> str:
    """Return the sentence that leads to a position."""
    words = text[max(low, end - _CHARS_AROUND) : end].rstrip(_AROUND)
    words += text[max(low, end - _CHARS_AROUND) : end][len(words) :].strip()
    return words[max((each.end() for each in _SENTENCE_END.finditer(words)), default=0) :]


def _first_sentence(text: str, start: int, high: int) -> str:
    """Return the sentence that a position begins, or that follows it."""
    words = text[start : min(high, start + _CHARS_AROUND)]
    end = _SENTENCE_END.search(words, len(words) - len(words.lstrip(_AROUND)))
    return words[: end.start()] if end else words
