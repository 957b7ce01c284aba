"""Why a number is what it is: its parts, and what they come from, up to the event lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from core.commands.trying import redo
from core.commands.what_if import Step
from core.errors import BakehouseError
from core.services.planning.telling import Told
from core.session import KitchenSession
from core.worker import SessionWorker
from tui.screens.dialog import Dialog
from tui.screens.why.reading import read_why
from tui.widgets.plain import plain
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp

MOST_LINES = 1000
MORE = Told("…", "and more")


class WhyTree(Tree[Told]):
    """The lines of an explanation; nothing in them is markup."""

    class Chosen(Message):
        """Somebody wants to go to what a line stands for."""

        def __init__(self, line: Told) -> None:
            self.line = line
            super().__init__()

    KEYS_OF = "why"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", id="why.go"),
        Binding("space", "toggle_node", "Fold", id="why.fold"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "scroll_home", "First", show=False),
        Binding("G", "scroll_end", "Last", show=False),
        Binding("c", "copy_line", "Copy line", show=False, id="why.copy-line"),
        Binding("C", "copy_all", "Copy all of it", show=False, id="why.copy-all"),
    ]

    def action_choose(self) -> None:
        """Go to what the line under the cursor stands for."""
        node = self.cursor_node
        if node is not None and node.data is not None:
            self.post_message(self.Chosen(node.data))

    def action_copy_line(self) -> None:
        """Copy the line under the cursor."""
        node = self.cursor_node
        if node is not None and node.data is not None:
            cast("BakehouseApp", self.app).copy(_said(node.data))

    def action_copy_all(self) -> None:
        """Copy every line, each as far in as it stands."""
        lines = [text for node in self.root.children for text in _all_said(node, 0)]
        if lines:
            cast("BakehouseApp", self.app).copy("\n".join(lines))

    def process_label(self, label: str | Text) -> Text:
        """Take a label as it is."""
        return label if isinstance(label, Text) else Text(plain(label))


class WhyScreen(Dialog[Told | None]):
    """The tree of one or several items of an event."""

    KEYS_OF = "why"
    CSS_PATH = Path(__file__).with_name("why.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w", "dismiss(None)", "Back", id="why.back"),
    ]

    def __init__(self, event_id: int, items: Sequence[int], steps: Sequence[Step] = ()) -> None:
        super().__init__()
        self.event_id_asked = event_id
        self.items = tuple(items)
        self.steps = tuple(steps)
        self.keys_wait = True
        self._session: SessionWorker | None = None

    def compose(self) -> ComposeResult:
        """Lay out a title, the tree, the keys."""
        with Vertical(id="why"):
            yield Words("Why", id="why-title")
            tree = WhyTree("")
            tree.show_root = False
            tree.guide_depth = 3
            yield tree
            yield Words("Enter goes there · Space folds · ↑↓ moves · Esc goes back", id="why-keys")

    @on(WhyTree.Chosen)
    def _choose(self, message: WhyTree.Chosen) -> None:
        self.dismiss(message.line)

    def on_mount(self) -> None:
        """Read the explanation."""
        self._session = SessionWorker(name="why")
        self.load()

    def on_unmount(self) -> None:
        """Have the session closed on its own thread."""
        if self._session is not None:
            self._session.close()

    @work(exclusive=True, group="fill")
    async def load(self) -> None:
        """Read it and build the tree."""
        session = self._session
        assert session is not None

        def read(own: KitchenSession) -> list[Told]:
            redo(own, self.steps)
            return self.read(own)

        submit = session.submit_rehearsal if self.steps else session.submit
        try:
            lines = await asyncio.wrap_future(submit(read))
        except BakehouseError as error:
            title = self.query_one("#why-title", Words)
            title.add_class("error")
            title.say(str(error))
            return
        finally:
            self.take_keys()
        tree = self.query_one(WhyTree)
        planting = _Planting()
        for line in lines:
            planting.put(tree.root, line)
        tree.root.expand_all()
        tree.cursor_line = 0
        tree.focus()
        self.query_one("#why-title", Words).say(self.title_of(lines))

    def read(self, session: KitchenSession) -> list[Told]:
        """Return the lines; it runs on the session's thread."""
        return [read_why(self.event_id_asked, item, session) for item in self.items]

    def title_of(self, lines: Sequence[Told]) -> str:
        """Return what stands over the lines."""
        return "Why  " + ", ".join(f"{line.amount} {line.words}" for line in lines)


def _said(line: Told) -> str:
    return "  ".join(filter(None, (line.amount, plain(line.said))))


def _all_said(node: TreeNode[Told], depth: int) -> Iterator[str]:
    if node.data is not None:
        yield "  " * depth + _said(node.data)
    for inner in node.children:
        yield from _all_said(inner, depth + 1)


class _Planting:
    """Puts lines into a tree, as many as a person could read on."""

    def __init__(self) -> None:
        self._left = MOST_LINES

    def put(self, node: TreeNode[Told], line: Told) -> None:
        """Put a line and all below it under a node."""
        self._left -= 1
        if not line.inner:
            node.add_leaf(_label(line), line)
            return
        own = node.add(_label(line), line)
        for inner in line.inner:
            if self._left <= 0:
                own.add_leaf(_label(MORE), MORE)
                return
            self.put(own, inner)


def _label(line: Told) -> Text:
    label = Text()
    label.append(plain(line.amount), "bold")
    label.append(f" {plain(line.words)}" if line.amount else plain(line.words))
    if line.note:
        label.append(f"  {plain(line.note)}", "dim")
    return label
