"""Know which permissions a request or a task requires.

``required_grants`` is about the denied request. ``tasks``, ``companion_actions`` (with the table ``companion_hints``) and
``task_statements`` add what its task requires, ``required_resources`` its other resources. ``services`` lists the services that receive passed roles,
``resource_policies`` the policies of resources.
"""
