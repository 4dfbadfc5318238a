"""Checks what `population` made with software that nobody here wrote.

Usage: check_population.py DIR [--parse N]

1. Every certificate, CAs' and cardholders', by `openssl verify`, and with its chain against
   the CRLs by `openssl verify -crl_check_all`.
2. Every CRL by `openssl crl`.
3. Every certificate by pkilint's linter for RFC 5280, and with its issuer by pkilint's linter
   for chains. The findings that SET's own profile makes inevitable are in ALLOWED, each with
   the reason; any other of severity NOTICE and above fails, and so does a reason that nothing
   needs any more.
4. N cardholder certificates (100 by default), evenly picked, by pyca cryptography: names,
   validity, key and signature. It takes every policy qualifier that it does not know for a
   UserNotice and so cannot list the extensions of a certificate with a SETQualifier; pyasn1
   lists them.

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
import tempfile
import time
import warnings

# pkilint's other linters (CA/Browser Forum, ETSI) are for certificates that SET does not have.
ALLOWED = {
    "pkix.authority_key_identifier_keyid_missing":
        "SET names the issuer's certificate by issuer and serial number, and has no key ids",
    "pkix.certificate_skid_ca_missing":
        "SET's table of extensions has no subjectKeyIdentifier",
    "pkix.certificate_skid_end_entity_missing":
        "the same for end entities, and for keys of a CA that sign no certificates",
    "pkix.certificate_policies_policy_has_qualifier":
        "SET's policies say what they mean in a qualifier, SETQualifier",
}

SEVERE = ("NOTICE", "WARNING", "ERROR", "FATAL")
PER_CALL = 500


def blocks(path, label):
    """The PEM blocks of a file."""
    begin, end = f"-----BEGIN {label}-----", f"-----END {label}-----"
    return [begin + part.split(end)[0] + end + "\n" for part in path.read_text().split(begin)[1:]]


class Population:
    """The files of a population."""

    def __init__(self, folder):
        self.root = folder / "root.pem"
        self.brands = sorted((folder / "brands").iterdir())
        self.cas = sorted((folder / "cas").glob("*.pem"))
        self.holders = sorted((folder / "cardholders").glob("*/*/*.pem"))

    def of_brand(self, files, brand):
        """The files of a brand: CAs by their names, cardholders by their CA's folder."""
        def name(file):
            return file.parts[-3] if file in self.holder_set else file.name
        return [file for file in files if name(file).split(".")[0] == brand.name]

    @property
    def holder_set(self):
        if not hasattr(self, "_holders"):
            self._holders = set(self.holders)
        return self._holders

    def issuer(self, file):
        """The certificate of the key that signed a certificate."""
        if file in self.holder_set:
            above = file.parts[-3]
        else:
            ca = file.name.rsplit(".", 2)[0]
            if "." not in ca:
                # A brand CA, or the root itself.
                return self.root
            above = ca.rsplit(".", 1)[0]
        return self.root.parent / "cas" / f"{above}.certificate-signing.pem"


def openssl(*args, data=None):
    return subprocess.run(
        ["openssl", *map(str, args)], input=data, capture_output=True, text=True, check=False
    )


def verify(population, faults):
    """How many certificates verify, and how many with revocation."""
    plain = revocation = 0
    everything = population.cas + population.holders
    for brand in population.brands:
        files = [file for file in population.of_brand(everything, brand)]
        # SET's critical extensions are unknown to OpenSSL, and SHA-1 is below its levels. A CA
        # that signs CRLs with a key of its own needs -extended_crl.
        common = ["verify", "-ignore_critical", "-auth_level", "0", "-CAfile", population.root,
                  "-untrusted", brand / "chain.pem"]
        crls = ["-crl_check_all", "-extended_crl", "-CRLfile", brand / "crls.pem"]
        for more in ([], crls):
            good = 0
            for start in range(0, len(files), PER_CALL):
                batch = files[start : start + PER_CALL]
                done = openssl(*common, *more, *batch)
                good += sum(line.endswith(": OK") for line in done.stdout.splitlines())
                if done.returncode != 0:
                    faults.append(f"openssl verify: {(done.stderr or done.stdout).strip()[:600]}")
            if more:
                revocation += good
            else:
                plain += good
    expected = sum(file.name != "root.pem" for file in everything)
    if plain != expected or revocation != expected:
        faults.append(f"of {expected} certificates {plain} verify, {revocation} with CRLs")
    return plain, revocation


def check_crls(population, faults):
    """How many CRLs OpenSSL reads and finds signed by a key of the CA that they name."""
    good = 0
    seen = set()
    for brand in population.brands:
        signers = collections.defaultdict(list)
        for file in (population.root, brand / "chain.pem"):
            for certificate in blocks(file, "CERTIFICATE"):
                shown = openssl("x509", "-noout", "-subject", data=certificate).stdout
                signers[shown.split("=", 1)[-1].strip()].append(certificate)
        for crl in blocks(brand / "crls.pem", "X509 CRL"):
            if crl in seen:
                continue
            seen.add(crl)
            issuer = openssl("crl", "-noout", "-issuer", data=crl).stdout.split("=", 1)[-1].strip()
            verified = False
            for certificate in signers[issuer]:
                with tempfile.NamedTemporaryFile("w", suffix=".pem") as signer:
                    signer.write(certificate)
                    signer.flush()
                    done = openssl("crl", "-noout", "-CAfile", signer.name, data=crl)
                    verified |= "verify OK" in done.stdout + done.stderr
            good += verified
            if not verified:
                faults.append(f"openssl crl: nobody signed the CRL of {issuer}")
    return good


LINTERS = []


def linters():
    """pkilint's linters for RFC 5280, made once in each process."""
    if LINTERS:
        return LINTERS[0]
    from pkilint import loader
    from pkilint.bin import lint_pkix_signer_signee_cert_chain as chain
    from pkilint.pkix import certificate, extension, name

    one = certificate.create_pkix_certificate_validator_container(
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
    both = (
        chain.create_decoder_validation_container(),
        chain.create_issuer_validation_container(),
        chain.create_subject_validation_container(),
    )
    LINTERS.append((loader.RFC5280CertificateDocumentLoader(), one, both))
    return LINTERS[0]


def lint(pair):
    """pkilint's findings about a certificate and its issuer's."""
    file, issuer = map(pathlib.Path, pair)
    loader, one, (decode, of_issuer, of_subject) = linters()
    results = one.validate(loader.load_pem_document(file.read_text(), str(file)).root)
    documents = {}
    for name, path in (("issuer", issuer), ("subject", file)):
        documents[name] = loader.load_pem_document(path.read_text(), str(path), name, documents)
    results += decode.validate(documents["issuer"].root)
    results += decode.validate(documents["subject"].root)
    results += of_issuer.validate(documents["issuer"].root)
    results += of_subject.validate(documents["subject"].root)
    return {
        (found.finding.code, found.finding.severity.name, str(found.message or "")[:200])
        for result in results
        for found in result.finding_descriptions
        if found.finding.severity.name in SEVERE
    }


def lint_all(population, faults):
    """Lints everything on all cores; gives how often each finding occurs."""
    files = [*population.cas, *population.holders]
    pairs = [(str(file), str(population.issuer(file))) for file in files]
    counts = collections.Counter()
    unexpected = {}
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for pair, findings in zip(pairs, pool.map(lint, pairs, chunksize=50)):
            for code in {code for code, _, _ in findings}:
                counts[code] += 1
            for code, severity, message in findings:
                if code not in ALLOWED:
                    unexpected.setdefault(code, f"{pair[0]}: {severity} {code} {message}")
    faults.extend(f"pkilint: {what}" for what in unexpected.values())
    for code in sorted(ALLOWED.keys() - counts.keys()):
        faults.append(f"{code} is allowed and never found; take it off the list")
    return dict(sorted(counts.items()))


HOLDER_EXTENSIONS = {
    "2.5.29.35", "2.5.29.15", "2.5.29.16", "2.5.29.32", "2.5.29.19", "2.23.42.7.1",
}
DIGITAL_SIGNATURE = bytes.fromhex("03020780")


def parse(population, wanted, faults):
    """How many cardholder certificates pyca cryptography reads as they should be."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import padding
    from pyasn1.codec.der import decoder
    from pyasn1_alt_modules import rfc5280

    step = max(1, len(population.holders) // max(1, wanted))
    good = 0
    for file in population.holders[::step][:wanted]:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        issuer = x509.load_pem_x509_certificate(population.issuer(file).read_bytes())
        issuer.public_key().verify(
            certificate.signature,
            certificate.tbs_certificate_bytes,
            padding.PKCS1v15(),
            certificate.signature_hash_algorithm,
        )
        names = [attribute.oid._name for attribute in certificate.subject]
        unique_id = list(certificate.subject)[-1].value
        tbs, rest = decoder.decode(
            certificate.tbs_certificate_bytes, asn1Spec=rfc5280.TBSCertificate()
        )
        extensions = {
            str(extension["extnID"]): bytes(extension["extnValue"])
            for extension in tbs["extensions"]
        }
        fine = (
            certificate.version == x509.Version.v3
            and certificate.issuer == issuer.subject
            and names == ["countryName", "organizationName", "organizationalUnitName", "commonName"]
            and len(base64.b64decode(unique_id)) == 20
            and not rest
            and extensions.keys() == HOLDER_EXTENSIONS
            and extensions["2.5.29.15"] == DIGITAL_SIGNATURE
            and certificate.signature_hash_algorithm.name == "sha1"
            and certificate.public_key().key_size == 1024
            and certificate.not_valid_after_utc <= issuer.not_valid_after_utc
        )
        good += fine
        if not fine:
            faults.append(f"{file} is not a cardholder's certificate to pyca cryptography")
    return good


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--parse", type=int, default=100)
    arguments = arguments.parse_args()
    warnings.simplefilter("ignore")
    population = Population(arguments.folder.resolve())
    faults = []
    seconds = {}

    def timed(name, work, *args):
        started = time.monotonic()
        result = work(*args)
        seconds[name] = round(time.monotonic() - started, 1)
        return result

    plain, revocation = timed("openssl_verify", verify, population, faults)
    crls = timed("openssl_crl", check_crls, population, faults)
    findings = timed("pkilint", lint_all, population, faults)
    parsed = timed("cryptography", parse, population, arguments.parse, faults)
    print(json.dumps({
        "certificates": len(population.cas) + len(population.holders),
        "verified": plain,
        "verified_with_crls": revocation,
        "crls": crls,
        "linted": len(population.cas) + len(population.holders),
        "allowed_findings": findings,
        "parsed": parsed,
        "seconds": seconds,
        "faults": faults,
    }))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
