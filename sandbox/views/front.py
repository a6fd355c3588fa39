"""What happens to a path before any view sees it: doubled slashes, missing slashes, named URLs."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect
from werkzeug.wrappers import Response

from sandbox.resources.names import NAMED
from sandbox.settings import Settings

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Front:
    def __init__(self, application: Application, paths: Map, settings: Settings) -> None:
        self._application = application
        self._paths = paths
        self._settings = settings
        # A gateway routes by prefix, and this one ends with a slash.
        self._bare = {settings.api} if settings.gateway else set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"] = _merged(environ["PATH_INFO"])
        if not path.endswith("/") and path not in self._bare and self._is_view(f"{path}/"):
            if not self._is_named(path):
                return self._redirect(f"{path}/", environ, start_response)
            environ["PATH_INFO"] = f"{path}/"
        return self._application(environ, start_response)

    def _is_view(self, path: str) -> bool:
        try:
            self._paths.bind("").match(path, method="GET")
        except (NotFound, RequestRedirect):
            return False
        except MethodNotAllowed:
            return True
        return not path.startswith("/sandbox/")

    def _is_named(self, path: str) -> bool:
        """The rewriter of named URLs counts the parts of a path from the host, so a prefix helps it along."""
        parts = path.removeprefix(self._settings.prefix).split("/")
        resource = (
            parts[4] if self._settings.gateway and len(parts) > 4 else parts[3] if len(parts) > 3 else ""
        )
        return resource in NAMED and len(parts) >= 6

    def _redirect(self, path: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        location = f"{path}?{query}" if query else path
        response = Response(b"", 301, {"Location": location}, content_type="text/html; charset=utf-8")
        response.autocorrect_location_header = False
        return response(environ, start_response)


def _merged(path: str) -> str:
    while "//" in path:
        path = path.replace("//", "/")
    return path
