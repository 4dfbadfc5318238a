-- Money. Whatever the program does, no commit breaks these rules: per authorization,
-- captured <= authorized + margin and credited <= captured; no item of a request is posted
-- twice; the totals of a batch are the sums of its postings.
--
-- Amounts count units of 10^exponent of a currency, an ISO 4217 number.

-- What was authorized under an XID by the AuthReq with that RRPID, and what became of it.
CREATE TABLE payment (
    role TEXT NOT NULL,
    xid BLOB NOT NULL,
    rrpid BLOB NOT NULL,
    currency BIGINT NOT NULL,
    exponent BIGINT NOT NULL,
    authorized BIGINT NOT NULL,
    margin BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    PRIMARY KEY (role, xid, rrpid),
    UNIQUE (role, xid, rrpid, currency, exponent),
    CONSTRAINT payment_currency CHECK (currency BETWEEN 1 AND 999),
    CONSTRAINT payment_authorized CHECK (authorized >= 0 AND margin >= 0),
    -- Without a sum that could be too large for 64 bits.
    CONSTRAINT payment_captured CHECK (captured >= 0 AND captured - margin <= authorized),
    CONSTRAINT payment_credited CHECK (credited >= 0 AND credited <= captured)
);

-- What a batch has of one brand in one unit of one currency; batch is its number, 8 octets,
-- the highest first. The numbers of accounts mean nothing.
CREATE TABLE account (
    account BIGINT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    merchant TEXT NOT NULL,
    batch BLOB NOT NULL,
    brand TEXT NOT NULL,
    currency BIGINT NOT NULL,
    exponent BIGINT NOT NULL,
    UNIQUE (role, merchant, batch, brand, currency, exponent),
    UNIQUE (account, role, currency, exponent)
);

-- What was posted to an account, in order, from 1. A row is never changed. Each carries on
-- the sums of the one before it, so that the last has the sums of all. The sums of a batch
-- may be below zero: it takes reversals of what a closed one holds.
CREATE TABLE posting (
    account BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    role TEXT NOT NULL,
    xid BLOB NOT NULL,
    rrpid BLOB NOT NULL,
    currency BIGINT NOT NULL,
    exponent BIGINT NOT NULL,
    -- The item of the request that asked for it.
    reference BLOB NOT NULL,
    kind TEXT NOT NULL,
    captured BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    previous BIGINT,
    captured_before BIGINT NOT NULL,
    credited_before BIGINT NOT NULL,
    captured_after BIGINT NOT NULL,
    credited_after BIGINT NOT NULL,
    PRIMARY KEY (account, ordinal),
    UNIQUE (account, ordinal, captured_after, credited_after),
    UNIQUE (role, reference),
    CONSTRAINT posting_account FOREIGN KEY (account, role, currency, exponent)
        REFERENCES account (account, role, currency, exponent),
    CONSTRAINT posting_payment FOREIGN KEY (role, xid, rrpid, currency, exponent)
        REFERENCES payment (role, xid, rrpid, currency, exponent),
    CONSTRAINT posting_chain FOREIGN KEY (account, previous, captured_before, credited_before)
        REFERENCES posting (account, ordinal, captured_after, credited_after),
    CONSTRAINT posting_first CHECK (
        (ordinal = 1 AND previous IS NULL AND captured_before = 0 AND credited_before = 0)
        OR (ordinal > 1 AND previous IS NOT NULL AND previous = ordinal - 1)
    ),
    CONSTRAINT posting_kind CHECK (
        (kind = 'capture' AND captured > 0 AND credited = 0)
        OR (kind = 'capture reversal' AND captured < 0 AND credited = 0)
        OR (kind = 'credit' AND captured = 0 AND credited > 0)
        OR (kind = 'credit reversal' AND captured = 0 AND credited < 0)
    ),
    CONSTRAINT posting_sums CHECK (
        captured_after = captured_before + captured
        AND credited_after = credited_before + credited
    )
);

CREATE INDEX posting_payment ON posting (role, xid, rrpid);

-- The sums of an account are those of its last posting.
CREATE TABLE account_total (
    account BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    CONSTRAINT account_total_sums FOREIGN KEY (account, last, captured, credited)
        REFERENCES posting (account, ordinal, captured_after, credited_after)
);
