"""What a file looks like, said to a person, and the contract that would read it, drafted for that person to finish."""
