"""The settings of one plugin as a form, written into the config file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType

from bakehouse.plugin import Setting
from core.commands.model import Command, Param, Wanted
from core.errors import BakehouseError
from plugins.host import Host
from plugins.settings import Held, Settings
from tui.screens.form.fields import Field
from tui.screens.form.screen import FormScreen
from tui.threads import in_thread

if TYPE_CHECKING:
    from tui.app import BakehouseApp

WANTED = {
    "text": Wanted.TEXT,
    "integer": Wanted.NUMBER,
    "number": Wanted.NUMBER,
    "flag": Wanted.CHOICE,
    "choice": Wanted.CHOICE,
    "date": Wanted.DATE,
}
SUMMARY = "Kept in the config file, where everything else stays as it is."


class SettingsScreen(FormScreen):
    """Asks for the settings of a plugin; only what is changed here is written."""

    KEYS = "Enter keeps them · Esc drops · ↑↓ choose · Tab next · Ctrl+R the default"
    KEYS_OF = "plugin settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "reset", "Default", id="settings.default", priority=True,
                tooltip="take what holds where nothing is set"),
    ]  # fmt: skip

    def __init__(self, host: Host, name: str, settings: Settings) -> None:
        params = tuple(_param(each.setting) for each in settings.held)
        super().__init__(Command(("settings",), f"{name}: settings", SUMMARY, params, ""), {})
        self._host = host
        self._plugin = name
        self._held = {each.setting.key: each for each in settings.held}
        self._titles = {each.setting.key: each.setting.title for each in settings.held}
        self._opened = {key: _text(held) for key, held in self._held.items()}

    @property
    def kitchen(self) -> BakehouseApp:
        """The app, by its own type."""
        return cast("BakehouseApp", self.app)

    def label(self, param: Param) -> str:
        """Return the title of a setting."""
        return self._titles[param.name]

    def on_mount(self) -> None:
        """Fill the fields; the kitchen is not asked."""
        self.fill()

    @work(exclusive=True, group="fill")
    async def fill(self) -> None:
        """Show what holds now."""
        for field in self.query(Field):
            held = self._held[field.param.name]
            field.input.password = held.setting.secret
            with field.prevent(Field.Changed):
                field.input.value = self._opened[field.param.name]
        self.query(Field).first().input.focus()
        self._ready = True
        self.look()

    # -- while one types ---------------------------------------------------------------------------

    def about(self, field: Field) -> str:
        """Say what a field takes, what is the default, and where its value comes from."""
        held = self._held[field.param.name]
        setting = held.setting
        default = Held(setting, setting.default, "default").said or "nothing"
        parts = [setting.help, setting.takes, f"default: {default}"]
        if held.source != "default":
            parts.append(f"from {held.source}")
        return " · ".join(filter(None, parts))

    def action_reset(self) -> None:
        """Put the default into the field that has the focus."""
        field = next((each for each in self.query(Field) if each.input is self.focused), None)
        if field is not None:
            setting = self._held[field.param.name].setting
            field.input.value = Held(setting, setting.default, "default").said

    @property
    def changes(self) -> dict[str, str]:
        """What was typed over, by key; what stands for a secret that is not known is no change."""
        return {
            field.param.name: field.input.value
            for field in self.query(Field)
            if field.input.value != self._opened[field.param.name]
        }

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Say what would be written, or what cannot be."""
        self.looked = True
        wrong = next(self._wrong(), None)
        if wrong is not None:
            self._say(wrong, bad=True)
            return
        titles = [self._titles[key] for key in self.changes]
        said = [f"Enter keeps: {', '.join(titles)}"] if titles else []
        said += [_wins(held) for held in self._held.values() if held.variable]
        self._say("\n".join(said))

    def _wrong(self) -> Iterator[str]:
        """Yield what is wrong: of what is typed, and of what is set elsewhere."""
        for key, held in self._held.items():
            if key in self.changes:
                try:
                    held.setting.read(self.changes[key])
                except ValueError as error:
                    yield f"{held.setting.title} {error}."
            elif held.trouble:
                yield held.trouble

    # -- keeping -----------------------------------------------------------------------------------

    @work(group="record")
    async def record(self) -> None:
        """Write what was changed; a value like the default is taken out of the file."""
        host, name, changes = self._host, self._plugin, self.changes

        def keep() -> list[Held]:
            return [
                host.keep_setting(name, key, None if self._is_default(key, text) else text)
                for key, text in changes.items()
            ]

        try:
            for key, text in changes.items():
                self._held[key].setting.read(text)
            kept = await asyncio.wrap_future(in_thread(keep, "settings"))
        except ValueError:
            self.look()
        except BakehouseError as error:
            self._say(str(error), bad=True)
        else:
            self.dismiss(None)
            self._tell(kept)
        finally:
            self.recording = False

    def _is_default(self, key: str, text: str) -> bool:
        setting = self._held[key].setting
        return setting.read(text) == setting.default

    def _tell(self, kept: list[Held]) -> None:
        if not kept:
            return
        said = ", ".join(f"{each.setting.title}: {each.said or 'nothing'}" for each in kept)
        self.kitchen.say(f"{self._plugin}: {said}")
        for each in kept:
            if each.variable:
                self.kitchen.say(_wins(each), "warning")
        self.kitchen.read_anew()


def _param(setting: Setting) -> Param:
    choices = ("no", "yes") if setting.kind == "flag" else setting.choices
    return Param(setting.key, WANTED[setting.kind], setting.help, required=False, choices=choices)


def _text(held: Held) -> str:
    return "" if held.setting.secret else held.said


def _wins(held: Held) -> str:
    return f"{held.setting.title}: {held.variable} wins for as long as it is set."
