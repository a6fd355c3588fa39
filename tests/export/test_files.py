"""The folder of an export: written so that nothing of somebody else's is lost, read so that nothing is guessed."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.errors import InvalidInput
from aap_launcher.export import drift, files

SHOP: dict[str, Any] = {"name": "Shop", "limit": "web", "extra_vars": {"a": 1}}
ALL = files.Part(("projects", "teams"))
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def written(folder: Path, documents: dict[str, Any], gone: files.Part | None = ALL) -> files.Written:
    owners = {name: name.removesuffix(".yml").rpartition("++")[2] for name in documents if "++" in name}
    return files.write_documents(folder, documents, owners, gone=gone)


def read(folder: Path, part: files.Part = ALL) -> dict[str, Any]:
    return files.read_documents(folder, files.contents(folder).of(part))


def named_files(objects: list[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    called = files.file_names((kind, name) for kind, name, _ in objects)
    return {name: document for name, (_, _, document) in zip(called, objects, strict=True)}


def test_the_same_objects_written_twice_change_nothing(tmp_path: Path) -> None:
    first = written(tmp_path / "aap", {"projects/a.yml": SHOP})
    stamp = (tmp_path / "aap/projects/a.yml").stat().st_mtime_ns
    second = written(tmp_path / "aap", {"projects/a.yml": SHOP})
    assert (first.new, second.same, second.changed, second.new) == (1, 1, 0, 0)
    assert (tmp_path / "aap/projects/a.yml").stat().st_mtime_ns == stamp


def test_what_is_gone_on_the_controller_is_removed_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path, {"projects/a.yml": SHOP, "projects/b.yml": SHOP})
    (tmp_path / "projects/mine.txt").write_text("keep", encoding="utf-8")
    assert written(tmp_path, {"projects/b.yml": SHOP}).removed == 1
    assert sorted(path.name for path in (tmp_path / "projects").iterdir()) == ["b.yml", "mine.txt"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match="not empty"):
        written(tmp_path, {"projects/a.yml": SHOP})
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_of_somebody_else_in_an_export_is_not_overwritten(tmp_path: Path) -> None:
    written(tmp_path, {"projects/a.yml": SHOP})
    (tmp_path / "projects/b.yml").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"b\.yml is not a file of the export"):
        written(tmp_path, {"projects/a.yml": SHOP, "projects/b.yml": SHOP})
    assert (tmp_path / "projects/b.yml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "name", ["../outside.yml", "projects/../../x.yml", "/etc/passwd", "projects/a.txt", 7]
)
def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path: Path, name: object) -> None:
    (tmp_path / files.MANIFEST).write_text(json.dumps({"format": 1, "files": [name]}), encoding="utf-8")
    for action in (read, lambda folder: written(folder, {})):
        with pytest.raises(InvalidInput):
            action(tmp_path)


@pytest.mark.parametrize("text", ["- a list", "{broken", "tag: !!python/object:os.system x"])
def test_a_broken_document_is_named(tmp_path: Path, text: str) -> None:
    written(tmp_path, {"projects/a.yml": SHOP})
    (tmp_path / "projects/a.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"a\.yml"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("Deploy shop++Retail", "Deploy shop++Retail.yml"),
        ("a/b\\c:d", "a%2Fb%5Cc%3Ad.yml"),
        ("..", "%2E%2E.yml"),
        (".hidden", "%2Ehidden.yml"),
        ("100 %", "100 %25.yml"),
    ],
)
def test_any_name_is_a_file_below_its_kind(reference: str, name: str) -> None:
    assert files.file_of("projects", reference) == f"projects/{name}"


def test_names_that_one_file_system_takes_for_one_do_not_overwrite_each_other() -> None:
    found = named_files([("projects", "Shop", SHOP), ("projects", "shop", SHOP)])
    assert sorted(found) == ["projects/Shop.yml", "projects/shop~2.yml"]


def test_a_name_that_looks_like_anothers_number_loses_nothing() -> None:
    """`shop~2` was written over the second `Shop`; so were, on a Mac, the two ways to write an accent."""
    called = ["Shop", "shop", "Shop", "shop~2", "SHOP", "SHOP~2", "caf\u00e9", "cafe\u0301"]
    found = named_files([("projects", name, {"name": name}) for name in called])
    assert [one["name"] for one in found.values()] == called
    assert len({unicodedata.normalize("NFC", name).casefold() for name in found}) == len(called)


def test_of_a_part_that_is_written_again_the_rest_of_the_export_stays(tmp_path: Path) -> None:
    """`--only projects` into a whole export removed everything else."""
    every = {f"{kind}/a++{owner}.yml": SHOP for kind in ALL.kinds for owner in ("Retail", "Platform")}
    written(tmp_path, every)
    retail = files.Part(("projects",), "Retail")
    assert list(read(tmp_path, retail)) == ["projects/a++Retail.yml"]
    done = written(tmp_path, {"projects/b++Retail.yml": SHOP}, retail)
    assert (done.new, done.removed, done.kept) == (1, 1, 3)
    assert sorted(read(tmp_path)) == [
        "projects/a++Platform.yml", "projects/b++Retail.yml", "teams/a++Platform.yml", "teams/a++Retail.yml",
    ]  # fmt: skip
    assert list(read(tmp_path, retail)) == ["projects/b++Retail.yml"]


def test_nothing_is_removed_where_not_all_could_be_read(tmp_path: Path) -> None:
    written(tmp_path, {"projects/a.yml": SHOP, "teams/b.yml": SHOP})
    done = written(tmp_path, {"projects/a.yml": SHOP}, None)
    assert (done.removed, done.kept) == (0, 1)
    assert sorted(read(tmp_path)) == ["projects/a.yml", "teams/b.yml"]


def test_a_file_that_somebody_broke_is_written_anew(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 in it were a traceback."""
    written(tmp_path, {"projects/a.yml": SHOP})
    (tmp_path / "projects/a.yml").write_bytes(b"name: caf\xe9\n")
    assert written(tmp_path, {"projects/a.yml": SHOP}).changed == 1
    assert read(tmp_path) == {"projects/a.yml": SHOP}


def test_an_export_that_ended_in_the_middle_is_gone_on_with(tmp_path: Path) -> None:
    """What it had written was told as files of somebody else's."""
    both = {"projects/a.yml": SHOP, "teams/b.yml": SHOP}
    for folder in (tmp_path / "new", tmp_path / "old"):
        if folder.name == "old":
            written(folder, {"projects/c.yml": SHOP})
        folder.mkdir(exist_ok=True)
        (folder.parent / "teams").touch()
        (folder / "teams").symlink_to(folder.parent / "teams")  # a file, where a folder is to be
        if folder.name == "new":
            (folder / files.MANIFEST).write_text('{"format": 1, "files": []}', encoding="utf-8")
        with pytest.raises(InvalidInput, match="cannot be written"):
            written(folder, both)
        (folder / "teams").unlink()
        done = written(folder, both)
        assert (done.new, done.same) == (1, 1)
        assert list(read(folder)) == list(both)


def test_dots_in_a_name_do_not_make_an_export_unreadable(tmp_path: Path) -> None:
    found = named_files([("projects", "Deploy...++Retail", SHOP), ("projects", "..", SHOP)])
    assert written(tmp_path, found).new == 2
    assert written(tmp_path, found).same == 2


@given(st.dictionaries(st.text(), _TREES, max_size=5))
def test_what_is_written_reads_back_as_it_was(document: dict[str, Any]) -> None:
    text = files.yaml_of(document)
    assert yaml.safe_load(text.encode()) == document


@pytest.mark.parametrize("half", ["\ud800", "caf\udce9", "\udfff\ud800"])
def test_half_a_surrogate_pair_in_a_name_or_a_text_is_written_as_its_escape(
    tmp_path: Path, half: str
) -> None:
    """It was a traceback, and half of a folder."""
    document = {"name": half, "description": f"a\n{half}\n", half: [half]}
    found = named_files([("projects", half, document), ("projects", "zebra", SHOP)])
    assert written(tmp_path, found).new == 2
    assert document in read(tmp_path).values()
    assert written(tmp_path, found).same == 2


def test_a_long_name_is_cut_to_what_file_systems_take_in_bytes(tmp_path: Path) -> None:
    """A limit of 180 characters was 540 bytes of Chinese."""
    names = ["\u4e2d" * 300, "\u4e2d" * 299, "\U0001f600" * 200]
    found = named_files([("projects", name, {"name": name}) for name in names])
    assert written(tmp_path, found).new == 3
    assert sorted(one["name"] for one in read(tmp_path).values()) == sorted(names)


@given(st.dictionaries(st.text(), _TREES, max_size=4), st.dictionaries(st.text(), _TREES, max_size=4))
def test_two_documents_differ_exactly_where_changes_are_told(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    found = list(drift.changes({"a/x.yml": one}, {"a/x.yml": other}))
    assert bool(found) == (one != other) or _only_types(one, other)
    assert all(drift.drift_line(change) for change in found)


def _only_types(one: Any, other: Any) -> bool:
    """1 and True are equal to Python."""
    return repr(one) != repr(other)


def test_nodes_are_compared_by_their_identifiers() -> None:
    before = {"nodes": [{"identifier": "a", "limit": "web"}, {"identifier": "b"}]}
    now = {"nodes": [{"identifier": "b"}, {"identifier": "a", "limit": "db"}]}
    (change,) = drift.changes({"w/x.yml": before}, {"w/x.yml": now})
    assert drift.drift_line(change) == '~ w/x  nodes.a.limit: "web" -> "db"'


def test_a_folder_that_cannot_be_made_is_told_and_no_fault_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file" / "aap", tmp_path / ("x" * 300), Path("/proc/aap")):
        with pytest.raises(InvalidInput, match="cannot be"):
            written(folder, {"projects/a.yml": SHOP})


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("name: a\nlimit: web\nlimit: all\n", 3, "limit"),
        ("name: a\nextra_vars:\n  x: 1\n  x: 2\n", 4, "x"),
        ("name: a\nspec:\n- {default: 1, default: 2}\n", 3, "default"),
    ],
)
def test_a_key_that_stands_twice_in_a_document_is_refused_with_file_line_and_key(
    tmp_path: Path, text: str, line: int, key: str
) -> None:
    written(tmp_path, {"projects/a.yml": SHOP})
    (tmp_path / "projects/a.yml").write_text(text, encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=rf'a\.yml cannot be read: line {line} has the key "{key}" a second'
    ):
        read(tmp_path)


def test_a_manifest_or_a_document_that_is_nested_beyond_reading_is_told(tmp_path: Path) -> None:
    written(tmp_path, {"projects/a.yml": SHOP})
    (tmp_path / "projects/a.yml").write_text("[" * 5000, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"a\.yml"):
        read(tmp_path)
    (tmp_path / files.MANIFEST).write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InvalidInput, match="no manifest"):
        read(tmp_path)
