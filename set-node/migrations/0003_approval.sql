-- Requests for certificates that an institution decides on with software of its own. That may
-- be given this table alone: to read all of it, and to write the columns of the ruling.
--
-- What waits is
--     SELECT id, entity, ... FROM approval WHERE ruling IS NULL AND closed_at IS NULL
-- and a ruling is one of
--     UPDATE approval SET ruling = 'approved', institution = 'First Bank' WHERE id = '...'
--     UPDATE approval SET ruling = 'rejected', reason = 'Come in person.' WHERE id = '...'
-- It is carried out when the applicant asks again. No account number is in it: the applicant
-- names the request by its id. Closed rows may be deleted, by whoever may.
CREATE TABLE approval (
    -- What the CA writes.
    --
    -- The request's lid-CA in hexadecimal, as `set-ca requests` shows it.
    id TEXT NOT NULL PRIMARY KEY,
    -- Who applies: cardholder, merchant or gateway.
    entity TEXT NOT NULL,
    -- For which certificates: the RequestType's name, such as merInitialBoth.
    request_type TEXT NOT NULL,
    brand TEXT NOT NULL,
    -- Of the issuer or acquirer who is asked, six digits.
    bin TEXT NOT NULL,
    -- A merchant's id at its acquirer.
    merchant_id TEXT,
    -- A business of the acquirer's, where the gateway of one applies.
    business_id TEXT,
    -- Unix seconds.
    asked_at BIGINT NOT NULL,
    -- When the request was decided, by whomever: rulings come too late then. Unix seconds.
    closed_at BIGINT,

    -- What the institution writes.
    --
    -- approved or rejected; until then the request is pended.
    ruling TEXT,
    -- A word to an applicant who is rejected.
    reason TEXT,
    -- What goes into the certificates of one who is approved. What is NULL comes from the
    -- rules of the CA's configuration, else from the certificate that is renewed, else it is
    -- made up.
    --
    -- The issuer's or acquirer's name.
    institution TEXT,
    -- Promotional name of a cardholder's card.
    card_name TEXT,
    -- A merchant's name as on statements, and where it is.
    name TEXT,
    city TEXT,
    country_name TEXT,
    -- A merchant's country, an ISO 3166 number.
    country BIGINT,
    -- 1: a merchant may be told account numbers; 0: it may not.
    auth_flag BIGINT,
    -- A gateway's id.
    gateway_id TEXT,
    -- 1: a gateway takes payments of cardholders with a certificate only; 0: of all.
    card_cert_required BIGINT,

    CONSTRAINT approval_entity CHECK (entity IN ('cardholder', 'merchant', 'gateway')),
    CONSTRAINT approval_ruling CHECK (ruling IN ('approved', 'rejected')),
    CONSTRAINT approval_reason CHECK (length(reason) BETWEEN 1 AND 1024),
    CONSTRAINT approval_institution CHECK (length(institution) BETWEEN 1 AND 64),
    CONSTRAINT approval_card_name CHECK (length(card_name) BETWEEN 1 AND 64),
    CONSTRAINT approval_name CHECK (length(name) BETWEEN 1 AND 25),
    CONSTRAINT approval_city CHECK (length(city) BETWEEN 1 AND 50),
    CONSTRAINT approval_country_name CHECK (length(country_name) BETWEEN 1 AND 50),
    CONSTRAINT approval_country CHECK (country BETWEEN 1 AND 999),
    CONSTRAINT approval_auth_flag CHECK (auth_flag IN (0, 1)),
    CONSTRAINT approval_gateway_id CHECK (length(gateway_id) BETWEEN 1 AND 64),
    CONSTRAINT approval_card_cert_required CHECK (card_cert_required IN (0, 1))
);

CREATE INDEX approval_waits ON approval (asked_at) WHERE ruling IS NULL AND closed_at IS NULL;
