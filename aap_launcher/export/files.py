"""The folder of an export: one YAML file for each object, and a manifest that says which of the files are ours."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aap_launcher.errors import InvalidInput
from aap_launcher.export.documents import Document
from aap_launcher.text.duplicate_keys import unique
from aap_launcher.text.quoting import quoted

MANIFEST = "aap-export.json"
# Half a surrogate pair is no text that a file or its name can hold.
_UNSAFE = re.compile('[\x00-\x1f<>:"/\\\\|?*%\ud800-\udfff]|^\\.|[. ]$')
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")
_LONGEST = 180  # bytes of a file's name, of the 255 that file systems take


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did to the folder. `kept`: files of the export that were not meant, or may still be there."""

    new: int
    changed: int
    removed: int
    same: int
    kept: int


@dataclass(frozen=True, slots=True)
class Part:
    """What of an export is meant: these kinds, of one organization alone where it is named."""

    kinds: Sequence[str]
    organization: str = ""

    def holds(self, name: str, owner: str) -> bool:
        """Whether a file, of an object that this organization owns, is of it."""
        return name.partition("/")[0] in self.kinds and self.organization in {"", owner}


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of an export, and the organization of each that has one."""

    files: Sequence[str] = ()
    owners: Mapping[str, str] = field(default_factory=dict)

    def of(self, part: Part) -> Sequence[str]:
        """Those of a part."""
        return [name for name in self.files if part.holds(name, self.owners.get(name, ""))]


def file_of(kind: str, reference: str) -> str:
    """`job_templates/Deploy shop++Retail.yml`; what a file system cannot hold is percent-encoded."""
    safe = _UNSAFE.sub(_percent, reference).encode()[:_LONGEST].decode(errors="ignore")
    return f"{kind}/{safe}.yml"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="surrogatepass"))


def file_names(objects: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The file of each (kind, reference); a number is added where several would share one (case, long names)."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    for kind, reference in objects:
        first = name = file_of(kind, reference)
        number = last.get(_folded(first), 1)
        while _folded(name) in taken:
            number += 1
            name = f"{first.removesuffix('.yml')}~{number}.yml"
        last[_folded(first)] = number
        taken.add(_folded(name))
        yield name


def _folded(name: str) -> str:
    """As the file systems see it that know neither case nor how an accent is written."""
    return unicodedata.normalize("NFC", name.casefold())


def yaml_of(document: Mapping[str, Any]) -> str:
    """The document as YAML: keys in their order, texts of several lines as such."""
    import yaml  # noqa: PLC0415 - only an export writes YAML

    class Dumper(yaml.SafeDumper):
        """Texts of several lines as a block."""

    def block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style: str | None
        if _INVISIBLE.search(text):
            style = '"'  # elsewhere PyYAML writes some of them so that they read as something else
        else:
            style = "|" if "\n" in text and not re.search(r"[^\S\n]\n|\t", text) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, block)
    return str(yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1000))


def write_documents(
    folder: Path, files: Mapping[str, Document], owners: Mapping[str, str], *, gone: Part | None
) -> Written:
    """Write the files. Raises `InvalidInput` for a folder, or a file in it, that is not an export's.

    `owners`: the organization of each that has one. `gone`: the part of which everything is in `files`, so that what
    else the folder has of it is gone on the controller, and removed; None where not all could be read.
    """
    try:
        return _written(folder, files, owners, gone)
    except OSError as fault:  # no right, no room, a name that the file system refuses
        raise _unusable(folder, fault) from None


def _unusable(folder: Path, fault: OSError) -> InvalidInput:
    place = fault.filename or folder
    return InvalidInput(f"{place} cannot be written: {fault.strerror or fault}. Name another folder.")


def _written(
    folder: Path, files: Mapping[str, Document], owners: Mapping[str, str], gone: Part | None
) -> Written:
    before = existing(folder)
    _keep_others(folder, before.files, files)
    texts = {name: yaml_of(document) for name, document in files.items()}  # all of it, or nothing is begun
    of = {name: owner for name, owner in before.owners.items() if name not in files} | dict(owners)
    _list(
        folder, {*before.files, *files}, of
    )  # whatever ends it in the middle: the next one goes on from there
    new = changed = same = 0
    for name, text in texts.items():
        path = folder / name
        old = path.read_bytes() if path.exists() else None
        if old == text.encode():
            same += 1
            continue
        new, changed = new + (old is None), changed + (old is not None)
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, text)
    left = [name for name in before.files if name not in files and (folder / name).exists()]
    removed = set(before.of(gone) if gone else ()).intersection(left)
    for name in removed:
        (folder / name).unlink()
    kept = [name for name in left if name not in removed]
    _list(folder, {*files, *kept}, of)
    return Written(new, changed, len(removed), same, len(kept))


def _list(folder: Path, names: Collection[str], owners: Mapping[str, str]) -> None:
    """Write the manifest."""
    of = {name: owners[name] for name in sorted(names) if name in owners}
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"format": 1, "files": sorted(names), "organizations": of}
    _put(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def contents(folder: Path) -> Contents:
    """What the export in this folder holds. Raises `InvalidInput` where there is none."""
    if not (folder / MANIFEST).is_file():
        raise InvalidInput(
            f"{folder} holds no export: there is no {MANIFEST} in it. Make one with: aap-launcher export"
        )
    return _contents(folder)


def read_documents(folder: Path, files: Sequence[str]) -> dict[str, Document]:
    """The documents in these files. Raises `InvalidInput` where one of them is broken."""
    return dict(_documents(folder, files))


def _documents(folder: Path, files: Sequence[str]) -> Iterator[tuple[str, Document]]:
    import yaml  # noqa: PLC0415 - see above

    for name in files:
        try:
            found = _loaded((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue  # somebody took it out: it is new on the controller then
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as fault:
            raise InvalidInput(f"{folder / name} cannot be read: {fault}") from None
        if not isinstance(found, dict):
            raise InvalidInput(f"{folder / name} is no document of an export: it holds no mapping.")
        yield name, found


def _loaded(text: str) -> object:
    """The document. Raises `ValueError` for a key that stands twice: one of its values would be compared, unseen."""
    import yaml  # noqa: PLC0415 - see above

    class Loader(yaml.SafeLoader):
        """Every key once."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
            seen: set[object] = set()
            for key, _ in node.value:
                if key.value in seen and isinstance(key, yaml.ScalarNode):
                    line = key.start_mark.line + 1
                    raise ValueError(
                        f"line {line} has the key {quoted(key.value)} a second time: keep one of them"
                    )
                seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
            return super().construct_mapping(node, deep)

    return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader


def existing(folder: Path) -> Contents:
    """What the export there holds; nothing of a new or empty folder. Raises `InvalidInput` for another's."""
    try:
        if not folder.exists():
            return Contents()
        if not folder.is_dir():
            raise InvalidInput(f"{folder} is a file, not a folder.")
        if (folder / MANIFEST).is_file():
            return _contents(folder)
        taken = any(folder.iterdir())
    except (OSError, ValueError) as fault:  # may not be read; too long a name; a NUL in it
        raise InvalidInput(f"{folder} cannot be read: {getattr(fault, 'strerror', None) or fault}.") from None
    if taken:
        told = f"{folder} is not empty, and no export stands in it: nothing was written."
        raise InvalidInput(f"{told} Name another folder.")
    return Contents()


def _keep_others(folder: Path, ours: Sequence[str], files: Mapping[str, Document]) -> None:
    foreign = [name for name in files if name not in ours and (folder / name).exists()]
    if foreign:
        told = f"{folder / foreign[0]} is not a file of the export: nothing was overwritten."
        raise InvalidInput(f"{told} Move it away.")


def _contents(folder: Path) -> Contents:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"), object_pairs_hook=unique)
        listed, owners = found["files"], dict(found.get("organizations", {}))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput(f"{folder / MANIFEST} is no manifest of an export.") from None
    if not isinstance(listed, list) or any(not _inside(name) for name in listed):
        raise InvalidInput(f"{folder / MANIFEST} names files that are not an export's.")
    return Contents(listed, owners)


def _inside(name: object) -> bool:
    return isinstance(name, str) and bool(re.fullmatch(r"[a-z_]+/[^/\\]+\.yml", name))


def _put(path: Path, text: str) -> None:
    """Written whole or not at all."""
    beside = path.with_name(f".{path.name[:60]}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
