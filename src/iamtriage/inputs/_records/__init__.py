"""Read the records of event logs: CloudTrail, OCSF and Kubernetes audit events."""
