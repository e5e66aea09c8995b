"""Seal (签名与加解密): proves that a push comes from WeChat and keeps it unreadable on the way.

The format is the platform's: AES-256-CBC whose vector is the head of the key, PKCS#7 over blocks
of 32 bytes, and inside 16 random bytes, the length in bytes, the message and the appid.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from hashlib import sha1
from hmac import compare_digest
from os import urandom

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK_BYTES = 32
RANDOM_BYTES = 16
HEAD_BYTES = RANDOM_BYTES + 4
PADDINGS = tuple(bytes([count]) * count for count in range(BLOCK_BYTES + 1))


class BadPush(Exception):
    """Not from WeChat, as far as one can prove. `reason` is for our log, never for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AesKey:
    """One EncodingAESKey, ready for use."""

    __slots__ = ("_cipher",)

    def __init__(self, encoded: str) -> None:
        key = b64decode(encoded + "=")
        if len(key) != BLOCK_BYTES:
            raise ValueError("an EncodingAESKey is 43 characters long")
        self._cipher = Cipher(AES(key), CBC(key[:16]))

    def encrypt(self, padded: bytes) -> bytes:
        encryptor = self._cipher.encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def decrypt(self, ciphertext: bytes) -> bytes:
        decryptor = self._cipher.decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A message and the key that opened it: the reply is sealed with the same one."""

    message: bytes
    key: AesKey


class Crypto:
    """What one account's token and keys can prove and open."""

    def __init__(
        self, token: str, aes_key: str, appid: str, aes_key_previous: str | None = None
    ) -> None:
        self._token = token
        self._appid = appid.encode()
        # An account in plain mode may have no key at all: then nothing encrypted opens.
        self._keys = [AesKey(key) for key in (aes_key, aes_key_previous) if key]

    def sign(self, *parts: str) -> str:
        return sha1("".join(sorted((self._token, *parts))).encode()).hexdigest()  # noqa: S324

    def is_signed(self, signature: str, *parts: str) -> bool:
        return compare_digest(signature.encode(), self.sign(*parts).encode())

    def decrypt(self, encrypted: str) -> Decrypted:
        """Open with the current key, else with the previous. Every fault is the same BadPush."""
        ciphertext = _from_base64(encrypted)
        if ciphertext and len(ciphertext) % BLOCK_BYTES == 0:
            for key in self._keys:
                message = self._opened(key.decrypt(ciphertext))
                if message is not None:
                    return Decrypted(message, key)
        raise BadPush("undecryptable")

    def encrypt(
        self, message: bytes, *, key: AesKey | None = None, random: bytes | None = None
    ) -> str:
        """Seal a message; `random` is given by tests only."""
        head = (urandom(RANDOM_BYTES) if random is None else random) + len(message).to_bytes(4)
        plain = head + message + self._appid
        padding = PADDINGS[BLOCK_BYTES - len(plain) % BLOCK_BYTES]
        return b2a_base64((key or self._keys[0]).encrypt(plain + padding), newline=False).decode()

    def _opened(self, padded: bytes) -> bytes | None:
        count = padded[-1]
        if not 1 <= count <= BLOCK_BYTES or not padded.endswith(PADDINGS[count]):
            return None
        plain = padded[:-count]
        end = HEAD_BYTES + int.from_bytes(plain[RANDOM_BYTES:HEAD_BYTES])
        if not compare_digest(plain[end:], self._appid):
            return None
        return plain[HEAD_BYTES:end]


def _from_base64(text: str) -> bytes:
    try:
        return a2b_base64(text, strict_mode=True)
    except (Base64Error, ValueError):
        return b""
