# The image of every container front end: GitHub Action, GitLab CI component, Jenkins step.
# No `# syntax=` line: it would make every build fetch a frontend first.

# python:3.13.15-slim-trixie, every platform of it (the digest is the index's).
ARG BASE_IMAGE=python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${BASE_IMAGE} AS build

# Dependencies first: this layer is kept until the lock changes. Wheels only, so nothing is compiled here.
# Bytecode that does not look at its source needs no write at start-up, nor a second look at the clock.
COPY requirements/runtime.txt /build/
RUN python -m venv --without-pip /opt/venv \
 && PIP_ROOT_USER_ACTION=ignore python -m pip --python /opt/venv/bin/python install --no-cache-dir --no-compile \
      --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --requirement /build/runtime.txt \
 && python -m pip --python /opt/venv/bin/python check --disable-pip-version-check \
 && rm -f /opt/venv/bin/[Aa]ctivate* \
 && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/venv

COPY entrypoint.py /opt/aap-launcher/
COPY aap_launcher /opt/aap-launcher/aap_launcher
RUN printf '#!/opt/venv/bin/python -Es\nfrom aap_launcher.cli import main\nmain()\n' >/opt/aap-launcher/aap-launcher \
 && chmod -R a+rX /opt/aap-launcher \
 && chmod 755 /opt/aap-launcher/aap-launcher \
 && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/aap-launcher

FROM ${BASE_IMAGE}

# What installs packages has no work here, and its vendored copies are what scanners complain of.
RUN PIP_ROOT_USER_ACTION=ignore python -B -m pip uninstall --yes --quiet pip

COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/aap-launcher /opt/aap-launcher

# The official images come without the bytecode of the standard library, so each start of a container would compile
# 300 modules again: half a second. Importing the launcher's modules once, all of them, leaves that of what they use.
RUN PYTHONPATH=/opt/aap-launcher /opt/venv/bin/python -c "import pkgutil, encodings.idna, aap_launcher; \
      [__import__(name) for _, name, _ in pkgutil.walk_packages(aap_launcher.__path__, 'aap_launcher.') \
       if not name.endswith('__main__')]"

# The command `aap-launcher` is for GitLab and Jenkins, which start a shell in the image.
ENV PATH=/opt/aap-launcher:/opt/venv/bin:$PATH

LABEL org.opencontainers.image.title="aap-launcher" \
      org.opencontainers.image.description="Launch Ansible Automation Platform and AWX jobs from CI, follow them live, report them." \
      org.opencontainers.image.licenses="Apache-2.0"

# Exec form, since PID 1 must hear SIGINT and SIGTERM itself. -E and -s: neither PYTHON* variables of the CI job nor
# packages in its HOME reach the launcher. No USER: GitHub's runner mounts files that only root may write.
#
# `env` starts Python with the signals blocked: the kernel drops what PID 1 is sent without a handler, but keeps what is
# blocked. The launcher's first line sets its handlers and lets the signals in.
ENTRYPOINT ["/usr/bin/env", "--block-signal=INT,TERM,HUP", "/opt/venv/bin/python", "-Es", "/opt/aap-launcher/entrypoint.py"]
