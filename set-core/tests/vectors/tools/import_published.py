#!/usr/bin/env python3
"""Takes the published figures that SET's algorithms need into vectors of our own format.

Usage: import_published.py FOLDER OUTPUT

FOLDER is `cryptography_vectors/` out of the PyPI package cryptography-vectors, which holds
the files of NIST CAVP, of RSA Laboratories and of RFC 2202. OUTPUT is the folder that the
vectors go to. Needs the PyPI package `cryptography` to write keys as PKCS #8.
"""

import json
import pathlib
import re
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PACKAGE = "PyPI cryptography-vectors 50.0.2"


def fields(path):
    """The `name = value` lines of a CAVP file, and its `[section]` lines with no value."""
    for line in path.read_text().splitlines():
        line = line.strip()
        if re.fullmatch(r"\[.*\]", line):
            yield line[1:-1], None
        elif "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            yield name.strip(), value.strip()


def write(output, name, origin, files, cases, **more):
    content = {"origin": origin, "taken_from": [f"{PACKAGE}: {file}" for file in files], **more}
    lines = json.dumps(content, indent=1)[:-2] + ',\n "cases": [\n'
    lines += ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]\n}\n"
    (output / name).write_text(lines)
    print(name, len(cases), "cases")


def sha1(source, output):
    short, long = "hashes/SHA1/SHA1ShortMsg.rsp", "hashes/SHA1/SHA1LongMsg.rsp"
    for file, name, step in ((short, "sha1_short.json", 1), (long, "sha1_long.json", 8)):
        cases, length, message = [], None, None
        for field, value in fields(source / file):
            if field == "Len":
                length = int(value) // 8
            elif field == "Msg":
                message = value[: 2 * length]
            elif field == "MD":
                cases.append({"message": message, "digest": value})
        write(output, name, "NIST CAVP, SHA test vectors for byte-oriented messages", [file],
              cases[::step])
    monte = "hashes/SHA1/SHA1Monte.rsp"
    seed, digests = None, []
    for field, value in fields(source / monte):
        if field == "Seed":
            seed = value
        elif field == "MD":
            digests.append({"digest": value})
    write(output, "sha1_monte_carlo.json", "NIST CAVP, SHA Monte Carlo test", [monte], digests,
          seed=seed)


def hmac(source, output):
    file, cases, case = "HMAC/rfc-2202-sha1.txt", [], {}
    for field, value in fields(source / file):
        if field in ("Key", "Msg"):
            case[{"Key": "key", "Msg": "message"}[field]] = value
        elif field == "MD":
            cases.append({**case, "mac": value})
    write(output, "hmac_sha1.json", "RFC 2202, section 3", [file], cases)


def des(source, output):
    """Triple DES with three equal keys is single DES."""
    names = ["vartext", "invperm", "varkey", "permop", "subtab", "MMT1"]
    files = [f"ciphers/3DES/CBC/TCBC{name}.rsp" for name in names]
    cases = []
    for file in files:
        case = {}
        for field, value in fields(source / file):
            if value is None:
                case = {}
            elif field in ("KEYs", "KEY1", "KEY2", "KEY3"):
                assert field in ("KEYs", "KEY1") or value == case["key"]
                case["key"] = value
            elif field == "IV":
                case["iv"] = value
            elif field in ("PLAINTEXT", "CIPHERTEXT"):
                case[field.lower()] = value
                if "plaintext" in case and "ciphertext" in case:
                    if case not in cases:
                        cases.append(case)
                    case = {}
    write(output, "des_cbc.json", "NIST CAVP, TDES CBC with KEY1 = KEY2 = KEY3", files, cases)


def rsa_generate(source, output):
    file, cases = "asymmetric/RSA/FIPS_186-2/SigGen15_186-2.rsp", []
    bits = modulus = exponent = algorithm = message = None
    for field, value in fields(source / file):
        if value is None:
            bits = int(field.split("=")[1])
        elif field == "n":
            modulus = value
        elif field == "e":
            exponent = value
        elif field == "SHAAlg":
            algorithm = value
        elif field == "Msg":
            message = value
        elif field == "S" and algorithm == "SHA1" and bits in (1024, 2048):
            cases.append(verification(modulus, exponent, message, value, "good"))
    return file, cases


def rsa_verify(source, output):
    generated, cases = rsa_generate(source, output)
    file = "asymmetric/RSA/FIPS_186-2/SigVer15_186-3.rsp"
    case, bits, modulus = {}, None, None
    for field, value in fields(source / file):
        if value is None:
            bits = int(field.split("=")[1])
        elif field == "n":
            modulus = value
        elif field == "Result":
            if case["SHAAlg"] == "SHA1" and bits in (1024, 2048):
                said = "good" if value == "P" else re.search(r"- (.*?) *\)", value).group(1)
                cases.append(verification(modulus, case["e"], case["Msg"], case["S"], said))
        else:
            case[field] = value
    write(output, "rsa_verify.json",
          "NIST CAVP, PKCS #1 v1.5 signature generation and verification, SHA-1 only",
          [generated, file], cases)


def verification(modulus, exponent, message, signature, result):
    return {"modulus": modulus, "exponent": f"{int(exponent, 16):06x}", "message": message,
            "signature": signature, "result": result}


def rsa_sign(source, output):
    file, keys = "asymmetric/RSA/pkcs1v15sign-vectors.txt", {}
    text = (source / file).read_text()
    for example in re.split(r"(?m)^# Example (?=\d+:)", text)[1:]:
        number, bits = re.match(r"(\d+): A (\d+)-bit", example).groups()
        if bits not in ("1024", "2048"):
            continue
        parts = re.findall(r"(?m)^# ([^\n]*?): *\n((?:[0-9a-f]{2}[0-9a-f ]*\n)+)", example)
        octets = [(name, "".join(value.split())) for name, value in parts]
        # The private half repeats the modulus and calls its own exponent "Exponent" again.
        numbers = {name: int(value, 16) for name, value in octets[2:10]}
        key = rsa.RSAPrivateNumbers(
            numbers["Prime 1"], numbers["Prime 2"], numbers["Exponent"],
            numbers["Prime exponent 1"], numbers["Prime exponent 2"], numbers["Coefficient"],
            rsa.RSAPublicNumbers(numbers["Public exponent"], numbers["Modulus"])).private_key()
        der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
        messages = [value for name, value in octets[10:] if name.startswith("Message")]
        signatures = [value for name, value in octets[10:] if name.startswith("Signature")]
        assert len(messages) == len(signatures) == 20, (number, len(messages), len(signatures))
        keys[number] = {"example": int(number), "bits": int(bits), "private_key": der.hex(),
                        "signatures": [{"message": m, "signature": s}
                                       for m, s in zip(messages, signatures)]}
    write(output, "rsa_sign.json",
          "RSA Laboratories, PKCS #1 v1.5 signatures with SHA-1, the keys of 1024 and 2048 bits",
          [file], list(keys.values()))


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    for take in (sha1, hmac, des, rsa_verify, rsa_sign):
        take(source, output)


if __name__ == "__main__":
    main()
