"""Build the remedies that grant what was denied.

``allow_remedies`` grants it in an identity-based policy, ``permission_sets`` in that of IAM Identity Center,
``bootstrap_policies`` in that of a role of the CDK, and ``service_access`` allows a service in the policy of a resource.
``copied_tags`` repeats a copy without the tags of an object that it was denied.
``denial_remedies`` checks what can grant the access at all, and ``unnamed_calls`` finds the call of a denial that names none.
"""
