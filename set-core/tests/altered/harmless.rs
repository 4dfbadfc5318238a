//! Why an alteration may be accepted.

/// The reason for a field of a message; none when there is none.
pub(crate) fn reason(message: &str, path: &str) -> Option<&'static str> {
    REASONS
        .iter()
        .find(|(of, field, _)| (*of == "*" || *of == message) && path.contains(field))
        .map(|(_, _, reason)| *reason)
}

/// Message (`*` for any), a part of the path, and why it does no harm.
const REASONS: &[(&str, &str, &str)] = &[
    ("Error-signed", "errorMsg", QUOTED),
    ("Error-unsigned", "errorMsg", QUOTED),
    ("Error-signed", "errorNonce", NONCE),
    ("Error-unsigned", "errorNonce", NONCE),
    ("Error-signed", "messageHeader.rrpid", CAME_BACK),
    (
        "Error-signed",
        "signedError",
        "an Error is a hint, and changes nothing: no signature over it is relied on",
    ),
    (
        "*",
        "messageHeader.date",
        "within the window any date is good",
    ),
    (
        "*",
        "messageHeader.messageIDs",
        "the header may leave ids out; those inside count",
    ),
    (
        "*",
        "messageHeader.swIdent",
        "the program's name, for people to read",
    ),
    (
        "*",
        "recipientInfos[0].issuerAndSerialNumber",
        "it opened with our key, so it was meant for us",
    ),
    (
        "PReq",
        "exPIData",
        "the merchant cannot read it; PI.txt has what the gateway says",
    ),
    (
        "PI",
        "certificates[2]",
        "the gateway holds the brand CA's certificate",
    ),
    (
        "PReq",
        "certificates[2]",
        "the merchant holds the brand CA's certificate",
    ),
    (
        "InqReq",
        "certificates[2]",
        "the merchant holds the brand CA's certificate",
    ),
    ("PRes", "certificates", HELD),
    ("PRes", "crls", HELD),
    ("InqRes", "certificates", HELD),
    ("InqRes", "crls", HELD),
    ("PCertReq", "certificates[1]", GENUINE),
    ("PCertReq", "certificates[2]", GENUINE),
    ("PCertReq", "certificates[3]", GENUINE),
    ("PCertReq", "certificates[4]", GENUINE),
    ("PCertReq", "crls", GENUINE),
    ("CardCInitRes", "certificates[3]", SIGNING),
    ("CardCInitRes", "certificates[4]", SIGNER),
    ("CardCInitRes", "certificates[5]", SIGNER),
    ("CardCInitRes", "crls[2]", OTHER),
    ("CardCInitRes", "crls[3]", OTHER),
    ("RegFormRes", "crls", OTHER),
    ("Me-AqCInitRes", "certificates[3]", SIGNING),
    ("Me-AqCInitRes", "certificates[4]", SIGNING),
    ("Me-AqCInitRes", "certificates[5]", SIGNER),
    ("Me-AqCInitRes", "crls[2]", OTHER),
    ("Me-AqCInitRes", "crls[3]", OTHER),
    ("CertRes-merchant", "crls", OTHER),
    (
        "PInitReq",
        "purchaseInitRequest.bin",
        "nothing depends on it until PReq, which is refused then",
    ),
    (
        "Me-AqCInitReq",
        "idData",
        "nothing depends on it until CertReq, which is refused then",
    ),
];

const HELD: &str = "the wallet holds the genuine one since PInitRes";
const GENUINE: &str = "the gateway holds the genuine one";
const SIGNING: &str = "a key for certificates and CRLs, which nothing here is signed with";
const SIGNER: &str =
    "signs the CRL of a CA that nobody here is certified by; altered, it is not held";
const OTHER: &str = "the CRL of a CA that nobody here is certified by";
const QUOTED: &str = "for people to read: which request it is about is known from the connection";
const NONCE: &str = "makes signatures differ, and is compared with nothing";
const CAME_BACK: &str = "an Error is about the request that it came back for, which its sender may not have been able to read";
