"""All settings. Without any variable the clinic runs embedded: SQLite, local memory, a job file, mail into a folder."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from clinic import elastic_settings, environment, media, observability, oidc_settings, redis_settings
from clinic.environment import env, read
from core import logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "var")

# --- Who and where we are
DEBUG = read("DEBUG", env.bool, default=False)
PORT = environment.number("PORT", 5000)
PUBLIC_URL = environment.public_url("PUBLIC_URL")
HTTPS = PUBLIC_URL.startswith("https://")
CLINIC_NAME = read("CLINIC_NAME", env.str, default="Demo Orthodontics")
SECRET_KEY = environment.secret("SECRET_KEY", DATA_DIR)
JWT_SECRET = environment.secret("JWT_SECRET", DATA_DIR)
FIELD_KEYS = environment.field_keys("FIELD_KEYS", DATA_DIR)
# The health check inside a container asks the loopback address.
_OWN_HOSTS = [urlsplit(PUBLIC_URL).hostname, "localhost", "127.0.0.1"] if PUBLIC_URL else ["*"]
ALLOWED_HOSTS = read("ALLOWED_HOSTS", env.list, default=_OWN_HOSTS)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUSTED_PROXIES = environment.trusted_proxies("TRUSTED_PROXIES")

# --- Packages
INSTALLED_APPS = [
    "clinic.apps.ClinicConfig",
    "portal.apps.PortalConfig",
    "charting.apps.ChartingConfig",
    "appointments.apps.AppointmentsConfig",
    "patients.apps.PatientsConfig",
    "accounts.apps.AccountsConfig",
    "core.apps.CoreConfig",
    "accounts.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "huey.contrib.djhuey",
    "django_htmx",
    "csp",
    # Always installed, so that the tables do not depend on whether OIDC_ISSUER is given. None of its pages is.
    "allauth.account",
    "allauth.socialaccount",
]

MIDDLEWARE = [
    "core.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PrivacyHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.polling.PollMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.pages.RefusalMiddleware",
    "accounts.sessions.IdleSignOutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.access.AccessMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
APPEND_SLASH = False

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
                "clinic.shell.context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "core.form_rendering.ClinicRenderer"

# --- Database: SQLite by default; MONGO_URI or DATABASE_URL switches to a server
_SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "clinic.sqlite3",
    "OPTIONS": {
        # Writers queue at BEGIN instead of failing in the middle; readers never wait.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-64000;",
    },
}
DATABASES: dict[str, Any] = {"default": environment.database(_SQLITE)}
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Caches: in memory unless REDIS_URL names a server (docs/adr/0008-redis.md)
REDIS_URL = redis_settings.address()
CACHES = redis_settings.caches(REDIS_URL)

# --- Search: in the database unless ELASTICSEARCH_URL names a server (docs/adr/0011-elasticsearch.md)
ELASTICSEARCH_URL = elastic_settings.address()
ELASTICSEARCH_INDEX = elastic_settings.index(ELASTICSEARCH_URL)
ELASTICSEARCH_DSL = elastic_settings.connections(ELASTICSEARCH_URL)
# A saved patient must not depend on Elasticsearch: an outbox tells it (patients.search.outbox), no signal does.
ELASTICSEARCH_DSL_AUTOSYNC = False
ELASTICSEARCH_DSL_SIGNAL_PROCESSOR = "django_elasticsearch_dsl.signals.BaseSignalProcessor"
if ELASTICSEARCH_URL:
    INSTALLED_APPS.append("django_elasticsearch_dsl")

# --- Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"]
ANONYMOUS_USER_NAME = None  # guardian: no account for nobody
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_MIN_LENGTH = environment.number("PASSWORD_MIN_LENGTH", 12, least=8, most=64)
PASSWORD_HASHERS = ["accounts.hashers.ClinicArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "accounts.passwords.LongestPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.BlocklistValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "accounts:session-create"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:session-create"
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
INVITATION_DAYS = 7
IDLE_MINUTES = environment.number("IDLE_MINUTES", 30, least=1, most=24 * 60)

# --- Sign-in through an OpenID Connect provider (docs/okta.md, docs/adr/0009-openid-connect.md)
OIDC_ISSUER = oidc_settings.issuer()
OIDC_CLIENT_ID = oidc_settings.needed("OIDC_CLIENT_ID", OIDC_ISSUER)
OIDC_CLIENT_SECRET = oidc_settings.needed("OIDC_CLIENT_SECRET", OIDC_ISSUER)
OIDC_BUTTON = read("OIDC_BUTTON", env.str, default="Okta")
OIDC_GROUPS = oidc_settings.groups(OIDC_ISSUER)
OIDC_GROUPS_CLAIM = read("OIDC_GROUPS_CLAIM", env.str, default="groups")
OIDC_TRUST_EMAIL = read("OIDC_TRUST_EMAIL", env.bool, default=False)
OIDC_API_AUDIENCE = oidc_settings.api_audience(OIDC_CLIENT_ID)
# Okta writes the user's id as `uid` into access tokens, and the login as `sub`.
OIDC_API_SUBJECT_CLAIM = read("OIDC_API_SUBJECT_CLAIM", env.str, default="sub")
OIDC_API_SCOPE = read("OIDC_API_SCOPE", env.str, default="clinic")
SOCIALACCOUNT_ADAPTER = "accounts.oidc.adapter.ClinicAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

# Limits on anonymous and signed-in calls (design.md section 5); counters lie in the database.
SIGN_IN_FAILURES_PER_ACCOUNT = 5
SIGN_IN_FAILURES_PER_ADDRESS = 100
SIGN_IN_ACCOUNT_WINDOW = 5 * 60
HOUR = 60 * 60
REGISTRATIONS_PER_ADDRESS = 60
PASSWORD_RESETS_PER_ADDRESS = 60
API_CALLS_PER_MINUTE = 600

# --- Cookies and HTTPS: PUBLIC_URL decides
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Messages name people: they stay in the session, not in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "clinic_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "clinic_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.pages.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
# Balancers and Prometheus ask each process directly, inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
# Over plain http browsers ignore this header and log a warning about it.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = API_BODY_LIMIT = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = environment.zone("CLINIC_TIME_ZONE", "UTC")
# A clinic writes its times the same way in every language.
FORMAT_MODULE_PATH = ["clinic.formats"]

# --- Static files
STATIC_URL = "/static/"
STATIC_ROOT = environment.path("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": media.storage(),
    "staticfiles": {"BACKEND": "clinic.static_store.StaticStore"},
}
MEDIA_ROOT = DATA_DIR / "media"
WHITENOISE_MANIFEST_STRICT = False

# --- Mail: into a folder unless a server is named
_MAIL_FOLDER = {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}
_mail = read("EMAIL_URL", env.email_url, default=_MAIL_FOLDER)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read("MAIL_FROM", env.str, default="clinic@localhost")

# --- Jobs
HUEY = redis_settings.jobs(REDIS_URL, DATA_DIR / "jobs.sqlite3")

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.rights.RefuseAll"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.errors.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
ACCESS_TOKEN_MINUTES = 60
REFRESH_TOKEN_DAYS = 30
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET,
    "AUDIENCE": "clinic-api",
    "ISSUER": "clinic",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=REFRESH_TOKEN_DAYS),
    "USER_ID_FIELD": "id",
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Patient management for orthodontic clinics",
    "DESCRIPTION": "Patients, appointments and free times of the clinic.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "PREPROCESSING_HOOKS": ["clinic.api_docs.one_address_each"],
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatus": "appointments.rules.Status",
        "OfferState": "appointments.wait_list.rules.OfferState",
        "WishState": "appointments.wait_list.rules.WishState",
        "ToothState": "charting.rules.findings.ToothState",
        "AngleClass": "charting.rules.classes.AngleClass",
        "MolarUnit": "charting.rules.classes.Unit",
        "PatientSide": "charting.rules.teeth.Side",
        "GoodFairPoor": "charting.rules.classes.Hygiene",
        "ExamKind": "charting.models.exams.ExamKind",
        "EntryState": "charting.rules.visits.RowState",
        "PhaseKind": "charting.rules.cases.PhaseKind",
        "PhaseState": "charting.rules.cases.PhaseState",
        "CareStatus": "patients.rules.CareStatus",
        "WireChangeKind": "charting.rules.wires_in_mouth.ChangeKind",
    },
}

# --- Booking (defaults of a new clinic)
DEFAULT_APPOINTMENT_TYPE = "CONS"
SLOT_STEP_MINUTES = 15
SLOT_SEARCH_DAYS = 62
ONLINE_BOOKING_DAYS = 90
CANCEL_NOTICE_HOURS = 24
LATE_AFTER_MINUTES = 10
# From this hour on the clinic's clock the list of the next open day is kept in DATA_DIR/outage (docs/operations.md).
EVENING_LIST_HOUR = environment.number("EVENING_LIST_HOUR", 18, least=12, most=23)
OUTAGE_ROOT = DATA_DIR / "outage"
# What to bring, in one sentence at the foot of every appointment card.
CARD_NOTE = read("CARD_NOTE", env.str, default="Please bring your appliance, and tell us if your health has changed.")
PHONE_REGION = environment.region("PHONE_REGION")
AGE_OF_MAJORITY = environment.number("AGE_OF_MAJORITY", 18, least=14, most=25)

# --- Logs
LOG_LEVEL = read("LOG_LEVEL", env.str, default="INFO").upper()
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.configure(LOG_LEVEL)
SLOW_REQUEST_MS = environment.number("SLOW_REQUEST_MS", 1000)
SLOW_QUERY_MS = environment.number("SLOW_QUERY_MS", 200)

# --- Watched from outside: each by one variable (docs/operations.md)
METRICS_TOKEN = observability.metrics_token()
SENTRY_DSN = observability.sentry_dsn()
OTLP_ENDPOINT = observability.otlp_endpoint()
