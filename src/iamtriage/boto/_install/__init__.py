"""Install explanations in the clients of a process, a session, or one client."""
