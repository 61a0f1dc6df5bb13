"""The entry workbook: made from a contract alone for an SKPD without a system, filled in, and read back as any file.

due.py        which period is due next, and what a period may be typed as
table.py      what a workbook is planned as: columns, rows, where they stand
plan.py       contract + regions + released values → such a plan (pure)
measures.py   its columns of figures · keys.py its columns and rows of regions and breakdowns
formulas.py   the contract's rules as conditional formats and data validation (pure) · pattern.py regular expressions
write.py      plan → .xlsx
recognise.py  is this file one of ours? · entry.py the contract that reads it
"""
