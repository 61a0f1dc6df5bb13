"""Which period an entry workbook is for."""

from __future__ import annotations

from datetime import date, timedelta

from etl.calendar import BY_NAME, MULTI, Calendar
from etl.transform import periods


class WrongPeriod(ValueError):
    """Not a period of the dataset's kind; the text says so in Indonesian, with an example."""


def next_due(calendar: Calendar, today: date) -> str:
    """The period whose data are due next, days of grace included: every earlier one's last day in time is past.

    Of periods of several years the last of those that the contract names, when all are past.
    """
    if calendar.period == MULTI:
        awaited = sorted(calendar.periods, key=lambda period: due_day(calendar, period))
        grace = timedelta(days=calendar.grace_days)
        return next((one for one in awaited if due_day(calendar, one) + grace >= today), awaited[-1])
    day = today - timedelta(days=calendar.due_days + calendar.grace_days)
    part = {"semesteran": f"-S{(day.month - 1) // 6 + 1}", "triwulanan": f"-Q{(day.month - 1) // 3 + 1}"}
    part |= {"bulanan": f"-{day:%m}", "harian": f"-{day:%m-%d}", "tahunan": ""}
    return f"{day.year}{part[calendar.period]}"


def due_day(calendar: Calendar, period: str) -> date:
    """Last day on which the period's data are in time, without grace."""
    first, last, _ = periods.bounds(period)
    return (first if calendar.due_from == "awal" else last) + timedelta(days=calendar.due_days)


def chosen(calendar: Calendar, text: str | None, today: date) -> str:
    """The code of the period typed, or of the one due next when none was. Raises WrongPeriod."""
    if text is None:
        return next_due(calendar, today)
    try:
        return periods.parse(text, calendar.period)
    except periods.Unreadable as reason:
        raise WrongPeriod(
            f"`{text}` bukan periode {calendar.period}: {reason}. Tulis misalnya {BY_NAME[calendar.period].example}."
        ) from None
