"""What is known: sources, parameters, rules and trials, each record with where it comes from."""
