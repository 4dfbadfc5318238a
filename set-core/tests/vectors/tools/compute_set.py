#!/usr/bin/env python3
"""Computes SET's OAEP blocks and CDMF keys from their definitions, apart from the library.

Usage: compute_set.py FOLDER

FOLDER holds `rsa_sign.json`, whose keys are used, and takes `oaep.json` and `cdmf.json`.
Needs the PyPI package `cryptography` for single DES and to read keys. Every figure that is
free to choose comes out of SHA-256 over a label, so that two runs give the same files.
"""

import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import load_der_private_key

KINDS = {"None": (0, 0), "PanData": (1, 65), "PanData0": (2, 65), "PanToken": (3, 45),
         "PanOnly": (4, 39), "AcctData": (5, 94)}

# Numbered from 1, the most significant bit of the first octet.
CLEARED = (1, 2, 3, 4, 8, 16, 17, 18, 19, 20, 24, 32, 33, 34, 35, 36, 40, 48, 49, 50, 51, 52,
           56, 64)


def chosen(label, length):
    octets = b""
    while len(octets) < length:
        octets += hashlib.sha256(f"{label}/{len(octets)}".encode()).digest()
    return octets[:length]


def odd_parity(key):
    return bytes(octet & 0xFE | (bin(octet >> 1).count("1") + 1) % 2 for octet in key)


def xor(left, right):
    assert len(left) == len(right)
    return bytes(a ^ b for a, b in zip(left, right))


def des(key, block):
    encryptor = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def clear(block, bits):
    number = int.from_bytes(block, "big")
    for bit in bits:
        number &= ~(1 << (64 - bit))
    return number.to_bytes(8, "big")


def cdmf(key):
    stripped = clear(key, range(8, 65, 8))
    mixed = xor(des(bytes.fromhex("C408B0540BA1E0AE"), stripped), stripped)
    return odd_parity(des(bytes.fromhex("EF2C041CE6382FE6"), clear(mixed, CLEARED)))


def h1(salt, length):
    octets, counter = b"", 0
    while len(octets) < length:
        octets += hashlib.sha1(salt + counter.to_bytes(4, "big")).digest()
        counter += 1
    return octets[:length]


def h2(data):
    return hashlib.sha1(data).digest()[-16:]


def block(modulus_octets, kind, key, hd, extra, salt, first):
    code = kind | (0x80 if hd else 0)
    data = bytes([3, code]) + bytes(7) + key + hd + extra
    data += bytes(modulus_octets - 17 - len(data))
    a = xor(data, h1(salt, len(data)))
    b = xor(salt, h2(a))
    return bytes([first]) + a + b


def oaep(keys):
    cases = []
    for size in (1024, 2048):
        signing = next(key for key in keys if key["bits"] == size)
        private = load_der_private_key(bytes.fromhex(signing["private_key"]), None)
        public = private.public_key().public_numbers()
        octets = size // 8
        for name, (code, length) in KINDS.items():
            for pin in (0, 8) if name in ("PanData", "AcctData") else (0,):
                for with_hd in (False, True):
                    label = f"{size}/{name}/{pin}/{with_hd}"
                    hd = chosen(label + "/hd", 20) if with_hd else b""
                    extra = chosen(label + "/extra", length + pin)
                    if 17 + len(hd) + len(extra) > octets - 17:
                        continue
                    key = odd_parity(chosen(label + "/key", 8))
                    salt = chosen(label + "/salt", 16)
                    first = chosen(label + "/first", 1)[0] % 0x7F + 1
                    plain = block(octets, code, key, hd, extra, salt, first)
                    sealed = pow(int.from_bytes(plain, "big"), public.e, public.n)
                    cases.append({
                        "private_key_of_example": signing["example"], "kind": name,
                        "des_key": key.hex(), "hd": hd.hex(), "extra": extra.hex(),
                        "salt": salt.hex(), "first_octet": f"{first:02x}",
                        "plain_block": plain.hex(),
                        "sealed_block": sealed.to_bytes(octets, "big").hex()})
    return cases


def write(folder, name, origin, cases):
    lines = json.dumps({"origin": origin}, indent=1)[:-2] + ',\n "cases": [\n'
    lines += ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]\n}\n"
    (folder / name).write_text(lines)
    print(name, len(cases), "cases")


def main():
    folder = pathlib.Path(sys.argv[1])
    keys = json.loads((folder / "rsa_sign.json").read_text())["cases"]
    write(folder, "oaep.json",
          "computed by tools/compute_set.py; RSA keys of rsa_sign.json by their example number",
          oaep(keys))
    labels = [bytes(8), b"\xff" * 8, bytes(range(8))]
    inputs = labels + [chosen(f"cdmf/{number}", 8) for number in range(13)]
    write(folder, "cdmf.json", "computed by tools/compute_set.py",
          [{"key": key.hex(), "cdmf_key": cdmf(key).hex()} for key in inputs])


if __name__ == "__main__":
    main()
