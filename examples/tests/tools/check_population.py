"""Checks what `population` made with software that nobody here wrote.

Usage: check_population.py DIR [--parse N]

1. Every cardholder certificate and every CA certificate by `openssl verify`.
2. Every CRL by `openssl crl`, and the revocation of every certificate by
   `openssl verify -crl_check_all`.
3. Every certificate by pkilint's linter for RFC 5280, and each CA certificate with its issuer
   by its linter for chains. What SET's own profile makes inevitable is in ALLOWED with the
   reason; anything else of severity NOTICE and above fails, and so does a reason that nothing
   needs any more.
4. N cardholder certificates (100 by default), evenly picked, by pyca cryptography: names,
   extensions and signature.

Prints one line of JSON with counts and seconds; exits with 1 when anything is wrong.
"""

import argparse
import base64
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time
import warnings

# Findings of pkilint that every certificate of SET 1.0 has, each with why.
ALLOWED = {}

PER_CALL = 500


def pem_blocks(path, label):
    """The PEM blocks of a file."""
    begin, end = f"-----BEGIN {label}-----", f"-----END {label}-----"
    text = path.read_text()
    return [begin + part.split(end)[0] + end + "\n" for part in text.split(begin)[1:]]


def chunks(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


class Openssl:
    """Batched runs of the openssl program."""

    def __init__(self, root):
        self.root = root
        self.faults = []

    def run(self, *args, data=None):
        return subprocess.run(
            ["openssl", *map(str, args)], input=data, capture_output=True, text=True, check=False
        )

    def verify(self, files, untrusted, *more):
        """How many of the files verify."""
        good = 0
        for batch in chunks(files, PER_CALL):
            # SET's critical extensions are unknown to OpenSSL, and SHA-1 is below its levels.
            done = self.run(
                "verify", "-ignore_critical", "-auth_level", "0",
                "-CAfile", self.root, "-untrusted", untrusted, *more, *batch,
            )
            lines = done.stdout.splitlines()
            fine = sum(line.endswith(": OK") for line in lines)
            good += fine
            if done.returncode != 0 or fine != len(batch):
                self.faults.append((done.stderr or done.stdout).strip()[:400])
        return good


def lint_pkix(task):
    """pkilint's findings about a certificate, as (code, severity)."""
    file, issuer = task
    linters = lint_pkix.linters
    if linters is None:
        linters = lint_pkix.linters = make_linters()
    loader, certificate_linter, chain = linters
    subject = loader.load_pem_document(file.read_text(), str(file))
    found = [certificate_linter.validate(subject.root)]
    if issuer is not None:
        found.append(chain(issuer.read_text(), file.read_text()))
    return [
        (finding.finding.code, finding.finding.severity.name)
        for results in found
        for result in results
        for finding in result.finding_descriptions
        if finding.finding.severity.name in ("NOTICE", "WARNING", "ERROR", "FATAL")
    ]


lint_pkix.linters = None


def make_linters():
    """The linters of pkilint that apply: RFC 5280's. Those of the CA/Browser Forum and ETSI
    speak of certificates that SET does not have."""
    from pkilint import loader, pkix, document, validation
    from pkilint.bin import lint_pkix_signer_signee_cert_chain as signer_signee
    from pkilint.pkix import certificate, extension, name

    certificate_linter = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(
            name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
        ),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    del pkix, document, validation, signer_signee
    return loader.RFC5280CertificateDocumentLoader(), certificate_linter, None
