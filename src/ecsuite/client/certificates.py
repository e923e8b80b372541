"""Trusted certificates: by default the system's, as in curl and browsers, so a company's own are included."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import Final

from ecsuite.errors import CertificatesUnusable

# OpenSSL's error codes for certificates (X509_V_ERR_...).
_WRONG: Final = {
    9: "is not valid yet: check this machine's clock",
    10: "has expired: its owner must renew it, unless this machine's clock is wrong",
    18: "is signed by itself: put it into the file that SSL_CERT_FILE names, if you trust it",
    19: "is of an authority that is not trusted here: if a corporate proxy inspects TLS traffic, name the certificate "
    "of its authority in SSL_CERT_FILE, or put it into the system's store",
    62: "is for another host",
    64: "is for another address",
}
_WRONG[20] = _WRONG[21] = _WRONG[19]


def trusted(env: Mapping[str, str]) -> ssl.SSLContext:
    """The certificates to trust: SSL_CERT_FILE and SSL_CERT_DIR if set, else the system's store.

    Raises:
        CertificatesUnusable: a variable names a file or folder that is missing, or has no certificates.
    """
    file, folder = env.get("SSL_CERT_FILE", "").strip(), env.get("SSL_CERT_DIR", "").strip()
    if not (file or folder):
        import truststore  # noqa: PLC0415  not needed without TLS

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    variable, path = ("SSL_CERT_FILE", file) if file else ("SSL_CERT_DIR", folder)
    try:
        # OpenSSL ignores a folder that does not exist.
        for each in folder.split(os.pathsep) if folder else ():
            variable, path = "SSL_CERT_DIR", each
            os.scandir(each).close()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for each in folder.split(os.pathsep) if folder else ():
            context.load_verify_locations(capath=each)
        if file:
            variable, path = "SSL_CERT_FILE", file
            context.load_verify_locations(cafile=file)
    except OSError as error:
        reason = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror or str(error)
        raise CertificatesUnusable(variable, path, reason) from None
    return context


def refused(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The certificate error that caused an error; None if there is none."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def what_is_wrong(error: ssl.SSLCertVerificationError, host: str) -> str:
    """What is wrong with a certificate, on one line."""
    said = _WRONG.get(error.verify_code, f"cannot be verified ({error.verify_message})")
    return f"the certificate of {host} {said}"
