"""How allauth behaves here: nobody signs up by himself, guessing is locked out, every act leaves an event."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.config.guard import actor_of
from lantian.core.messages import Refused, Text
from lantian.desk.accounts import landing
from lantian.desk.forms import explained
from lantian.desk.present.words import said
from lantian.office import actors, audit, clock, people
from lantian.office.models import Account

LIMIT = {"app": "allauth.account", "action": "login_failed"}
MINUTE = 60
LOCKED = Text(
    "登录失败次数过多，为保护账号已暂停登录。请在 {at} 以后再试；忘记密码请联系系统管理员。",
    "Too many failed logins; to protect the account, logging in is paused. Try again after {at}; if you forgot"
    " the password, ask the administrator.",
)
SAME_PASSWORD = Text("新密码不能与原密码相同。", "The new password must differ from the present one.")
FACTOR_KINDS = {"recovery_codes": audit.Kind.RECOVERY_CODES_MADE}


class SecretLost(Refused):
    """A stored secret cannot be read: the server's key is another one than when it was kept."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by the administrator only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("尝试次数过多，请十分钟后再试。"),
        "rate_limited": _("尝试次数过多，请十分钟后再试。"),
        "incorrect_code": _("验证码不正确或已过期，请输入新的验证码。"),
        "incorrect_password": _("密码不正确。"),
        "enter_current_password": _("当前密码不正确。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        with transaction.atomic():
            super().login(request, user)
            audit.record(audit.Kind.LOGGED_IN, by=actors.public("login"), about=("account", user.key))

    def logout(self, request: HttpRequest) -> None:
        account, by = request.user, actor_of(request)
        with transaction.atomic():
            super().logout(request)
            if isinstance(account, Account):
                audit.record(audit.Kind.LOGGED_OUT, by=by, about=("account", account.key))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The first page that the officer's post may open."""
        return reverse(landing(actor_of(request)))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The account's own page."""
        return reverse("account")

    def set_password(self, user: Account, password: str) -> None:
        people.change_password(account=user, password=password, by=actor_of(context.request))

    def clean_password(self, password: str, user: Any = None) -> str:
        try:
            password_validation.validate_password(password, user)
        except ValidationError as error:
            raise ValidationError([explained(one) for one in error.error_list]) from None
        if user is not None and user.check_password(password):
            raise ValidationError(said(SAME_PASSWORD))
        return password

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse before the password is looked at, and say until when."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            key = self._get_login_attempts_cache_key(request, **credentials)
            words = said(LOCKED).format(at=f"{_free_again(request, key):%H:%M}")
            raise ValidationError(words, code="too_many_login_attempts") from None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave an event when this failure locked the account (and only then: guesses write no audit)."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        account = _meant(credentials)
        if account and not ratelimit.consume(request, **LIMIT, key=key, dry_run=True):
            by = actors.public("login")
            with transaction.atomic():
                audit.record(audit.Kind.LOGIN_LOCKED, by=by, about=("account", account.key))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The login alone: with the host in it, as allauth has it, another Host header would be a new try.

        An account's own login where one is meant: the database finds it under more spellings than Python folds.
        """
        account = _meant(credentials)
        return account.login if account else people.folded(credentials.get("username", ""))


def _meant(credentials: Mapping[str, Any]) -> Account | None:
    """The account that allauth would log in."""
    return Account.objects.filter(login__iexact=credentials.get("username", "")).first()


def _free_again(request: HttpRequest, key: str) -> datetime:
    """The moment from which one more try is allowed, rounded up to a minute."""
    free = [0.0]
    for rate in ratelimit.get_rates(**LIMIT):
        history = cache.get(ratelimit.get_cache_key(request, **LIMIT, rate=rate, key=key), [])
        if len(history) >= rate.amount:
            free.append(history[-1] + rate.duration)
    return datetime.fromtimestamp(max(free) // MINUTE * MINUTE + MINUTE, clock.CHINA)


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step of a login: its secrets lie encrypted under the server's key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("验证码不正确或已过期，请输入新的验证码。"),
    }

    def get_totp_label(self, user: Account) -> str:
        return user.login

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.MFA_TOTP_ISSUER}

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise SecretLost(
                "第二步验证的密钥无法读取（服务器密钥已更换）；请联系系统管理员停用后重新启用。",
                "The secret of the second step cannot be read: the server's key has changed. Ask the"
                " administrator to remove the second step, then set it up again.",
            ) from None


def _cipher() -> Fernet:
    """A key of its own, drawn from the server's (HKDF's extract step; the server's key is random already)."""
    digest = hashlib.sha256(b"lantian second step\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


@receiver(post_save, sender="mfa.Authenticator")
def _factor_added(instance: Any, created: bool, **_others: Any) -> None:
    if created:
        _record_factor(FACTOR_KINDS.get(instance.type, audit.Kind.FACTOR_ADDED), instance)


@receiver(post_delete, sender="mfa.Authenticator")
def _factor_removed(instance: Any, **_others: Any) -> None:
    if instance.type not in FACTOR_KINDS:
        _record_factor(audit.Kind.FACTOR_REMOVED, instance)


def _record_factor(kind: audit.Kind, instance: Any) -> None:
    by = actor_of(context.request) if context.request else actors.public("none")
    account = Account.objects.get(pk=instance.user_id)
    audit.record(kind, by=by, about=("account", account.key), detail={"type": instance.type})
