"""The WSGI application. Starting it checks that every route has declared access."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # a route without access, or access without a route, refuses to boot

from lantian.office import opened  # noqa: E402 - needs the settings

opened.sweep()
