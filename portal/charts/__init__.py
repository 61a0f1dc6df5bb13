"""Figures drawn: pure functions from what was read to SVG, or to what the charting library draws."""
