"""Create STS clients with regional failover; read the STS settings of sessions."""
