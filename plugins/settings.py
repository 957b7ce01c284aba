"""The settings of plugins: what is set in the config file and the environment, by their schema."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from bakehouse.plugin import Setting, SettingValue
from core.config import settings_of
from core.errors import NotFound, UnreadableArgument
from core.places import config_file
from plugins.configuring import write_value

CONFIG = "config.toml"
VARIABLE = "BAKEHOUSE_PLUGIN_"
"""What the environment variables of settings begin with."""
NO_VALUES: Mapping[str, SettingValue] = MappingProxyType({})


class SettingNotFound(NotFound):
    """The plugin has no setting of this name."""

    noun = "setting"


class Held(Struct, frozen=True):
    """One setting, its value now, and where that comes from: "default", the file, a variable."""

    setting: Setting
    value: SettingValue
    source: str
    trouble: str = ""

    @property
    def variable(self) -> str:
        """The environment variable it comes from, or nothing."""
        return self.source if self.source.startswith(VARIABLE) else ""

    @property
    def said(self) -> str:
        """The value as a person reads it; a secret is not told."""
        if self.setting.secret:
            return "•••" if self.source != "default" else ""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return str(self.value)

    def as_data(self) -> dict[str, object]:
        """Return the setting and its value as plain data, for a list or a form."""
        value = self.said if self.setting.secret else self.value
        return {**described(self.setting), "value": value, "source": self.source}


class Settings(Struct, frozen=True):
    """The settings of one plugin, in the order of its schema."""

    held: tuple[Held, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def values(self) -> Mapping[str, SettingValue]:
        """The values, by key."""
        if not self.held:
            return NO_VALUES
        return MappingProxyType({each.setting.key: each.value for each in self.held})

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps the plugin from running with them."""
        return tuple([each.trouble for each in self.held if each.trouble])

    def of(self, key: str) -> Held:
        """Return the setting of this key. Raises `SettingNotFound`."""
        for each in self.held:
            if each.setting.key == key:
                return each
        known = [each.setting.key for each in self.held]
        raise SettingNotFound(key, get_close_matches(key, known, n=1) or known)


def variable_of(plugin: str, key: str) -> str:
    """Return the environment variable of a setting."""
    return f"{VARIABLE}{plugin}_{key}".replace("-", "_").replace(".", "_").upper()


def read_settings(plugin: str, schema: Sequence[Setting]) -> Settings:
    """Return the settings of a plugin as they are set now; the environment wins over the file."""
    if not schema:
        return Settings()
    told = settings_of(plugin)
    known = [setting.key for setting in schema]
    unknown = []
    for key in told:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            unknown.append(f"there is no setting '{key}' of {plugin}{hint}")
    return Settings(tuple(_held(plugin, each, told) for each in schema), tuple(unknown))


def keep_setting(plugin: str, setting: Setting, text: str | None) -> None:
    """Write what a person typed for a setting into the config file; None takes it out again.

    Raises:
        UnreadableArgument: It is no value of this setting; nothing was written.
        BadFile: The config file cannot be written.
    """
    try:
        value = None if text is None else setting.read(text)
    except ValueError as error:
        raise UnreadableArgument(f"The setting '{setting.key}' {error}.") from error
    write_value(config_file(), ("plugins", plugin, setting.key), value)


def described(setting: Setting) -> dict[str, object]:
    """Return a setting as data that can be kept: to be told without importing its plugin."""
    return {
        "key": setting.key,
        "title": setting.title,
        "kind": setting.kind,
        "default": str(setting.default),
        "choices": list(setting.choices),
        "least": None if setting.least is None else str(setting.least),
        "most": None if setting.most is None else str(setting.most),
        "secret": setting.secret,
        "help": setting.help,
    }


def remembered(told: Mapping[str, Any]) -> Setting:
    """Return the setting that `described` made this of."""
    return Setting(
        **{name: told[name] for name in ("key", "title", "kind", "secret", "help")},
        choices=tuple(told["choices"]),
        default=_default(told["kind"], told["default"]),
        least=None if told["least"] is None else Decimal(told["least"]),
        most=None if told["most"] is None else Decimal(told["most"]),
    )


def _default(kind: str, text: str) -> SettingValue:
    if kind == "flag":
        return text == "True"
    if kind in ("integer", "number"):
        return Decimal(text)
    return text


def _held(plugin: str, setting: Setting, told: Mapping[str, object]) -> Held:
    variable = variable_of(plugin, setting.key)
    source = "default"
    try:
        if variable in os.environ:
            source = variable
            return Held(setting, setting.read(os.environ[variable]), source)
        if setting.key in told:
            source = f"[plugins.{plugin}] of {CONFIG}"
            return Held(setting, setting.accept(told[setting.key]), source)
    except ValueError as error:
        trouble = f"the setting '{setting.key}' ({source}) {error}"
        return Held(setting, setting.default, source, trouble)
    return Held(setting, setting.default, source)
