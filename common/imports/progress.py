"""How far a long command has come: a bar on stderr, and only where somebody sits in front of it."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Progress:
    """A bar at a time; on anything but a terminal it says nothing."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self.bars = Bars(*columns, console=console, disable=not console.is_terminal, transient=True)
        self.bar = self.bars.add_task("", visible=False)

    def begin(self, description: str, total: int) -> None:
        self.bars.reset(self.bar, description=description, total=total, visible=True)

    def reach(self, completed: int) -> None:
        self.bars.update(self.bar, completed=completed)

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.bars.stop()
