"""Recognize what a text is about, apart from its failure.

``text_signs`` recognizes pods, controllers, ACLs and S3-compatible software. ``deployment_tools``, ``cdk_bootstrap``
and ``ecs_starts`` know what deploys or starts something, ``boundary_settings`` what sets a permissions boundary, and ``generated_names`` the roles of stacks. ``text_fragments``
saves searches in texts that can have no such sign. ``unfilled_placeholders`` finds what nobody replaced in a name.
``unread_texts`` describes a text without a failure.
"""
