"""Which period an entry workbook is for."""

from __future__ import annotations

from datetime import date, timedelta

from etl.contract import Calendar
from etl.transform import periods

EXAMPLES = {
    "tahunan": "2025",
    "semesteran": "2025-S1 atau `Semester I 2025`",
    "triwulanan": "2025-Q2 atau `Triwulan II 2025`",
    "bulanan": "2025-05 atau `Mei 2025`",
    "harian": "2025-05-31 atau `31 Mei 2025`",
}
"""Kind of period → how one may be typed."""


class WrongPeriod(ValueError):
    """Not a period of the dataset's kind; the text says so in Indonesian, with an example."""


def next_due(calendar: Calendar, today: date) -> str:
    """The period whose data are due next, days of grace included: every earlier one's last day in time is past."""
    day = today - timedelta(days=calendar.due_days + calendar.grace_days)
    part = {"semesteran": f"-S{(day.month - 1) // 6 + 1}", "triwulanan": f"-Q{(day.month - 1) // 3 + 1}"}
    part |= {"bulanan": f"-{day:%m}", "harian": f"-{day:%m-%d}", "tahunan": ""}
    return f"{day.year}{part[calendar.period]}"


def due_day(calendar: Calendar, period: str) -> date:
    """Last day on which the period's data are in time, without grace."""
    return periods.bounds(period)[1] + timedelta(days=calendar.due_days)


def chosen(calendar: Calendar, text: str | None, today: date) -> str:
    """The code of the period typed, or of the one due next when none was. Raises WrongPeriod."""
    if text is None:
        return next_due(calendar, today)
    try:
        return periods.parse(text, calendar.period)
    except periods.Unreadable as reason:
        raise WrongPeriod(
            f"`{text}` bukan periode {calendar.period}: {reason}. Tulis misalnya {EXAMPLES[calendar.period]}."
        ) from None
