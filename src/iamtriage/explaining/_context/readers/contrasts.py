"""Leave out the names in a text that it contrasts with those of the failed call, or gives as examples."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

_MAX_CHARS = 64_000
_CONTRAST = lazy_pattern(
    r"(?i:\bunlike|\bnot to be confused with|\bsee also|\b(?:do|does|did)(?: not|n't) (?:actually |even )?use|\b(?:am|is|are|was|were)(?: not|n't) using"
    r"|#[ \t]{0,4}(?:for )?example(?=:))[: ]"
)
# What follows, up to the end of the clause, but not an error: "unlike the docs say: An error occurred …".
_CLAUSE = lazy_pattern(r"(?:[^\n,;:!?().]|[:.](?=\S)|,(?=\w)){1,200}")
_ERROR = lazy_pattern(r"(?i:\berror|denied|exception|not authorized)")
# ARNs and URLs, values of options, and words with a sign that only names have.
_NAME = lazy_pattern(
    r"(?<!\S)(?:--?[a-z][a-z-]{0,40}[ =]\S{1,400}|(?=\S{0,200}(?:\w[-_/:]{1,3}\w|[`\"']\w))\S{1,400})"
)


# "The role octo-old is not used."
_UNUSED = lazy_pattern(
    r"(?<!\S)(?P<name>(?=\S{0,200}\w[-_/:]{1,3}\w)[^\s,;?]{1,400}) (?i:(?:is|are)(?: not|n't) used\b(?! (?:by|to|for|when|if)\b))(?![^\n.]{0,80}\?)"
)


def without_contrasts(text: str) -> str:
    """Return a text in which spaces replace the names that it contrasts with those of the call, or the same one.

    >>> without_contrasts("Unlike team-logs, team-data is new.")
    'Unlike          , team-data is new.'
    >>> without_contrasts("We do not use IRSA."), without_contrasts("We use team-data.")
    ('We do not use IRSA.', 'We use team-data.')
    >>> without_contrasts("The team-logs is not used here.")
    'The           is not used here.'
    """
    parts: list[str] = []
    done = 0
    for contrast in _CONTRAST.finditer(text, 0, _MAX_CHARS):
        clause = _CLAUSE.match(text, contrast.end())
        if clause is None or contrast.start() < done or _ERROR.search(clause[0]):
            continue
        parts += (text[done : clause.start()], _NAME.sub(lambda each: " " * len(each[0]), clause[0]))
        done = clause.end()
    told = "".join([*parts, text[done:]])
    return _UNUSED.sub(lambda each: f"{' ' * len(each['name'])}{each[0][len(each['name']) :]}", told)
