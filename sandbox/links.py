"""Paths of the API, below whatever the layout and the installation put in front of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    root: str
    """Such as `/api/v2`, without a slash at the end."""

    def __call__(self, *parts: str | int) -> str:
        return "/".join([self.root, *map(str, parts), ""])

    def below(self, resource: str, number: int, *names: str) -> dict[str, str]:
        """`related` entries which are called like their path."""
        return {name: self(resource, number, name) for name in names}
