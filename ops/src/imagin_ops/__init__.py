"""The operators' command: how an installation is, and what is done about it. Goes to production with the services."""
