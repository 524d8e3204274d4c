"""Every setting: its environment name, unit, default and check. The only reader of the environment.

A wrong value stops the start with one line that names the setting, the value (never a secret's) and what is allowed.
``python -m ocr_service settings`` prints the table that the README holds.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ocr_service.export.chunks import LEAST_TOKENS, MOST_TOKENS
from ocr_service.tesseract.scripts import full_codes
from ocr_service.vlm.profiles import PROFILES, ProfileName
from ocr_service.vlm.versions import VERSIONS, VersionName, version_of
from ocr_service.workers.hardware import usable_cores

CommaList = Annotated[tuple[str, ...], NoDecode]

_CLOSING_S = 4.0
_HOST_NAME = re.compile(r"\*|(\*\.)?[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class SettingsError(Exception):
    """One line a wrong setting; the start ends with it."""


class Settings(BaseSettings):
    """Read once, at the start. Fields are in the order of the README's table."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    # Where things lie
    output_dir: Path = Field(Path("output"), description="Where results, jobs and their pages are kept")
    temp_dir: Path = Field(
        Path(tempfile.gettempdir()) / "ocr_service", description="Scratch space; emptied at the start, empty when idle"
    )
    file_umask: str = Field(
        "077",
        pattern="^0?[0-7]{3}$",
        description="Rights that new files and folders lack, octal; `027` lets the group read them, `022` everybody",
    )
    paddlex_home: Path | None = Field(
        None, description="Where model weights are kept; becomes PADDLE_PDX_CACHE_HOME", examples=["~/.paddlex"]
    )

    # HTTP
    app_host: str = Field("0.0.0.0", description="Address to listen on")
    app_port: int = Field(
        8081, ge=1, le=65535, description="Port to listen on (never `PORT`, which platforms overload)"
    )
    api_keys: CommaList = Field(
        (), description="Keys that may call, `name:key` or `key`, with commas; empty means no protection", repr=False
    )
    send_api_key: SecretStr | None = Field(None, description="Key that `python -m ocr_service send` calls with")
    admin_keys: CommaList = Field(
        (), description="Names of API_KEYS that see the usage of all keys, with commas (docs/usage.md)"
    )
    protect_metrics: bool = Field(False, description="`/metrics` asks for a key too")
    enable_docs: bool = Field(True, description="Serve Swagger UI at `/docs`")
    cors_origins: CommaList = Field((), description="Origins allowed to call from a browser, with commas; `*` for all")
    allowed_hosts: CommaList = Field(
        (),
        description="Names in `Host` that are answered, with commas, `*.example.com`, `*` for all; empty means any "
        "where API_KEYS is set, else IP addresses, `localhost` and the machine's own name",
    )
    client_timeout_s: float = Field(
        20,
        gt=0,
        description="Seconds for a request's head; a body may pause as long, and must bring 500 bytes a second",
    )
    sync_wait_s: float = Field(
        300, ge=0, le=86400, description="Seconds `POST /ocr/*` waits for the result before it answers 202 with the job"
    )

    # Limits
    max_upload_mb: int = Field(512, ge=1, description="Largest upload, MiB")
    max_pages: int = Field(3000, ge=1, description="Most pages of a document that are read")
    max_page_pixels: int = Field(
        40_000_000, ge=250_000, description="Most pixels of a rendered page; a larger page is rendered at a lower dpi"
    )
    queue_limit: int = Field(1000, ge=1, description="Most jobs waiting; more get 429")
    jobs_per_key: int = Field(0, ge=0, description="Most unfinished jobs of one API key; 0 means no limit of its own")
    pages_per_day: CommaList = Field(
        (),
        description="Most pages that an API key may read in a day of UTC: a number, and `name:number` for single keys "
        "(0: no limit), with commas; empty means no limit (docs/usage.md)",
        examples=["1000,archive:0"],
    )
    max_running_jobs: int = Field(8, ge=1, description="Documents that are read at the same time by one process")
    max_crashes: int = Field(
        10, ge=1, description="Runs of a job in a row that may end with the process, no page kept; then it fails"
    )
    min_free_mb: int = Field(
        256,
        ge=0,
        description="MiB kept free on OUTPUT_DIR, at most a quarter of its volume; below it uploads get 507",
    )
    job_ttl_h: float = Field(168, gt=0, description="Hours that a finished job and its files are kept")
    cache_ttl_h: float = Field(
        24, ge=0, description="Hours in which the same file with the same options is not read again"
    )

    # Rendering and layout
    render_dpi: int = Field(200, ge=36, le=600, description="Resolution of rendered pages, dots per inch")
    render_workers: int = Field(default_factory=usable_cores, ge=1, le=128, description="Page worker processes")
    render_memory_mb: int = Field(2048, ge=512, description="Memory limit of one page worker, MiB")
    page_timeout_s: float = Field(
        60, gt=0, description="Seconds that a page may take in its worker, and half of them the layout model"
    )
    layout_model: str = Field(
        "auto",
        pattern=r"^(auto|embedded|PP-DocLayoutV[23]|stub:[1-9]\d{0,2})$",
        description="`auto`: that of PADDLEOCR_VL_VERSION where a VLM reads and it can run, else `embedded`; "
        "`PP-DocLayoutV3`, `PP-DocLayoutV2`; `stub:15`: 15 equal regions, for benchmarks",
    )
    layout_device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|gpu(:\d+)?)$",
        description="Where a PP-DocLayout model runs: `auto` (the GPU where there is one), `cpu`, `gpu` or `gpu:0`",
    )
    layout_engine: Literal["onnxruntime", "paddle"] = Field(
        "onnxruntime", description="What runs a PP-DocLayout model: `onnxruntime` or `paddle`"
    )

    # Recognition
    text_layer: Literal["auto", "ignore", "only"] = Field(
        "auto",
        description="Text that the PDF contains: `auto` uses it where OCR of samples confirms it, `ignore` reads "
        "all with OCR, `only` uses no OCR",
    )
    min_confidence: float = Field(
        0.6,
        ge=0,
        le=1,
        description="Regions with a word that was read with less confidence are marked for review; 0 marks none",
    )
    ocr_language: str = Field(
        "rus+eng",
        pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$",
        description="Tesseract's languages, joined with `+`; `ru+en` is understood",
    )
    headers: Literal["drop", "keep", "comment"] = Field(
        "drop",
        description="Running headers, footers and page numbers in the text: `drop`, `keep`, `comment` (HTML comments)",
    )
    chunk_tokens: int = Field(
        512, ge=LEAST_TOKENS, le=MOST_TOKENS, description="Most tokens of a chunk (docs/formats.md), estimated"
    )
    use_vlm_api: bool = Field(
        False,
        description="Read with the VLM at VLLM_URL, else with Tesseract; unset, `start.sh` knows whether it starts one",
    )
    vllm_url: CommaList = Field(
        ("http://127.0.0.1:8080/v1",),
        description="Base address of the vLLM server; several with commas. `start.sh` starts the one at 127.0.0.1; "
        "`dns+http://NAME:PORT/v1` is every address of the name",
    )
    vllm_api_key: SecretStr | None = Field(None, description="Key that the vLLM server asks for")
    paddleocr_vl_version: VersionName = Field(
        "1.6",
        description="Version of PaddleOCR-VL, the VLM and its layout model: `1.6`, `1.5` (reads Russian better), `1.0`",
    )
    vlm_profile: ProfileName = Field(
        "paddleocr-vl",
        description="Model that answers: `paddleocr-vl`, `glm-ocr`, `mineru`; by the page `dots.ocr`, `deepseek-ocr`, "
        "`olmocr`, `hpd-parsing`, any other `page` (docs/vlm.md)",
    )
    vlm_mode: Literal["regions", "page"] = Field("regions", description="`page` is the same as VLM_PROFILE=page")
    vlm_prompt: str = Field("Convert the page to Markdown.", description="The prompt of VLM_PROFILE=page")
    # As paddlex's own client (inference/models/common/genai.py); the server decodes 256 at once.
    vlm_concurrency: int = Field(200, ge=1, le=4096, description="Requests in flight at one backend")
    vlm_timeout_s: float = Field(
        300, gt=0, description="Seconds that one request may take: 4,096 tokens at 60 ms, and some queueing"
    )
    vlm_retries: int = Field(3, ge=0, le=20, description="Tries after the first for one region")
    vlm_max_tokens: int = Field(4096, ge=16, description="Longest answer, tokens; 8000 for whole pages unless set")
    vlm_confidence: bool = Field(
        True, description="Ask for the probability of each token (`logprobs`), the confidence of words and regions"
    )
    vlm_fallback: Literal["none", "tesseract"] = Field(
        "none", description="`tesseract` reads a page that no backend could read; the page says so"
    )
    backend_wait_s: float = Field(300, ge=0, description="Seconds that work waits while no backend is up")
    read_charts: bool = Field(False, description="Give charts to the VLM instead of keeping them as figures")
    read_seals: bool = Field(False, description="Give seals to the VLM instead of keeping them as figures")

    # The container (start.sh)
    vllm_command: str = Field("", description="Command that starts the genai server; found by itself when empty")
    vllm_model: str = Field(
        # A version that is not allowed is told of by its own field.
        default_factory=lambda known: VERSIONS[known.get("paddleocr_vl_version", "1.6")].vlm,
        description="Model that the genai server serves; that of PADDLEOCR_VL_VERSION unless set",
    )
    vllm_gpu_memory: float = Field(0.8, gt=0, le=1, description="Share of the GPU's memory for vLLM")
    vllm_api_servers: int = Field(
        1, ge=1, le=32, description="API server processes of vLLM (`--api-server-count`); PaddleX starts 4"
    )
    vllm_batched_tokens: int = Field(
        16384, ge=1024, description="Most tokens in one step of vLLM (`--max-num-batched-tokens`); PaddleX sets 131072"
    )
    vllm_extra_args: str = Field("", description="Further flags of the genai server, as on a command line")
    vllm_start_timeout_s: float = Field(900, gt=0, description="Seconds that the genai server may take to start")
    shutdown_grace_s: float = Field(
        20, gt=0, description="Seconds from SIGTERM to the end; the last 4 are for handing back what still runs"
    )
    preload: bool = Field(False, description="Fetch the weights at the start when they are not there")
    offline: bool = Field(False, description="Never use the network for weights; fail when they are not there")
    paddle_pdx_model_source: str = Field(
        "huggingface",
        pattern=r"^(huggingface|modelscope|aistudio|bos|https?://\S+|s3://\S+|/.*)$",
        description="Where weights come from: `huggingface`, `modelscope`, or a mirror (`https://`, `s3://`, a folder)",
    )
    hf_endpoint: str = Field(
        "https://huggingface.co", pattern=r"^https?://\S+$", description="Hugging Face, or a mirror with the same API"
    )
    startup_note: Path | None = Field(
        None, description="File whose line says what the start waits for; `start.sh` sets and writes it"
    )

    # Jobs
    database_url: SecretStr | None = Field(
        None, description="`postgresql://…` for several replicas; otherwise SQLite in OUTPUT_DIR"
    )
    artifacts: Literal["filesystem", "s3"] = Field(
        "filesystem",
        description="Where replicas share inputs, pages and results: `filesystem` is one OUTPUT_DIR, `s3` the bucket",
    )
    takeover_s: float = Field(
        30, ge=5, description="Seconds without a sign of life after which a replica's jobs are taken over"
    )

    # Delivery
    cloudru_s3_endpoint: str = Field("https://s3.cloud.ru", description="S3 endpoint")
    cloudru_s3_region: str = Field("ru-central-1", description="S3 region")
    cloudru_s3_bucket: str = Field("", description="S3 bucket; empty means no upload")
    cloudru_s3_tenant_id: str = Field("", description="Tenant, joined to the access key as `tenant:key`")
    cloudru_s3_access_key: SecretStr | None = Field(None, description="S3 access key")
    cloudru_s3_secret_key: SecretStr | None = Field(None, description="S3 secret key")
    cloudru_s3_prefix: str = Field("ocr", description="Prefix of the uploaded keys")
    s3_presign_s: int = Field(86400, ge=60, le=604800, description="Seconds that a presigned link works")
    s3_retry_h: float = Field(72, gt=0, description="Hours in which a failed upload is tried again")
    allow_url_input: bool = Field(False, description="Accept documents by https URL")
    url_timeout_s: float = Field(60, gt=0, description="Seconds that fetching a document by URL may take")
    url_hosts: CommaList = Field(
        (), description="Hosts that URL input and webhooks may reach, with commas; empty means any public one"
    )
    url_trusted_hosts: CommaList = Field(
        (), description="Your own `host` or `host:port` that URL input and webhooks may reach inside, with http too"
    )
    allow_webhooks: bool = Field(False, description="Call `webhook_url` when a job has ended (docs/webhooks.md)")
    webhook_secret: SecretStr | None = Field(None, description="Key of the webhooks' HMAC signature")

    # Telemetry
    log_format: Literal["text", "json"] = Field("text", description="`text` or `json`, one line an event")
    otel_exporter_otlp_endpoint: str = Field(
        "",
        pattern=r"^(https?://[^@]+)?$",
        description="OpenTelemetry collector for traces (OTLP over HTTP); empty: none. Other OTEL_ variables hold",
    )
    otel_exporter_otlp_traces_endpoint: str = Field(
        "", pattern=r"^(https?://[^@]+)?$", description="The same, for traces alone: the whole address"
    )
    otel_sdk_disabled: bool = Field(False, description="No traces, whatever else is set")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged")

    @field_validator(
        "api_keys",
        "admin_keys",
        "pages_per_day",
        "vllm_url",
        "cors_origins",
        "allowed_hosts",
        "url_hosts",
        "url_trusted_hosts",
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _host_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _HOST_NAME.fullmatch(name):
                raise ValueError("must be names without a port, such as ocr.example.com or *.example.com, or *")
        return tuple(name.lower() for name in names)

    @field_validator("ocr_language")
    @classmethod
    def _tesseract_names(cls, language: str) -> str:
        return full_codes(language)

    @field_validator("api_keys")
    @classmethod
    def _whole_keys(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            name, colon, key = entry.partition(":")
            if colon and not (name.strip() and key.strip()):
                raise ValueError("must be `name:key` or `key`, with commas between; a name or a key is empty")
        return entries

    @field_validator("pages_per_day")
    @classmethod
    def _quotas(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            if not re.fullmatch(r"([^:]+:)?\s*[0-9]{1,12}", entry):
                raise ValueError("must be a number of pages, or `name:number`, with commas between")
        return entries

    @model_validator(mode="after")
    def _names_of_keys(self) -> Settings:
        """A name that is misspelt would silently have no rights, or no quota."""
        known = {entry.partition(":")[0].strip() for entry in self.api_keys if ":" in entry}
        quotas = [entry.rpartition(":")[0].strip() for entry in self.pages_per_day if ":" in entry]
        for setting, names in (("ADMIN_KEYS", self.admin_keys), ("PAGES_PER_DAY", quotas)):
            if unknown := [name for name in names if name not in known]:
                raise ValueError(f"{setting}: {unknown[0]!r} is not a name in API_KEYS (`name:key`)")
        return self

    @field_validator("vllm_url")
    @classmethod
    def _base_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        """The base of the OpenAI API: older notes give ``…/v1/markdown``, which no vLLM serves."""
        for url in urls:
            if not url.startswith(("http://", "https://", "dns+http://")):
                raise ValueError("must be http://, https:// or dns+http:// addresses, with commas between")
            if "@" in url:  # addresses are shown in logs and metrics
                raise ValueError("must hold no user name or password; VLLM_API_KEY is for that")
        return tuple(
            dict.fromkeys(url.rstrip("/").removesuffix("/markdown").removesuffix("/v1") + "/v1" for url in urls)
        )

    @field_validator("vllm_command", "vllm_extra_args")
    @classmethod
    def _shell_words(cls, command: str) -> str:
        try:
            shlex.split(command)
        except ValueError as error:
            raise ValueError(f"must be written as on a command line: {error}") from None
        return command

    @field_validator("output_dir", "temp_dir", "paddlex_home")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        if path is None:
            return None
        try:
            return path.expanduser().absolute()
        except RuntimeError:  # "~" for a user without a home directory
            raise ValueError("must be an absolute path: this user has no home directory") from None

    @model_validator(mode="after")
    def _whole_s3(self) -> Settings:
        given = {
            "CLOUDRU_S3_BUCKET": bool(self.cloudru_s3_bucket),
            "CLOUDRU_S3_ACCESS_KEY": self.cloudru_s3_access_key is not None,
            "CLOUDRU_S3_SECRET_KEY": self.cloudru_s3_secret_key is not None,
        }
        if any(given.values()) and not all(given.values()):
            missing = ", ".join(name for name, there in given.items() if not there)
            raise ValueError(f"S3 is set in part: {missing} must be set too (or none of the CLOUDRU_S3_ keys)")
        if self.artifacts == "s3" and not self.s3_configured:
            raise ValueError(f"ARTIFACTS=s3: {', '.join(given)} must be set")
        return self

    @model_validator(mode="after")
    def _traces_can_be_sent(self) -> Settings:
        if self.traces_endpoint and find_spec("opentelemetry.exporter") is None:
            raise ValueError("OTEL_EXPORTER_OTLP_ENDPOINT: traces need the extra: pip install 'pages2md[otel]'")
        return self

    @property
    def profile(self) -> ProfileName:
        """VLM_PROFILE, or what VLM_MODE=page means."""
        return "page" if self.vlm_mode == "page" and self.vlm_profile == "paddleocr-vl" else self.vlm_profile

    @property
    def reads_pages(self) -> bool:
        """The VLM gets whole pages, so that no layout model is needed."""
        return PROFILES[self.profile].page is not None

    @property
    def answer_tokens(self) -> int:
        """VLM_MAX_TOKENS, or what the profile's answers need."""
        given = "vlm_max_tokens" in self.model_fields_set
        return self.vlm_max_tokens if given else PROFILES[self.profile].max_tokens

    @property
    def auto_layout(self) -> str | None:
        """The official layout model that LAYOUT_MODEL=auto wants; None where no VLM reads regions."""
        if self.layout_model != "auto" or not self.use_vlm_api or self.reads_pages:
            return None
        served = version_of(self.vllm_model) or VERSIONS[self.paddleocr_vl_version]
        return served.layout

    @property
    def traces_endpoint(self) -> str:
        """The whole address that spans are sent to; "" for no traces."""
        if self.otel_sdk_disabled:
            return ""
        if self.otel_exporter_otlp_traces_endpoint or not self.otel_exporter_otlp_endpoint:
            return self.otel_exporter_otlp_traces_endpoint
        return f"{self.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces"

    @property
    def work_grace_s(self) -> float:
        """What running pages and open requests have of SHUTDOWN_GRACE_S; the rest is for handing back and closing."""
        return self.shutdown_grace_s - min(_CLOSING_S, self.shutdown_grace_s / 2)

    @property
    def s3_configured(self) -> bool:
        return bool(self.cloudru_s3_bucket)

    @property
    def weights_home(self) -> Path:
        """PaddleX's cache folder; weights lie in its ``official_models``."""
        if self.paddlex_home is not None:
            return self.paddlex_home
        try:
            return Path.home() / ".paddlex"
        except RuntimeError:  # a user without a home directory
            return Path(tempfile.gettempdir()) / ".paddlex"

    def paddle_environment(self) -> dict[str, str]:
        """What PaddleX, vLLM and the hub libraries under them must find in their environment.

        PaddleX makes its cache folder when it is imported, and knows nothing of PADDLEX_HOME.
        """
        environment = {
            "PADDLE_PDX_CACHE_HOME": str(self.weights_home),
            "PADDLE_PDX_HUGGING_FACE_ENDPOINT": self.hf_endpoint,
            "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",
        }
        if self.paddle_pdx_model_source in ("huggingface", "modelscope", "aistudio", "bos"):
            environment["PADDLE_PDX_MODEL_SOURCE"] = self.paddle_pdx_model_source
        if self.offline:
            environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
        return environment


_SECRETS = {
    "api_keys",
    "vllm_api_key",
    "database_url",
    "cloudru_s3_access_key",
    "cloudru_s3_secret_key",
    "webhook_secret",
}


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process. Raises SettingsError with one line a wrong setting."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # A default that depends on another setting is not made where any is wrong, which is no fault of its own.
        wrong = [item for item in error.errors() if item["type"] != "default_factory_not_called"]
        raise SettingsError("\n".join(_line(item) for item in wrong)) from None


def _line(item: Any) -> str:
    field = str(item["loc"][0]) if item["loc"] else ""
    reason = item["msg"].removeprefix("Value error, ")
    if not field:
        return f"settings: {reason}"
    value = "" if field in _SECRETS else f"={item['input']!s}"
    info = Settings.model_fields.get(field)
    meaning = f" ({info.description})" if info and info.description else ""
    return f"{field.upper()}{value}: {reason}{meaning}"


def settings_table() -> str:
    """The README's table: name, default, meaning."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _default(name, field.get_default(call_default_factory=False))
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def _default(name: str, value: Any) -> str:
    if name == "render_workers":
        return "one a core"
    if name == "vllm_model":
        return "by version"
    if name == "temp_dir":
        return "`/tmp/ocr_service`"
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"
