"""What every page has in the browser beside what it shows: two scripts without a picture."""

from app.widgets.shared import assets

_NOTHING = "<span hidden></span>"
_number_keys = assets.component("number_keys", _NOTHING)
_address_history = assets.component("address_history", _NOTHING)


def number_keys() -> None:
    """Give the number fields of the page their role, their keypad and their arrow keys."""
    _number_keys(key="number-keys")


def address_history() -> None:
    """Let one step back in the browser be one page back."""
    _address_history(key="address-history")
