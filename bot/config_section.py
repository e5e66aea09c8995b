"""A section of the configuration (配置段), read key by key: faults are noted, never raised."""

from collections.abc import Sequence
from difflib import get_close_matches

from bot.config_faults import Fault

KIND_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a fraction",
    str: "a text",
    list: "a list",
    dict: "a section",
}


class Section:
    """After a fault a reader answers the default or something empty, so that reading goes on."""

    def __init__(self, name: str, table: dict[str, object], faults: list[Fault]) -> None:
        self.name = name
        self._table = table
        self._faults = faults
        self._known: list[str] = []

    def setting(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def fault(self, key: str, problem: str, remedy: str) -> None:
        self._faults.append(Fault(self.setting(key), problem, remedy))

    def has(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str, default: str | None = None) -> str:
        """A default of None means that the setting has to be there."""
        value = self._value(key, str)
        if value is None:
            if default is None and not self.has(key):
                self.fault(key, "is missing", f'write {key} = "…"')
            return default or ""
        assert isinstance(value, str)
        if not value and default != "":
            self.fault(key, "is empty", f'write {key} = "…"')
        return value

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value and value not in options:
            wanted = " or ".join(f'"{option}"' for option in options)
            self.fault(key, "is not one of the possible values", f"write {wanted}")
            return ""
        return value

    def number(self, key: str, default: int, *, lowest: int, highest: int) -> int:
        value = self._value(key, int)
        if value is None:
            return default
        assert isinstance(value, int)
        if not lowest <= value <= highest:
            problem = "is out of range"
            self.fault(key, problem, f"write a whole number from {lowest} to {highest}")
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._value(key, bool)
        return default if value is None else bool(value)

    def section(self, key: str) -> "Section":
        value = self._value(key, dict)
        return Section(self.setting(key), value if isinstance(value, dict) else {}, self._faults)

    def sections(self, key: str) -> list["Section"]:
        """A list of tables, as `[[…]]` makes it."""
        value = self._value(key, list)
        found = []
        for index, item in enumerate(value if isinstance(value, list) else []):
            name = f"{key}[{index}]"
            if isinstance(item, dict):
                found.append(Section(self.setting(name), item, self._faults))
            else:
                self.fault(name, f"is {_kind_name(item)}", f"write [[{self.setting(key)}]]")
        return found

    def refuse_unknown_keys(self) -> None:
        """To be called when all that may stand here was asked for."""
        for key in self._table:
            if key not in self._known:
                near = get_close_matches(key, self._known, n=1)
                remedy = f"write {near[0]}, or remove it" if near else "remove it"
                self.fault(key, "is not a setting", remedy)

    def _value(self, key: str, wanted: type) -> object:
        self._known.append(key)
        if key not in self._table:
            return None
        value = self._table[key]
        # In Python True is also an int; in a configuration it is not.
        if type(value) is wanted:
            return value
        self.fault(key, f"is {_kind_name(value)}", f"write {KIND_NAMES[wanted]}")
        return None


def _kind_name(value: object) -> str:
    return KIND_NAMES.get(type(value), "a date or time")
