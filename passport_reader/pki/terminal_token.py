"""A terminal's key in a PKCS #11 token, by python-pkcs11, which is an extra (`sekisho[pkcs11]`) and imported when used.

The errors are those of `terminal_key`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, Final

from passport_reader.pki.signature_scheme import Kind, Scheme
from passport_reader.pki.terminal_key import TerminalKeyUnavailable, TokenKeyMissing, TokenMissing, TokenPinWrong

Pin = Callable[[], str]
"""Asked whenever the token is opened, so that no object and no log holds the PIN."""

_ONE_AT_A_TIME: Final = Lock()
"""A PKCS #11 module belongs to the whole program, and not every one of them bears two threads."""


def pin_from_file(path: Path) -> Pin:
    """The first line of a file that only the terminal may read."""

    def read() -> str:
        try:
            pin = path.read_text("utf-8").partition("\n")[0].strip()
        except (OSError, ValueError):
            pin = ""
        if not pin:
            raise TokenPinWrong("the file of the PIN cannot be read, or is empty")
        return pin

    return read


def pin_from_environment(name: str) -> Pin:
    def read() -> str:
        pin = os.environ.get(name, "")
        if not pin:
            raise TokenPinWrong(f"the environment holds no PIN under {name}")
        return pin

    return read


class TokenKey:
    """The private key `label` in the token `token`, through the PKCS #11 module at `library`.

    Opened at the first signature and kept open. Where the session is gone (the token was drawn, somebody logged out)
    the module is started anew and the token opened again, once. A PIN that was refused is not tried again: tokens lock
    themselves after a few.
    """

    def __init__(self, library: str, token: str, label: str, pin: Pin) -> None:
        self._library, self._token, self._label, self._pin = library, token, label, pin
        self._session: Any = None
        self._key: Any = None
        self._pin_refused = False

    def sign(self, scheme: Scheme, data: bytes) -> bytes:
        pkcs11 = _python_pkcs11()
        with _ONE_AT_A_TIME:
            try:
                return self._sign(pkcs11, scheme, data)
            except (pkcs11.PKCS11Error, TokenMissing):
                self._forget(pkcs11)
            try:
                # a module may go on answering from what it knew of a token that is gone; other keys open theirs again
                self._module(pkcs11).reinitialize()
                return self._sign(pkcs11, scheme, data)
            except pkcs11.PKCS11Error as error:
                self._forget(pkcs11)
                raise TerminalKeyUnavailable(f"the token does not sign: {type(error).__name__}") from None

    def close(self) -> None:
        with _ONE_AT_A_TIME:
            if self._session is not None:
                self._forget(_python_pkcs11())

    def _sign(self, pkcs11: ModuleType, scheme: Scheme, data: bytes) -> bytes:
        if self._key is None:
            self._open(pkcs11)
        content, mechanism, parameters = _mechanism(pkcs11, scheme, data)
        return bytes(self._key.sign(content, mechanism=mechanism, mechanism_param=parameters))

    def _open(self, pkcs11: ModuleType) -> None:
        self._session = self._logged_in(pkcs11, self._find(pkcs11))
        try:
            self._key = self._session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
        except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned):
            self._forget(pkcs11)
            raise TokenKeyMissing("the token holds no key of this label, or several", label=self._label) from None

    def _find(self, pkcs11: ModuleType) -> Any:
        try:
            return self._module(pkcs11).get_token(token_label=self._token)
        except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned):
            raise TokenMissing("no token of this label, or several", token=self._token) from None

    def _module(self, pkcs11: ModuleType) -> Any:
        try:
            return pkcs11.lib(self._library)
        except (RuntimeError, OSError):  # PKCS11Error is a RuntimeError
            raise TokenMissing("the PKCS #11 module cannot be loaded", library=self._library) from None

    def _logged_in(self, pkcs11: ModuleType, token: Any) -> Any:
        """A session of a user. Another key of this program may have logged in before: that counts for all."""
        if self._pin_refused:
            raise TokenPinWrong("the token has refused this PIN before")
        try:
            return token.open(user_pin=self._pin())
        except pkcs11.UserAlreadyLoggedIn:
            return token.open()
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
            self._pin_refused = True
            raise TokenPinWrong(f"the token does not take the PIN: {type(error).__name__}") from None

    def _forget(self, pkcs11: ModuleType) -> None:
        session, self._session, self._key = self._session, None, None
        try:
            if session is not None:
                session.close()
        except pkcs11.PKCS11Error:
            pass  # it is gone already, which is why it is given up


def _python_pkcs11() -> ModuleType:
    try:
        import pkcs11
    except ImportError:
        raise TokenMissing("python-pkcs11 is not installed (sekisho[pkcs11])") from None
    return pkcs11


def _mechanism(pkcs11: ModuleType, scheme: Scheme, data: bytes) -> tuple[bytes, Any, Any]:
    """What to sign, how, and with which parameters. ECDSA signs a hash: many tokens have no other mechanism for it."""
    sha = scheme.hash_name.upper()
    if scheme.kind is Kind.ECDSA:
        return hashlib.new(scheme.hash_name, data, usedforsecurity=False).digest(), pkcs11.Mechanism.ECDSA, None
    if scheme.kind is Kind.PKCS1:
        return data, pkcs11.Mechanism[f"{sha}_RSA_PKCS"], None
    hash_ = pkcs11.Mechanism.SHA_1 if sha == "SHA1" else pkcs11.Mechanism[sha]
    return data, pkcs11.Mechanism[f"{sha}_RSA_PKCS_PSS"], (hash_, pkcs11.MGF[sha], scheme.hash.digest_size)
