"""What is known of every plugin, as a table and as facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bakehouse.plugin import Column, Row, RowStyle, Table
from plugins.host import Record, State
from plugins.settings import Settings

COLUMNS = (
    Column("name", "Plugin", width=16, priority=0),
    Column("version", width=10, priority=1),
    Column("state", "State", "status", priority=0),
    Column("offers", "Offers", width=16, priority=2),
    Column("import", "Import", "amount", priority=3),
    Column("slowest", "Slowest", "amount", priority=2),
    Column("reason", "Why", width=24, priority=0),
)
STYLES: dict[State, RowStyle] = {
    State.LOADED: "done",
    State.ENABLED: "done",
    State.FAILED: "short",
    State.BLOCKED: "short",
    State.INCOMPATIBLE: "short",
    State.DISCOVERED: "unknown",
    State.DISABLED: "muted",
    State.QUARANTINED: "short",
}


def as_table(records: Sequence[Record]) -> Table:
    """Return every plugin as a row."""
    return Table(COLUMNS, [_row(record) for record in records], empty="No plugin is installed.")


def _row(record: Record) -> Row:
    return Row(
        record.name,
        (
            record.name,
            record.version,
            str(record.state),
            _offers(record),
            said_ms(record.import_ms),
            said_ms(record.slowest_ms),
            _reason(record),
        ),
        style=STYLES.get(record.state, "short"),
    )


def _offers(record: Record) -> str:
    counts = ((len(ids), hook) for hook, ids in sorted(record.offers.items()))
    return ", ".join(
        f"{count} {hook if count > 1 else hook.removesuffix('s')}"
        for count, hook in counts
        if count
    )


def _reason(record: Record) -> str:
    if record.reason:
        return record.reason
    if record.failures:
        count = len(record.failures)
        times = "once" if count == 1 else f"{count} times, last"
        return f"failed {times}: {record.failures[-1].message}"
    if record.when_last_used:
        return f"when last used: {'; '.join(record.when_last_used)}"
    return "built in" if record.builtin else f"from {record.distribution}"


def said_ms(value: float | None) -> str:
    """Say milliseconds; nothing where they are not known yet."""
    return "" if value is None else f"{value:.0f} ms"


def facts(record: Record, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield everything that is known of a plugin, named."""
    yield "state", f"{record.state}{f': {record.reason}' if record.reason else ''}"
    built_in = ", built in" if record.builtin else ""
    yield "comes from", f"{record.distribution} {record.version}, {record.module}{built_in}"
    yield "imported in", said_ms(record.import_ms) or "not imported yet"
    yield "slowest view", said_ms(record.slowest_ms) or "none opened yet"
    for view in record.views:
        key = f", key {view.key}" if view.key else ""
        yield "view", f"{view.id}: {view.title}, budget {view.budget_ms} ms{key}"
    for check in record.checks:
        yield "check", f"{check.id}: {check.title}, budget {check.budget_ms} ms"
    for hook, ids in sorted(record.offers.items()):
        if hook not in ("views", "checks") and ids:
            yield hook, ", ".join(ids)
    for held in settings.held:
        yield "setting", f"{held.setting.key} = {held.said}, from {held.source}"
    for trouble in (*settings.troubles, *settings.unknown):
        yield "! setting", trouble
    for old in record.deprecated:
        yield "! will stop", old
    for failure in record.failures:
        yield "failure", str(failure)
    if not record.failures:
        for told in record.when_last_used:
            yield "when last used", told


def report(record: Record, settings: Settings) -> str:
    """Return what to hand to the plugin's author."""
    lines = [f"{name}: {value}" for name, value in facts(record, settings)]
    traces = [failure.traceback_text for failure in record.failures if failure.traceback_text]
    return "\n".join([f"plugin {record.name} {record.version}", *lines, *traces])
