"""Who may come in and what they may do: roles, passwords, second factors, login sessions."""
