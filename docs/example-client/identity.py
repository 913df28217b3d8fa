"""The key of this device, what is known of others, and the TLS mode ("Encryption")."""

import ctypes
import json
import os
import ssl
import subprocess

from frames import Breach, Failure, sha256


class Identity:
    """The key of this device, made on the first run and kept ("Encryption")."""

    def __init__(self, home):
        os.makedirs(home, mode=0o700, exist_ok=True)
        self.home = home
        self.key, self.certificate = os.path.join(home, "key.pem"), os.path.join(home, "certificate.pem")
        if not os.path.exists(self.certificate):
            make_certificate(self.key, self.certificate)
        with open(self.certificate, encoding="ascii") as file:
            self.device_id = device_id(ssl.PEM_cert_to_DER_cert(file.read()))

    def context(self, side):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if side == "dialer" else ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        # Nobody vouches for a certificate: the key itself is looked at when the handshake is complete.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(self.certificate, self.key)
        if side == "listener":
            context.num_tickets = 0
            ask_for_any_certificate(context)
        return context

    def meet(self, address, seen, expected):
        """Trust on first use: another key at a known address needs its user's word."""
        path = os.path.join(self.home, "known.json")
        try:
            with open(path, encoding="ascii") as file:
                known = json.load(file)
        except FileNotFoundError:
            known = {}
        wanted = expected or known.get(address)
        if wanted not in (None, seen):
            raise Failure("identity-mismatch", f"{address} has the key {seen}, not {wanted}. --expect takes it.")
        known[address] = seen
        with open(path, "w", encoding="ascii") as file:
            json.dump(known, file, indent=1)


def make_certificate(key, certificate):
    """A key for ECDSA on P-256, and a certificate that nobody looks at but for the key."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10950 -subj /CN=hexdrop"
    files = ["-keyout", key, "-out", certificate]
    before = os.umask(0o077)
    try:
        subprocess.run(command.split() + files, check=True, capture_output=True)
    finally:
        os.umask(before)


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
def any_certificate(_is_valid, _store):
    return 1


def ask_for_any_certificate(context):
    """Makes a listener ask for a certificate and take any, whoever signed it.

    Python's `ssl` has no call for that: it takes only what a known authority has signed. So this sets OpenSSL's
    callback by hand. The first field of Python's context object is OpenSSL's. (With pyOpenSSL it is `set_verify`.)
    """
    import _ssl

    library = ctypes.CDLL(_ssl.__file__)  # finds the OpenSSL that Python itself uses
    library.SSL_CTX_set_verify.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    library.SSL_CTX_set_verify.restype = None
    pointer = ctypes.c_void_p.from_address(id(context) + object.__basicsize__)
    library.SSL_CTX_set_verify(pointer, 0x01, ctypes.cast(any_certificate, ctypes.c_void_p))


def der(data, at=0):
    """One DER element at `at`: its tag, where its content begins, and where it ends."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at : at + count], "big"), at + count
    return tag, at, at + length


def device_id(certificate):
    """SHA-256 of the public key in DER (SubjectPublicKeyInfo), if the key is of a kind that is allowed."""
    _, at, _ = der(certificate)  # Certificate
    _, at, _ = der(certificate, at)  # TBSCertificate
    if certificate[at] == 0xA0:  # version
        at = der(certificate, at)[2]
    for _ in range(5):  # serial number, signature, issuer, validity, subject
        at = der(certificate, at)[2]
    key = certificate[at : der(certificate, at)[2]]
    require_allowed(key)
    return sha256(key).hex()


ED25519 = bytes.fromhex("06032b6570")
RSA = bytes.fromhex("06092a864886f70d010101")
EC = bytes.fromhex("06072a8648ce3d0201")
CURVES = [bytes.fromhex(oid) for oid in ("06082a8648ce3d030107", "06052b81040022", "06052b81040023")]


def require_allowed(key):
    """Ed25519, ECDSA on P-256, P-384 and P-521, RSA of 2,048 bits or more with an exponent of 65,537 or more."""
    _, at, _ = der(key)
    _, start, bits = der(key, at)  # AlgorithmIdentifier, and where the key itself begins
    algorithm = key[start:bits]
    if algorithm == ED25519 or any(algorithm == EC + curve for curve in CURVES):
        return
    if algorithm.startswith(RSA):
        _, content, _ = der(key, bits)
        _, at, _ = der(key, content + 1)  # behind the count of unused bits: RSAPublicKey
        _, start, end = der(key, at)
        _, exponent, last = der(key, end)
        modulus = int.from_bytes(key[start:end], "big")
        if modulus.bit_length() >= 2_048 and int.from_bytes(key[exponent:last], "big") >= 65_537:
            return
    raise Breach("key-not-allowed", "The key of the peer is of a kind that identifies nobody.")


def proved_id(sock):
    """The device id that the peer has proved in the TLS handshake."""
    certificate = sock.getpeercert(binary_form=True)
    if certificate is None:
        raise Breach("certificate-required", "The peer presented no certificate.")
    return device_id(certificate)
