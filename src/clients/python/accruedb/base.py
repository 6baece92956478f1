"""What operations and problems are made of. The operations themselves are in `model`."""

from __future__ import annotations

from typing import Any, Callable, Dict, Generic, Iterator, List, Mapping, Optional, Sequence, TypeVar

Row = TypeVar("Row")


class AccrueError(Exception):
    """Everything that this package raises."""

    #: The `Idempotency-Key` of the command, if it was one: with it, and the same body, the command can be sent again.
    key: Optional[str] = None


class Refused(AccrueError):
    """The server answered that it does not do it: a problem (RFC 9457). Its figures are attributes."""

    code = ""
    status = 0
    detail = ""
    #: The figures by name.
    figures: Dict[str, Any]

    def __init__(self, problem: Mapping[str, Any], key: Optional[str] = None):
        super().__init__(problem.get("detail") or problem.get("code", ""))
        told = ("type", "title", "status", "code", "detail")
        self.code, self.status = str(problem.get("code", "")), int(problem.get("status", 0))
        self.detail, self.key = str(problem.get("detail", "")), key
        self.figures = {name: value for name, value in problem.items() if name not in told}

    def __getattr__(self, name: str) -> Any:
        figures = self.__dict__.get("figures", {})
        if name in figures:
            return figures[name]
        raise AttributeError(name)


class Unavailable(AccrueError):
    """No answer came, however often it was tried. A command may have been done, or not: send it again with `key`."""

    def __init__(self, why: str, key: Optional[str] = None):
        super().__init__(why)
        self.key = key


class Pages(Generic[Row]):
    """Rows in pages: iterate over all rows, or take `page()`, the first page alone."""

    def __init__(self, get: Callable[[Optional[str]], Dict[str, Any]], cursor: Optional[str]):
        self._get, self._cursor = get, cursor

    def page(self) -> Dict[str, Any]:
        """The first page: its `rows`, and `next`, the cursor of the page after it."""
        return self._get(self._cursor)

    def __iter__(self) -> Iterator[Row]:
        page = self.page()
        while True:
            yield from page["rows"]
            if page["next"] is None:
                return
            page = self._get(page["next"])


class Base:
    """What the operations need."""

    def _command(self, operation: str, path: Sequence[Any], body: Any, key: Optional[str], dry_run: bool) -> Any:
        raise NotImplementedError

    def _object(self, operation: str, path: Sequence[Any], query: Dict[str, Any], body: Any = None) -> Any:
        raise NotImplementedError

    def _text(self, operation: str, path: Sequence[Any], query: Dict[str, Any]) -> str:
        raise NotImplementedError

    def _pages(self, operation: str, path: Sequence[Any], query: Dict[str, Any]) -> Pages[Any]:
        def get(cursor: Optional[str]) -> Dict[str, Any]:
            return self._object(operation, path, {**query, "cursor": cursor})

        return Pages(get, query.get("cursor"))


__all__: List[str] = ["AccrueError", "Base", "Pages", "Refused", "Unavailable"]
