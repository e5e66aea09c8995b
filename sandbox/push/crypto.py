"""Message encryption (消息加解密) as the platform does it: AES-256-CBC, padding to blocks of 32."""

import hashlib
import secrets
import struct
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
RANDOM_BYTES = 16


class NotDecipherable(ValueError):
    """The cipher text was not made with this key for this account."""


def signature(token: str, *parts: str) -> str:
    # SHA-1 is the platform's choice.
    return hashlib.sha1(  # noqa: S324
        "".join(sorted([token, *parts])).encode()
    ).hexdigest()


def encrypt(aes_key: str, appid: str, message: str, *, prefix: bytes | None = None) -> str:
    body = message.encode()
    prefix = prefix or secrets.token_hex(RANDOM_BYTES // 2).encode()
    plain = prefix + struct.pack(">I", len(body)) + body + appid.encode()
    fill = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    cipher_text = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
    return b64encode(cipher_text).decode()


def decrypt(aes_key: str, appid: str, encrypted: str) -> str:
    plain = _unpadded(_decipher(aes_key, encrypted))
    if len(plain) < RANDOM_BYTES + 4:
        raise NotDecipherable("too short")
    (length,) = struct.unpack(">I", plain[RANDOM_BYTES : RANDOM_BYTES + 4])
    body = plain[RANDOM_BYTES + 4 :]
    if length > len(body) or body[length:] != appid.encode():
        raise NotDecipherable("made for another appid")
    try:
        return body[:length].decode()
    except UnicodeDecodeError:
        raise NotDecipherable("the message is not UTF-8") from None


def _decipher(aes_key: str, encrypted: str) -> bytes:
    try:
        cipher_text = b64decode(encrypted, validate=True)
    except NotBase64:
        raise NotDecipherable("not base64") from None
    if not cipher_text or len(cipher_text) % 16:
        raise NotDecipherable("not whole blocks")
    decryptor = _cipher(aes_key).decryptor()
    return decryptor.update(cipher_text) + decryptor.finalize()


def _unpadded(plain: bytes) -> bytes:
    fill = plain[-1]
    if not 1 <= fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise NotDecipherable("bad padding")
    return plain[:-fill]


def _cipher(aes_key: str) -> Cipher[CBC]:
    key = b64decode(aes_key + "=")
    return Cipher(AES(key), CBC(key[:16]))
