//! Keys and forms that are refused before any chain is looked for.

use der::asn1::BitString;
use set_core::asn1::oid;
use set_core::pkcs7::AlgorithmIdentifier;
use set_core::x509::certificate::TbsCertificate;
use set_testkit::hierarchy::altered_octets;

use super::draft::{Draft, Verdict};
use super::line::{Level, Line};

/// Replaces the subject's key by one of these numbers.
fn with_key(tbs: &mut TbsCertificate, modulus: &[u8], exponent: &[u8]) {
    let key = tlv(0x30, &[tlv(0x02, modulus), tlv(0x02, exponent)].concat());
    tbs.subject_public_key_info.subject_public_key = BitString::from_bytes(&key).unwrap();
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match (length, content.len()) {
        ([0, short], 0..=127) => vec![tag, short],
        ([0, long], _) => vec![tag, 0x81, long],
        ([high, low], _) => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}

/// A modulus of so many octets, odd; nobody knows its factors, and nobody needs them.
fn modulus(octets: usize) -> Vec<u8> {
    let mut modulus = vec![0xb5; octets];
    modulus.insert(0, 0);
    modulus
}

pub(crate) fn drafts() -> Vec<Draft> {
    let with = |level: Level, modulus: &[u8], exponent: &[u8]| {
        Line::honest().alter(level, |tbs| with_key(tbs, modulus, exponent))
    };
    let usual = [1, 0, 1];
    let mut even = modulus(128);
    even[128] = 0xb4;
    let mut partial = modulus(129);
    partial[1] = 1;
    let mut all = Vec::new();
    for (id, octets, exponent, what) in [
        ("1024", 128, vec![1, 0, 1], "1024 bits, the fewest."),
        ("4096", 512, vec![1, 0, 1], "4096 bits, the most."),
        ("exponent-3", 128, vec![3], "The public exponent is 3."),
        (
            "exponent-33-bits",
            128,
            vec![1, 0, 0, 0, 1],
            "The exponent has 33 bits, the most.",
        ),
    ] {
        let line = with(Level::Merchant, &modulus(octets), &exponent);
        all.push(line.accept(&format!("key-{id}"), what));
    }
    for (id, modulus, exponent, what) in [
        ("512", modulus(64), usual.to_vec(), "512 bits."),
        (
            "1016",
            modulus(127),
            usual.to_vec(),
            "1016 bits, too few by one octet.",
        ),
        (
            "4104",
            modulus(513),
            usual.to_vec(),
            "4104 bits, too many by one octet.",
        ),
        (
            "1025",
            partial,
            usual.to_vec(),
            "1025 bits do not fill their octets.",
        ),
        ("even", even.clone(), usual.to_vec(), "The modulus is even."),
        (
            "exponent-1",
            modulus(128),
            vec![1],
            "The public exponent is 1.",
        ),
        (
            "exponent-0",
            modulus(128),
            vec![0],
            "The public exponent is 0.",
        ),
        (
            "exponent-2",
            modulus(128),
            vec![2],
            "The public exponent is 2.",
        ),
        (
            "exponent-even",
            modulus(128),
            vec![1, 0, 0],
            "The public exponent is even.",
        ),
        (
            "exponent-34-bits",
            modulus(128),
            vec![2, 0, 0, 0, 1],
            "The exponent has 34 bits.",
        ),
        (
            "negative",
            vec![0xb5; 128],
            usual.to_vec(),
            "The modulus is negative.",
        ),
    ] {
        let line = with(Level::Merchant, &modulus, &exponent);
        all.push(line.malformed(&format!("key-{id}"), what));
    }
    for (id, modulus, exponent) in [
        ("512", modulus(64), usual.to_vec()),
        ("even", even, usual.to_vec()),
        ("exponent-1", modulus(128), vec![1]),
    ] {
        let ca = Level::MerchantCa.honest().certificate.clone();
        let octets = altered_octets(&ca, Level::MerchantCa.issuer_key(), |tbs| {
            with_key(tbs, &modulus, &exponent);
        });
        all.push(
            Line::honest()
                .put(Level::MerchantCa, octets.unwrap())
                .draft(
                    &format!("ca-key-{id}"),
                    "A CA's certificate with such a key is as good as missing.",
                    Verdict::blame("missing", &ca),
                ),
        );
    }
    let with_algorithm = |algorithm: AlgorithmIdentifier| {
        Line::honest().alter(Level::Merchant, |tbs| tbs.signature = algorithm)
    };
    let md5 = "1.2.840.113549.1.1.4".parse().unwrap();
    let sha256 = "1.2.840.113549.1.1.11".parse().unwrap();
    for (id, algorithm) in [
        ("md5", AlgorithmIdentifier::with_null(md5).unwrap()),
        ("sha256", AlgorithmIdentifier::with_null(sha256).unwrap()),
        (
            "no-parameters",
            AlgorithmIdentifier {
                algorithm: oid::algorithm::SHA1_WITH_RSA,
                parameters: None,
            },
        ),
    ] {
        all.push(with_algorithm(algorithm).malformed(
            &format!("algorithm-{id}"),
            "The signature algorithm inside is not sha1WithRSAEncryption with NULL.",
        ));
    }
    let octets = Level::Merchant.honest().certificate.octets();
    let longer = [octets, &[0]].concat();
    all.push(
        Line::honest()
            .put(Level::Merchant, longer)
            .malformed("octet-after-the-end", "An octet follows the certificate."),
    );
    let shorter = octets[..octets.len() - 1].to_vec();
    all.push(
        Line::honest()
            .put(Level::Merchant, shorter)
            .malformed("octet-missing", "The last octet is missing."),
    );
    all
}
