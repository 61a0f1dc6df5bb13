"""Real servers for the tests, each on a free port of this machine, started and ended by its fixture."""
