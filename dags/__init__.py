"""Graphs only: every task body is one call into etl."""
