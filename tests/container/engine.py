"""A container engine for tests: the one that runs here, or one of our own where root has dockerd but none runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.runtimes import ROOT, missing

STAND_IN = "stand-in/python:3.13"
LABEL = "aap-launcher-test"
# Nothing of the host's network is touched: containers use --network host.
_ALONE = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine. `base` stands in for the Dockerfile's base image; "" for the real one."""

    environment: Mapping[str, str]
    base: str = ""
    _images: dict[str, str] = field(default_factory=dict, repr=False)

    def docker(self, *arguments: str, check: bool = True) -> str:
        """What `docker ...` says on stdout; its stderr is in the failure."""
        done = subprocess.run(
            ["docker", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert not check or done.returncode == 0, (
            f"docker {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout.strip()

    def image(self) -> str:
        """The image of the unmodified Dockerfile, built once."""
        if "launcher" not in self._images:
            stand_in = ("--build-arg", f"BASE_IMAGE={self.base}") if self.base else ()
            self.docker("build", "--quiet", "--network", "host", *stand_in, "--tag", "aap-launcher:test", ".")
            self._images["launcher"] = "aap-launcher:test"
        return self._images["launcher"]

    def base_image(self) -> str:
        """What the image was built on."""
        for line in (ROOT / "Dockerfile").read_text().splitlines():
            if line.startswith("ARG BASE_IMAGE="):
                return self.base or line.removeprefix("ARG BASE_IMAGE=")
        raise AssertionError("the Dockerfile has no ARG BASE_IMAGE")

    def size(self, image: str) -> int:
        """Bytes."""
        return int(self.docker("image", "inspect", "--format", "{{.Size}}", image))

    def run(self, *arguments: str, entrypoint: str | None = None, options: tuple[str, ...] = ()) -> str:
        """What a container of the image says on stdout."""
        chosen = ("--entrypoint", entrypoint) if entrypoint else ()
        return self.docker(
            "run", "--rm", "--label", LABEL, "--network", "host", *options, *chosen, self.image(), *arguments
        )


@contextmanager
def start() -> Iterator[Engine]:
    """An engine to use; skips (or fails, see `missing`) where there can be none."""
    if not shutil.which("docker"):
        missing("docker is not installed: .ci/install-runtimes")
    environment = _client(os.environ)
    if _answers(environment):
        yield Engine(environment, os.environ.get("AAP_TEST_BASE_IMAGE", ""))
        return
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        missing("no container engine answers, and only root with dockerd installed can start one")
    with _own(os.environ) as environment:
        yield Engine(environment, os.environ.get("AAP_TEST_BASE_IMAGE") or _stand_in(environment))


def _client(environment: Mapping[str, str]) -> dict[str, str]:
    """Without buildx a client cannot use BuildKit, and says so only when it fails."""
    buildx = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False)
    return dict(environment) | ({} if buildx.returncode == 0 else {"DOCKER_BUILDKIT": "0"})


def _answers(environment: Mapping[str, str]) -> bool:
    version = ["docker", "version", "--format", "{{.Server.Version}}"]
    return subprocess.run(version, env=environment, capture_output=True, check=False).returncode == 0


@contextmanager
def _own(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """dockerd with a data folder, a run folder and a socket of its own, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="aap-launcher-engine-"))
    socket = f"unix://{folder}/docker.sock"
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(
            [
                *("dockerd", "--host", socket, "--pidfile", f"{folder}/docker.pid", *_ALONE),
                *("--data-root", f"{folder}/data", "--exec-root", f"{folder}/run"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    client = _client(environment) | {"DOCKER_HOST": socket}
    try:
        end = time.monotonic() + 30
        while not _answers(client):
            if daemon.poll() is not None or time.monotonic() > end:
                missing(f"dockerd did not start:\n{(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield client
        left = subprocess.run(
            ["docker", "ps", "-aq", "--filter", f"label={LABEL}"],
            env=client,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        if left:
            subprocess.run(["docker", "rm", "-f", *left], env=client, capture_output=True, check=False)
    finally:
        daemon.terminate()
        daemon.wait(30)
        _unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _unmount(folder: Path) -> None:
    """dockerd leaves the network namespace of `--network host` mounted."""
    points = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for point in sorted((point for point in points if point.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", point], capture_output=True, check=False)


def _stand_in(environment: Mapping[str, str]) -> str:
    script = [str(ROOT / ".ci" / "base-image"), STAND_IN]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return STAND_IN
