"""Show the Deny of a policy that is not the caller's own, and how its owner exempts the caller."""

from __future__ import annotations

import attrs

from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.denials.resource_commands import exempting_statement, organization_commands
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import compared_resource
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.policies._readers.elements import shown_sid

FIND_DENY, OF_CALLER = "Find the Deny statement", frozenset({None, "identity"})
"""How a remedy begins that looks for a Deny, and the types of policies that only the caller has."""


def show_exemption(denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Return the remedies with the Deny statement of a policy that is not the caller's own, and how to exempt the caller in it."""
    resource = compared_resource(denial)
    denies = [each for each in policy.denies if names_action(each, denial.action or "")]
    denies = [each for each in denies if resource is None or names_resource(each, resource)]
    if denial.policy_type in OF_CALLER or len(denies) != 1:
        return remedies
    name = f"the statement {sid}" if (sid := shown_sid(denies[0])) else "the Deny statement"
    shown = exempting_statement(denial, denies[0])

    def show(remedy: Remedy) -> Remedy:
        if remedy.title.startswith(FIND_DENY):
            place = remedy.title.removeprefix(FIND_DENY).partition(", then")[0]
            remedy = attrs.evolve(remedy, title=f"Scope down {name}{place}", steps=remedy.steps[1:])
        elif not remedy.title.startswith("Have the "):
            return remedy
        if shown is None:
            return remedy
        kept = tuple(each for each in remedy.steps if not each.startswith(f"A Deny of {denial.action} often"))
        steps = (*kept, f"Below, {name} exempts the caller. The other statements stay.")
        changed = attrs.evolve(remedy, steps=steps, manifest=shown, manifest_language="text")
        if remedy.who != "organization administrator":
            return changed
        where, *lines = organization_commands(denial)
        label = Labelled("Then, with the statement changed in policy.json:", lines[-1])
        if denial.policy is None:
            # The commands do not look for the policy.
            find = f"For POLICY_ID{where.partition(' For POLICY_ID')[2]}"
            kept = tuple(each for each in kept if not each.startswith("Administrators repeat "))
            changed = attrs.evolve(changed, steps=(*kept, find, steps[-1]))
        return attrs.evolve(changed, commands=tuple(lines), labels=(label,))

    # A statement without conditions requires nothing.
    guess = "if the Deny requires one" if not denies[0].get("Condition") else None
    return tuple(show(each) for each in remedies if guess is None or not each.title.endswith(guess))
