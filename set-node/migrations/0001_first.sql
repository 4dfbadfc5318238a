-- Read by SQLite and by PostgreSQL, as all files here; so they say only what means the same
-- to both. BIGINT is a whole number of 64 bits. BLOB is octets: SQLite knows it, and in
-- PostgreSQL it is a domain over bytea that the store makes before the migrations run.
-- SQLite does not hold a column to its type without STRICT, which PostgreSQL does not take:
-- only the typed statements of the store write here, and ranges are constraints.

-- Answers given, so that a request sent again gets the same octets.
-- Digests are SHA-256 over the request's octets; times are Unix seconds.
CREATE TABLE exchange (
    rrpid BLOB NOT NULL,
    kind TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    response BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (rrpid, kind),
    CONSTRAINT exchange_digest CHECK (length(request_digest) = 32)
);

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
    not_after BIGINT NOT NULL,
    UNIQUE (issuer, serial),
    CONSTRAINT certificate_thumbprint CHECK (length(thumbprint) = 20)
);

CREATE INDEX certificate_subject ON certificate (subject);
CREATE INDEX certificate_kind ON certificate (kind);

-- Revocation lists by issuer's name (DER) and CRL number.
CREATE TABLE crl (
    issuer BLOB NOT NULL,
    number BIGINT NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (issuer, number),
    CONSTRAINT crl_number CHECK (number >= 0)
);

-- Brand CRL identifiers by brand and sequence number.
CREATE TABLE bci (
    brand TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (brand, sequence),
    CONSTRAINT bci_sequence CHECK (sequence >= 0)
);

-- State of the roles. A body changes only together with its version.
CREATE TABLE record (
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    version BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (role, kind, key),
    CONSTRAINT record_version CHECK (version > 0)
);

-- Numbers that are given out once: batch ids, serial numbers.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL,
    CONSTRAINT counter_value CHECK (value > 0)
);
