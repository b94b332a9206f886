"""Django's settings, from the environment only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from lantian.config import catalogue, demo_people, entrance, environment, logs
from lantian.config.environment import Mode

ENVIRONMENT = environment.read()
HOME = ENVIRONMENT.home
FILES = HOME / "files"
FONT_DIR = ENVIRONMENT.font_dir
MODE = ENVIRONMENT.mode
TODAY, NINE = ENVIRONMENT.today, ENVIRONMENT.nine
SECRET_KEY = environment.secret_key(ENVIRONMENT)
DEBUG = False
DEMO_ACCOUNTS = demo_people.accounts(HOME) if MODE is Mode.DEMO else []
PACKAGE = Path(__file__).resolve().parent.parent

ENTRANCE = entrance.entrance(ENVIRONMENT)
ALLOWED_HOSTS = ENTRANCE.hosts
CSRF_TRUSTED_ORIGINS = ENTRANCE.origins
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENTRANCE.tls else None
SECURE_HSTS_SECONDS = entrance.YEAR if ENTRANCE.tls else 0
ALLAUTH_TRUSTED_PROXY_COUNT = ENTRANCE.proxies
INSTALLED_APPS = [
    "lantian.desk",
    "lantian.dispatch",
    "lantian.campaign",
    "lantian.casework",
    "lantian.standing",
    "lantian.publicity",
    "lantian.screening",
    "lantian.filings",
    "lantian.registry",
    "lantian.office",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "js_lib_bootstrap5",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "lantian.config.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lantian.config.middleware.chosen_language",
    "lantian.config.middleware.without_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lantian.config.middleware.small_unless_known",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "lantian.config.urls"
WSGI_APPLICATION = "lantian.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lantian.desk.context.frame",
            ],
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    parts = conninfo_to_dict(url)
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings = {django: parts.pop(libpq, "") for libpq, django in known.items()}
    kept = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return {"ENGINE": "django.db.backends.postgresql", **settings, "OPTIONS": parts, **kept}


DATABASES = {"default": _database(ENVIRONMENT.app_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "office_sharedstate",
        "KEY_FUNCTION": "lantian.office.sharedstate.hidden_key",
        # Django drops a third of the rows beyond 300: guesses at many logins would push out the count of one.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "office.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "lantian.config.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/10m/key,60/10m/ip"}
MFA_ADAPTER = "lantian.config.accounts.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "蓝天 Lantian"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(timedelta(hours=10).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENTRANCE.tls
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = HOME / "uploading"  # beside the store: a part of an upload may be secret text
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_HANDLERS = ["lantian.desk.uploads.Bounded"]
UPLOAD_LIMIT = ENVIRONMENT.upload_limit
CAPTURE = ENVIRONMENT.capture  # hosts that may be captured, with limits

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [catalogue.built(HOME)]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
LOGGING = logs.configuration()
CSRF_FAILURE_VIEW = "lantian.desk.errors.forbidden_form"
