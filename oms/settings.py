"""Settings of the whole system, read from the environment; every default suits a first try on one machine."""

from pathlib import Path

import environ

from oms import database

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# On the embedded server this is somebody's own machine; with a database of one's own it is a deployment,
# which must say so itself when it wants to debug and must bring its secret.
EMBEDDED = database.is_embedded()
DEBUG = env.bool("OMS_DEBUG", default=False)
SECRET_KEY = database.secret_key() if EMBEDDED and "OMS_SECRET_KEY" not in env.ENVIRON else env.str("OMS_SECRET_KEY")
ALLOWED_HOSTS = env.list("OMS_ALLOWED_HOSTS", default=["*"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("OMS_CSRF_TRUSTED_ORIGINS", default=[])

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
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "common.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "common.middleware.business_time",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
DATABASES = database.aliases(env)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en-gb"
USE_I18N = False
DATE_FORMAT, DATETIME_FORMAT = "Y-m-d", "Y-m-d H:i"
USE_TZ = True

# A business day begins and ends in this zone; so do dates without a zone in an import.
OMS_TIME_ZONE = env.str("OMS_TIME_ZONE", default="UTC")
TIME_ZONE = "UTC"  # the API speaks UTC; pages for people are shown in the business zone by a middleware
OMS_CURRENCY = env.str("OMS_CURRENCY", default="EUR")
# How long an answer stays replayable under its Idempotency-Key.
OMS_IDEMPOTENCY_KEY_DAYS = env.int("OMS_IDEMPOTENCY_KEY_DAYS", default=30)

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

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerTokenAuthentication",
        "accounts.api.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["common.api.permissions.ActPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.KeysetPagination",
    "EXCEPTION_HANDLER": "common.api.problems.exception_handler",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}

# Behind a proxy that ends TLS, set OMS_HTTPS=true; cookies then travel over TLS only.
OMS_HTTPS = env.bool("OMS_HTTPS", default=not EMBEDDED)
if OMS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = OMS_HTTPS
CSRF_COOKIE_SECURE = OMS_HTTPS
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "common.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": env.str("OMS_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # a refusal is an answer, not an incident
    },
}
