# What builds stays behind in the first stage.
FROM python:3.11-slim AS build
# Where the small builds of PyTorch are, without a GPU's libraries; may be empty.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/venv/bin:$PATH
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends binutils \
 && rm -rf /var/lib/apt/lists/* \
 && python -m venv /venv
WORKDIR /src
# Dependencies first: they are most of the image, and change least.
COPY pyproject.toml ./
RUN python -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; print(*project["dependencies"], *project["optional-dependencies"]["postgres"], *project["optional-dependencies"]["s3"], sep="\n")' > needed.txt \
 && grep ^torch needed.txt > torch.txt \
 && pip install --no-compile --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -r torch.txt \
 && pip install --no-compile -r needed.txt
# What only compilers, debuggers and other people's tests need: a fifth of it.
WORKDIR /venv/lib/python3.11/site-packages
RUN rm -rf torch/include torch/share torch/test \
      pyarrow/include pyarrow/tests pyarrow/*flight* pyarrow/*s3* \
      pyarrow/libarrow*.so pyarrow/libarrow*.so.*.* \
      numba/tests numba/cuda/tests \
 && find torch/bin -type f ! -name torch_shm_manager -delete \
 && find . \( -name 'libtorch_*.so' -o -name '_polars_runtime*.so' -o -name libllvmlite.so \
      -o -name 'libarrow*.so.*' -o -name 'libparquet.so.*' -o -name 'loop.*.so' \
      -o -name '_rust.abi3.so' -o -name '_obstore*.so' \) -exec strip --strip-unneeded {} + \
 && find numpy scipy sklearn sympy networkx -path numpy/_core -prune \
      -o -type d -name tests -prune -exec rm -rf {} +
WORKDIR /src
COPY README.md LICENSE ./
COPY app app
COPY ml ml
COPY datagen datagen
COPY evaluation evaluation
# Whole seconds: an image keeps no others, and by their times numba knows the sources of kernels.
# Importing compiles what is imported, and nothing else.
RUN pip install --no-compile --no-deps . \
 && pip uninstall --yes pip setuptools \
 && find /venv/lib/python3.11/site-packages/app /venv/lib/python3.11/site-packages/ml -name '*.py' -exec touch -d @1700000000 {} + \
 && python -P -c 'import app.__main__, datagen.__main__, ml.__main__'
# Something to serve where nothing is brought along; serving needs no tables. Training leaves the
# kernels that it and serving call.
WORKDIR /world
RUN python -m datagen --out data \
 && FORYOU_KERNELS=/kernels foryou train --data data --out . \
 && rm -r data \
 && tar -czf /world.tgz .

FROM python:3.11-slim
RUN useradd --no-create-home --uid 10001 foryou \
 && mkdir /artifacts /data \
 && chown foryou /artifacts
COPY --from=build /venv /venv
COPY --from=build /world.tgz /world.tgz
COPY --from=build /kernels /kernels
COPY .docker/run /usr/local/bin/run
# Memory in large pages: a request looks at much of it.
ENV PATH=/venv/bin:$PATH \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1 \
    FORYOU_HOST=0.0.0.0 \
    FORYOU_ARTIFACTS=/artifacts
USER 10001
WORKDIR /artifacts
VOLUME /artifacts
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ.get('FORYOU_PORT', '8000') + '/readyz')"]
ENTRYPOINT ["run"]
CMD ["serve"]
