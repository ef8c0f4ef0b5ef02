"""Settings of the whole system, read from the environment; every default suits a first try on one machine."""

import sys
from datetime import timedelta
from pathlib import Path

from oms import database, environment, theme

BASE_DIR = Path(__file__).resolve().parent.parent

# On the embedded server, or where one says so, this is somebody's own machine. Anything else is a deployment,
# which must bring its secret and, to be served, say under which names it is reached.
DEBUG = environment.flag("OMS_DEBUG", default=False)
LOCAL = DEBUG or database.is_embedded()
SECRET_KEY = environment.text("OMS_SECRET_KEY", database.secret_key() if LOCAL else None)
ALLOWED_HOSTS = environment.words("OMS_ALLOWED_HOSTS", ["*"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = environment.words("OMS_CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "oms",
    "reporting",
    "orders",
    "products",
    "customers",
    "events",
    "accounts",
    "common",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
]

MIDDLEWARE = [
    "common.middleware.request_id",
    "common.middleware.request_log",
    "common.middleware.content_security",
    "oms.health.probes",
    "oms.metrics.measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "common.middleware.business_time",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "oms.urls"
WSGI_APPLICATION = "oms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Three roles, so that the web can neither change the schema nor hold a lock for long, and a report can only read.
DATABASES = database.aliases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "accounts.sessions"

# Ten wrong passwords for one name from one address, and neither gets in from there for a quarter of an hour.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "accounts.admin.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # who came in is in the sessions and at the user
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "en-gb"
USE_I18N = False
FORMAT_MODULE_PATH = "oms.formats"
USE_TZ = True

# A business day begins and ends in this zone; so do dates without a zone in an import.
OMS_TIME_ZONE = environment.time_zone("OMS_TIME_ZONE", "UTC")
TIME_ZONE = "UTC"  # the API speaks UTC; pages for people are shown in the business zone by a middleware
OMS_CURRENCY = environment.currency("OMS_CURRENCY", "EUR")
# Who sells, as packing slips and confirmations say it.
OMS_BUSINESS_NAME = environment.text("OMS_BUSINESS_NAME", "Order management")
# For how long an order may be PENDING or CONFIRMED before it is late.
OMS_LATE_AFTER_HOURS = environment.number("OMS_LATE_AFTER_HOURS", 48, least=1)
# After how many hours without a change the worker cancels what is still PENDING. 0 is never.
OMS_PENDING_EXPIRES_AFTER_HOURS = environment.number("OMS_PENDING_EXPIRES_AFTER_HOURS", 0)
# Whether an order has to be paid before it can be shipped.
OMS_PAYMENT_BEFORE_SHIPPING = environment.flag("OMS_PAYMENT_BEFORE_SHIPPING", default=False)
# How long an answer stays replayable under its Idempotency-Key.
OMS_IDEMPOTENCY_KEY_DAYS = environment.number("OMS_IDEMPOTENCY_KEY_DAYS", 30, most=36_500)

# What monitoring sends to read /metrics. Without it only a machine of one's own shows them.
OMS_METRICS_TOKEN = environment.text("OMS_METRICS_TOKEN", "")

# How many requests a token may make; each web process lets through its share of it. 0 is without limit.
OMS_API_REQUESTS_PER_MINUTE = environment.number("OMS_API_REQUESTS_PER_MINUTE", 30_000)
# How many web processes share the limit: those of this server, unless there are others beside it.
OMS_WEB_WORKERS = environment.number("OMS_WEB_WORKERS", environment.number("GRANIAN_WORKERS", 1, least=1), least=1)

UNFOLD = theme.UNFOLD

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # served from the packages they came in: no collectstatic to forget

# Largest body the API or a form reads; anything larger is refused before it is parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# An order of a thousand lines, each with SKU and quantity, some blank, is a form like any other.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_500
# A file is no part of that body; how large one may be is said there.
FILE_UPLOAD_HANDLERS = [
    "common.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerTokenAuthentication",
        "accounts.api.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["common.api.throttling.TokenThrottle"],
    "DEFAULT_PERMISSION_CLASSES": ["common.api.permissions.ActPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.problems.exception_handler",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Order management",
    "VERSION": "1",
    "DESCRIPTION": "Places, edits and follows orders. The tour in docs/api.md takes ten minutes.",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.models.Order.Status",
        "OrderAct": "orders.models.Order.ACTS",
        "HoldKind": "orders.models.Hold.Kind",
        "NoteVisibility": "orders.models.NoteVisibility",
        "PaymentMethod": "orders.models.Payment.Method",
        "PaymentState": "orders.models.PaymentState",
        "MovementKind": "products.models.StockMovement.Kind",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "common.api.schema.complete"],
}

# Behind a proxy that ends TLS, set OMS_HTTPS=true; cookies then travel over TLS only.
OMS_HTTPS = environment.flag("OMS_HTTPS", default=not LOCAL)
if OMS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = OMS_HTTPS
CSRF_COOKIE_SECURE = OMS_HTTPS
X_FRAME_OPTIONS = "DENY"

# One line per fact: for a person on a terminal, for a program (JSON) everywhere else.
LOG_FORMAT = environment.choice("OMS_LOG_FORMAT", "line" if sys.stderr.isatty() else "json", ("line", "json"))
LOG_LEVEL = environment.choice("OMS_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "common.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
        "json": {"()": "common.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # a refusal is an answer, not an incident
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # its request line says enough
        "_granian": {"handlers": [], "propagate": True},
    },
}
