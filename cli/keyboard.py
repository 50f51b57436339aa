"""Keys asked for one at a time: pressed on a terminal without return, read as lines elsewhere."""

from __future__ import annotations

import os
import sys
import termios
import tty
from types import TracebackType
from typing import Any

QUIT = "q"
_ESCAPE, _END = "\x1b", "\x04"


class Keyboard:
    """Standard input for as long as it is open; the terminal is afterwards as it was."""

    def __init__(self) -> None:
        self._terminal = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._before: list[Any] = []
        self._pressed = ""

    def __enter__(self) -> Keyboard:
        if self._terminal is not None:
            self._before = termios.tcgetattr(self._terminal)
            tty.setcbreak(self._terminal, termios.TCSANOW)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._terminal is not None:
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    def forget(self) -> None:
        """Let go what was pressed before something new is shown: nobody decides on what they have not seen."""
        self._pressed = ""
        if self._terminal is not None:
            termios.tcflush(self._terminal, termios.TCIFLUSH)

    def key(self) -> str:
        """The next key, or the first letter of the next line, in lower case; `q` at the end of the input."""
        if self._terminal is None:
            line = sys.stdin.readline()
            return line.strip().casefold()[:1] if line else QUIT
        while not self._pressed:
            pressed = os.read(self._terminal, 64).decode(errors="ignore") or _END
            self._pressed = "" if pressed.startswith(_ESCAPE) else pressed  # an arrow or function key says nothing
        key, self._pressed = self._pressed[0], self._pressed[1:]
        return QUIT if key == _END else key.casefold()
