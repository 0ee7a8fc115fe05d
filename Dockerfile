# One image for the four services, `imagin-ops` and its console: the command says which (docs/decisions/0041).
# Another Python of Debian may be named: --build-arg PYTHON=…
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS builder
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore SOURCE_DATE_EPOCH=0
COPY deploy/image/ locks/
RUN python -m venv tools && tools/bin/pip install --quiet --require-hashes --requirement locks/build.lock
RUN python -m venv --without-pip /opt/imagin \
 && tools/bin/pip --python /opt/imagin/bin/python install --quiet --require-hashes --no-compile --requirement locks/requirements.lock \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/imagin/lib && touch compiled
COPY schemas/ schemas/
COPY libs/ libs/
COPY services/ services/
COPY ops/ ops/
# uv_build looks for its program on the PATH.
RUN PATH=/build/tools/bin:$PATH tools/bin/pip wheel --quiet --no-deps --no-index --no-build-isolation --wheel-dir wheels ./schemas ./libs/* ./services/* ./ops \
 && tools/bin/pip --python /opt/imagin/bin/python install --quiet --no-deps --no-index --no-compile wheels/*.whl \
 && tools/bin/cyclonedx-py environment --output-format JSON --output-file /opt/imagin/sbom.cdx.json /opt/imagin/bin/python \
 && find /opt/imagin/lib -name '*.py' -newer compiled | python -m compileall -q -j 0 --invalidation-mode unchecked-hash -i -

FROM ${PYTHON}
# The base image brings pip, which nobody needs here and a scanner would report.
RUN rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/lib/python3/dist-packages/pip* /usr/local/bin/pip* /usr/bin/pip* \
 && groupadd --system --gid 10001 imagin && useradd --uid 10001 --gid imagin --no-create-home --home-dir /tmp imagin \
 && install -d -o imagin -g imagin -m 0700 /var/lib/imagin
COPY --from=builder /opt/imagin /opt/imagin
COPY docs/exploitation/alertes.md /opt/imagin/share/alertes.md
COPY LICENSE /opt/imagin/share/LICENSE
ENV PATH=/opt/imagin/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    CONSOLE_RUNBOOK_FILE=/opt/imagin/share/alertes.md
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
LABEL org.opencontainers.image.title="IMAG'IN E3C" org.opencontainers.image.licenses="MIT"
CMD ["imagin-ops", "--help"]
