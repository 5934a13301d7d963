"""Name the classes of which nearly every rule consists: what it explains, and what it says.

Rules import them from here whether they need all of them or only one. Only what every denial loads imports just
what it needs, because the first explanation of a process loads no remedies.
"""

from __future__ import annotations

from iamtriage._rendering.labels import Labelled
from iamtriage.explaining._cause_types import Cause, CauseType, Evidence
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("Case", "Cause", "CauseType", "Denial", "Evidence", "Explanation", "Labelled", "Remedy")
