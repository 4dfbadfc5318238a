-- Answers given, so that a request sent again gets the same octets.
-- Digests are SHA-256 over the request's octets; times are Unix seconds.
CREATE TABLE exchange (
    rrpid BLOB NOT NULL,
    kind TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    response BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (rrpid, kind)
) STRICT;

CREATE INDEX exchange_created_at ON exchange (created_at);

-- Certificates held: DER of the certificate, of its issuer's and its subject's
-- name; content octets of the serial number; SHA-1 thumbprint.
CREATE TABLE certificate (
    thumbprint BLOB NOT NULL PRIMARY KEY,
    der BLOB NOT NULL,
    issuer BLOB NOT NULL,
    serial BLOB NOT NULL,
    subject BLOB NOT NULL,
    kind TEXT NOT NULL,
    not_after INTEGER NOT NULL,
    UNIQUE (issuer, serial)
) STRICT;

CREATE INDEX certificate_subject ON certificate (subject);
CREATE INDEX certificate_kind ON certificate (kind);

-- Revocation lists by issuer's name (DER) and CRL number.
CREATE TABLE crl (
    issuer BLOB NOT NULL,
    number INTEGER NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (issuer, number)
) STRICT;

-- Brand CRL identifiers by brand and sequence number.
CREATE TABLE bci (
    brand TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (brand, sequence)
) STRICT;

-- State of the roles. A body changes only together with its version.
CREATE TABLE record (
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (role, kind, key)
) STRICT;

-- Numbers that are given out once: batch ids, serial numbers.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
