# docker build -t reachsim . && docker run --rm -v "$PWD:/work:ro" reachsim check network.yaml
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY docs/rules.md docs/codes.md docs/lint.md docs/
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels reachsim \
    && useradd --system --no-create-home reachsim
USER reachsim
WORKDIR /work
ENTRYPOINT ["reachsim"]
CMD ["--help"]
