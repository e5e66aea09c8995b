"""Days of birthdays (生日) that a filter means: of a month, this week, tomorrow."""

from datetime import date, timedelta


def days_meant(word: str, choice: str, today: date) -> list[date]:
    """`choice` is a month's number or one of words.BIRTHDAYS; a month is that of this year."""
    if word == "birth_month":
        return days_of_month(date(today.year, int(choice), 1))
    monday = today - timedelta(days=today.weekday())
    match choice:
        case "today":
            return [today]
        case "tomorrow":
            return [today + timedelta(days=1)]
        case "week":
            return week_from(monday)
        case "next_week":
            return week_from(monday + timedelta(days=7))
        case "month":
            return days_of_month(today.replace(day=1))
        case _:
            return days_of_month((today.replace(day=1) + timedelta(days=31)).replace(day=1))


def week_from(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(7)]


def days_of_month(first: date) -> list[date]:
    days = (first + timedelta(days=number) for number in range(31))
    return [day for day in days if day.month == first.month]
