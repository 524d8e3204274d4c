# One file, two images:
#   docker build -t ocr .                 gpu: on a base that has the genai server (vLLM); the app beside it
#   docker build -t ocr --target cpu .    cpu: the app alone; pages are read with Tesseract, or by a VLM elsewhere
#
# BASE_IMAGE replaces the base of the target that is built. For gpu any image with paddlex_genai_server, paddleocr
# genai_server or vllm will do (BUILD_VLLM.md lists them); "latest" moves, so pin a digest in production.
# No target has a VOLUME instruction: Cloud.ru Container Apps refuses such images. Mount /workspace/output to keep results.
#
# SOURCE, VERSION and REVISION become the image's labels: --build-arg REVISION=$(git rev-parse HEAD)
# The app has a virtual environment and an interpreter of its own, so that its packages never meet vLLM's.
ARG BASE_IMAGE

# --- cpu ---------------------------------------------------------------------------------------------------------------

FROM ${BASE_IMAGE:-docker.io/library/python:3.11-slim-bookworm} AS cpu-base

FROM cpu-base AS cpu-packages
COPY requirements.lock scripts/image_packages.sh /build/
RUN sh /build/image_packages.sh

FROM cpu-base AS cpu
COPY scripts/image_system.sh /build/
# Tesseract languages besides English and Russian, such as ell+chi_sim.
ARG OCR_LANGUAGES=
RUN sh /build/image_system.sh
COPY --from=cpu-packages /opt/python /opt/python
COPY --from=cpu-packages /opt/app /opt/app
COPY LICENSE start.sh *.py /app/
COPY ocr_service /app/ocr_service
RUN /opt/app/bin/python -m compileall -q /app
ENV PATH=/opt/app/bin:$PATH \
    APP_PYTHON=/opt/app/bin/python \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1 \
    HOME=/home/paddleocr PADDLEX_HOME=/home/paddleocr/.paddlex PADDLE_PDX_CACHE_HOME=/home/paddleocr/.paddlex \
    XDG_CACHE_HOME=/workspace/cache TEMP_DIR=/workspace/cache/tmp OUTPUT_DIR=/workspace/output
WORKDIR /app
USER 1000:0
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/opt/app/bin/python", "-m", "ocr_service.launcher.healthcheck"]
ENTRYPOINT ["tini", "-s", "--"]
CMD ["/app/start.sh"]
ARG SOURCE= VERSION=0.1.0 REVISION=
LABEL org.opencontainers.image.title="pages2md" \
      org.opencontainers.image.description="PDFs and scans to Markdown over HTTP; read with Tesseract" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

# --- gpu (the default target) ------------------------------------------------------------------------------------------

FROM ${BASE_IMAGE:-ccr-2vdh3abv-pub.cnc.bj.baidubce.com/paddlepaddle/paddlex-genai-vllm-server:latest} AS gpu-base

FROM gpu-base AS gpu-packages
# hadolint ignore=DL3002
USER 0:0
# Where uv finds the interpreter when its default host cannot be reached.
ARG UV_PYTHON_INSTALL_MIRROR
COPY requirements.lock requirements_vllm.txt scripts/image_packages.sh /build/
RUN sh /build/image_packages.sh /build/requirements_vllm.txt

# With PRELOAD=1 the weights of PaddleOCR-VL come into the image; a later build with other code reuses them.
FROM gpu-packages AS gpu-weights
ARG PRELOAD=0
ARG PADDLEOCR_VL_VERSION=1.6
ARG PADDLE_PDX_MODEL_SOURCE=huggingface
ARG HF_ENDPOINT=https://huggingface.co
COPY preload_models.py /app/
COPY ocr_service /app/ocr_service
RUN mkdir -p /weights/official_models && \
    if [ "$PRELOAD" = 1 ]; then \
        PADDLEX_HOME=/weights /opt/app/bin/python /app/preload_models.py --version "$PADDLEOCR_VL_VERSION"; \
    fi && \
    chmod -R a+rwX /weights

FROM gpu-base AS gpu
ARG PADDLEOCR_VL_VERSION=1.6
USER 0:0
COPY scripts/image_system.sh /build/
ARG OCR_LANGUAGES=
# What PaddleX's OpenCV links to.
RUN sh /build/image_system.sh libgl1 libglib2.0-0
COPY --from=gpu-weights /weights /home/paddleocr/.paddlex
COPY --from=gpu-packages /opt/python /opt/python
COPY --from=gpu-packages /opt/app /opt/app
COPY LICENSE start.sh *.py /app/
COPY ocr_service /app/ocr_service
RUN /opt/app/bin/python -m compileall -q /app
ENV PATH=/opt/app/bin:$PATH \
    APP_PYTHON=/opt/app/bin/python \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1 \
    HOME=/home/paddleocr PADDLEX_HOME=/home/paddleocr/.paddlex PADDLE_PDX_CACHE_HOME=/home/paddleocr/.paddlex \
    XDG_CACHE_HOME=/workspace/cache VLLM_CACHE_ROOT=/workspace/cache/vllm TRITON_CACHE_DIR=/workspace/cache/triton \
    TEMP_DIR=/workspace/cache/tmp OUTPUT_DIR=/workspace/output \
    PADDLEOCR_VL_VERSION=$PADDLEOCR_VL_VERSION PRELOAD=true
WORKDIR /app
USER 1000:0
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/opt/app/bin/python", "-m", "ocr_service.launcher.healthcheck"]
ENTRYPOINT ["tini", "-s", "--"]
CMD ["/app/start.sh"]
ARG SOURCE= VERSION=0.1.0 REVISION=
LABEL org.opencontainers.image.title="pages2md" \
      org.opencontainers.image.description="PDFs and scans to Markdown over HTTP; PaddleOCR-VL on vLLM in the same container" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
