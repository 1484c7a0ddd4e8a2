"""What every page has in the browser beside what it shows: two scripts without a picture."""

from app.components import assets

_NOTHING = "<span hidden></span>"
_number_keys = assets.component("number_keys", _NOTHING)
_address_history = assets.component("address_history", _NOTHING)


def browser_parts() -> None:
    """Give number fields their keys, and the Back button one step a page."""
    _address_history(key="address-history")
    _number_keys(key="number-keys")
