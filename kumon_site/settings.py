"""Every setting of the site, from the environment. `.env.example` gives each one's reason."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from kumon_site import embedded, environment
from kumon_site.admin_look import UNFOLD  # noqa: F401  (django-unfold reads it here)
from kumon_site.environment import derived_secret
from kumon_site.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
UNREADABLE = environment.PROBLEMS  # filled below, told by a system check

# --- where things are ---------------------------------------------------------------------------
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
PORT = environment.whole("PORT", 8000, 1, 65535)
DEBUG = environment.switch("DEBUG", True)
TIME_ZONE = environment.time_zone("TIME_ZONE", "America/Sao_Paulo")

SECRET_KEY = env.str("SECRET_KEY", default="") or (
    environment.local_secret_key(DATA_DIR) if DEBUG else ""
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
LOOPBACK_HOSTS = ["127.0.0.1", "localhost"]  # probes and the simulated phone on this machine
ALLOWED_HOSTS += LOOPBACK_HOSTS
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = environment.url("PUBLIC_URL", "http", "https")

EMBEDDED_POSTGRES = not env.str("DATABASE_URL", default="")
EMBEDDED_REDIS = not env.str("REDIS_URL", default="")
_embedded_database_url, _embedded_redis_url = embedded.urls(DATA_DIR)
DATABASE_URL = env.str("DATABASE_URL", default="") or _embedded_database_url
REDIS_URL = environment.url("REDIS_URL", "redis", "rediss", "unix") or _embedded_redis_url
QDRANT_URL = environment.url("QDRANT_URL", "http", "https")

# --- applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "django.contrib.admin.apps.SimpleAdminConfig",  # urls.py reads the admin's pages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "channels",
    "django_celery_beat",
    "django_htmx",
    "simple_history",
    "axes",
    "csp",
    "billing_rules",
    "leads",
    "scheduling",
    "conversations",
    "kumon_site.operations",
    "kumon_site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kumon_site.operations.csp.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "kumon_site.urls"
ASGI_APPLICATION = "kumon_site.asgi.application"
APPEND_SLASH = True  # the webhook has both forms: a redirect would turn its POST into a GET

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------
DATABASES = {"default": environment.database("DATABASE_URL", DATABASE_URL, _embedded_database_url)}
DATABASES["default"].update(
    CONN_MAX_AGE=0,  # the pool keeps connections; Django must give each one back
    CONN_HEALTH_CHECKS=True,
)
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5  # or none could be: leads/statements.py
# After an outage each request tries anew; the pool's own attempts grow minutes apart.
DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 1,
    "max_size": 12,
    "timeout": 25,  # the gateway waits 30 s and more for its webhook: a crowd is late, not refused
    "reconnect_timeout": 5,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "kumon_site.redis_cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # without Redis
}
RATELIMIT_USE_CACHE = "process"  # at the login and calendar files, which must not need Redis
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")  # Celery's own spelling
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
WORKER_APP = "kumon_site.celery.app"  # loaded by who first has something for the worker

# --- who may come in ----------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("console:login")
LOGIN_REDIRECT_URL = "/console/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # by address alone one typo locks the unit
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "console/locked.html"
AXES_ENABLE_ADMIN = False  # operations.admin shows the attempts in the admin's own look
STAFF_USERNAME = env.str("STAFF_USERNAME", default="admin")
STAFF_PASSWORD = env.str("STAFF_PASSWORD", default="")

# One switch for "reached by https only": without it, logins must work over plain http.
SECURE_SSL_REDIRECT = environment.switch("SECURE_SSL_REDIRECT", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
# Called inside a private network, where a redirect would lose the webhook's body.
SECURE_REDIRECT_EXEMPT = [
    r"^(api/v1/)?health", r"^metrics", r"^simulator/evolution/",
]  # fmt: skip
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024  # a webhook may carry a photograph

_content_policy: dict[str, list[str]] = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "frame-ancestors": [NONE],
    "form-action": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _content_policy}
# django-unfold's pages run Alpine, which evaluates attributes and writes styles. No inline script.
ADMIN_CONTENT_SECURITY_POLICY = {
    **_content_policy,
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kumon reception",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
}

# --- WhatsApp -----------------------------------------------------------------------------------
SIMULATOR = environment.switch("SIMULATOR", DEBUG)
EVOLUTION_INSTANCE = env.str("EVOLUTION_INSTANCE", default="vila-a")
EVOLUTION_API_URL = environment.url("EVOLUTION_API_URL", "http", "https")
EVOLUTION_API_KEY = env.str("EVOLUTION_API_KEY", default="")
EVOLUTION_WEBHOOK_TOKEN = env.str("EVOLUTION_WEBHOOK_TOKEN", default="")
SIMULATED_GATEWAY = SIMULATOR and not EVOLUTION_API_URL
if SIMULATED_GATEWAY:  # the simulated phone stands in Evolution's place
    EVOLUTION_API_URL = f"http://127.0.0.1:{PORT}/simulator/evolution"
    EVOLUTION_API_KEY = EVOLUTION_API_KEY or derived_secret(SECRET_KEY, "gateway")
if DEBUG:
    EVOLUTION_WEBHOOK_TOKEN = EVOLUTION_WEBHOOK_TOKEN or derived_secret(SECRET_KEY, "webhook")
WHATSAPP_GATEWAY = "conversations.whatsapp.evolution.EvolutionGateway"
QUIET_SECONDS = environment.seconds("QUIET_SECONDS", 2.5, 60)

# --- Google Calendar ----------------------------------------------------------------------------
GOOGLE_CALENDAR_ID = env.str("GOOGLE_CALENDAR_ID", default="")
GOOGLE_CALENDAR_CREDENTIALS = env.str("GOOGLE_CALENDAR_CREDENTIALS", default="")
GOOGLE_CALENDAR_API_ENDPOINT = environment.url("GOOGLE_CALENDAR_API_ENDPOINT", "http", "https")
CALENDAR_BACKEND = "scheduling.calendars.google.GoogleBackend"

# --- models -------------------------------------------------------------------------------------
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = environment.url("OPENAI_BASE_URL", "http", "https")
OPENAI_MODEL = env.str("OPENAI_MODEL", default="") or "gpt-6-luna"
OPENAI_TRANSCRIPTION_MODEL = env.str("OPENAI_TRANSCRIPTION_MODEL", default="")
OPENAI_TRANSCRIPTION_MODEL = OPENAI_TRANSCRIPTION_MODEL or "gpt-transcribe"
ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", default="")
ANTHROPIC_BASE_URL = environment.url("ANTHROPIC_BASE_URL", "http", "https")
ANTHROPIC_MODEL = env.str("ANTHROPIC_MODEL", default="") or "claude-haiku-5-5"
LLM_DAILY_BUDGET_BRL = environment.amount("LLM_DAILY_BUDGET_BRL", "5.00", "0", "100000")
LANGSMITH_TRACING = environment.switch("LANGSMITH_TRACING", False)
LANGSMITH_API_KEY = env.str("LANGSMITH_API_KEY", default="")
LANGSMITH_ENDPOINT = environment.url("LANGSMITH_ENDPOINT", "http", "https")
USD_BRL = environment.amount("USD_BRL", "5.50", "0.01", "1000")

# --- processes ----------------------------------------------------------------------------------
WEB_PROCESSES = environment.whole("WEB_PROCESSES", 1, 1, 64)
WORK_PROCESSES = environment.whole("WORK_PROCESSES", 1, 1, 64)
WORK_THREADS = environment.whole("WORK_THREADS", 100, 1, 500)

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Brazilian Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "kumon_site" / "locale"]
USE_TZ = True
FORMAT_MODULE_PATH = "kumon_site.formats"

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG

# --- who is told of alerts ----------------------------------------------------------------------
vars().update(environment.email("EMAIL_URL"))
EMAIL_TIMEOUT = 10
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_WHATSAPP = env.list("ALERT_WHATSAPP", default=[])
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="recepcao@localhost")

# --- logs and figures ---------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = environment.url("SENTRY_DSN", "http", "https")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"event": {"()": "kumon_site.operations.logs.formatter", "as_json": not DEBUG}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "event"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "httpx2": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # These bring handlers of their own, which would print personal data unmasked.
        "django": {"handlers": [], "level": "INFO"},
        "uvicorn": {"handlers": [], "level": "INFO", "propagate": True},
        "uvicorn.access": {"level": "WARNING"},  # addresses carry phones
    },
}
