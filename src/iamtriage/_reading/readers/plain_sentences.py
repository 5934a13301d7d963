"""Parse the standard denial where its values are plain: not masked, quoted or broken over lines. Most are."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.pieces import Piece
from iamtriage._reading.vocabulary.policy_types import POLICY_WORDS
from iamtriage._reading.vocabulary.strict import POLICY_TYPE

# The resource, and what follows it, are read only with what can follow them, so that none can be a part of a longer
# value or clause. A mask contains no separators.
_MASK = r"<(?!/)[^<>\s\"'`:,]{1,60}>|\[[^\[\]<>\s\"'`:,]{1,60}\]"
_VALUE = r"[A-Za-z0-9:/+=.@_-]{0,2000}+"
_ARN = rf"arn:{_VALUE}(?:(?:{_MASK}|\*{{1,16}}+(?![A-Za-z])){_VALUE}){{0,8}}+(?<=[A-Za-z0-9*>\]])(?<![:/].{{4}})(?<![^*]\*\*)"
_PRINCIPAL = (
    rf"arn:(?:[A-Za-z0-9:/+=,.@_*#-]{{1,2000}}+(?:{_MASK})?){{1,8}}(?<=[A-Za-z0-9>\]])(?<![^\w/.-]User)"
)
_SENTENCE = lazy_pattern(
    rf"(?<![\w/.-])User:[ ](?P<principal>{_PRINCIPAL})\s(?P<verb>is\snot\sauthorized)"
    r"\sto\sperform:\s(?P<action>[A-Za-z][A-Za-z0-9-]{1,62}:[A-Za-z][A-Za-z0-9]{0,127})(?=[ ][a-z(.]|\n(?:on\sresource:|because\sno|with\san\sexplicit)\s|\Z)"
    rf"(?:\son\sresource:\s(?P<quote>[\"'`])?(?P<resource>{_ARN})(?(quote)(?P=quote)"
    r"|(?=\s(?:because\sno\s|with\san\sexplicit\sdeny|\((?:Service|SDK|Status|AWS|Request)\b)|[\"'][,}\]]|\n\n|\Z)))?"
    rf"(?:\s(?P<reason>because\sno\s(?P<no>{POLICY_TYPE})\sallows\sthe\s(?P=action)\saction\b"
    rf"|with\san\sexplicit\sdeny(?!\s+[Ii][Nn]\b|\w)"
    rf"|with\san\sexplicit\sdeny\sin\s(?:an?|the)\s(?P<in>{POLICY_TYPE})(?:(?!\w|\s*[,:]|\s+(?:with|transitively)\b)"
    rf"|(?:,\swith\spolicy\sARN)?:\s(?P<policy>{_ARN})(?=\.?(?:\s|\Z)))))?"
)


def read_plain_sentence(text: str, start: int, verb: int) -> Piece | None:
    """Parse the sentence with a verb at a position, as far as it is plain; it can start at ``start`` or after."""
    m = _SENTENCE.match(text, max(start, text.rfind("User: arn:", start, verb)))
    if m is None:
        return None
    principal, _, action, _, resource, reason, implicit, explicit, policy = m.groups()
    places = m.regs
    if places[2][0] != verb or "__" in f"{resource}{policy}":
        return None
    piece = Piece("core", places[0][0], places[0][1], kind="access_denied", is_aws=True)
    piece.put_principal(text, principal, *places[1])
    piece.put_action(action, *places[3])
    piece.put("resource", resource, *places[5])
    if reason is not None:
        piece.put("deny", "explicit" if implicit is None else "implicit")
        words = implicit or explicit
        piece.put("policy_type", POLICY_WORDS[words] if words else None)
        piece.put("policy_arn", policy, *places[9])
        piece.put("reason", " ".join(reason.split()), *places[6])
    return piece
