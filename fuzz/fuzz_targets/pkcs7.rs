//! SignedData: as it comes, and a genuine one altered. Whatever verifies says what was signed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use set_core::asn1::{self, Asn1 as _, Limits, Opaque, Raw, oid::content};
use set_core::crypto::RustCrypto;
use set_core::pkcs7::SignedData;
use set_core::proof::ChainVerified;
use set_core::treatment::{Attached, Signer, s};
use set_fuzz::{Input, altered, brand};
use set_testkit::hierarchy::hierarchy;

static MERCHANT: LazyLock<ChainVerified> = LazyLock::new(brand::merchant);

static GENUINE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let merchant = &hierarchy().merchant_signature;
    let signer = Signer {
        key: &merchant.key,
        certificate: merchant.certificate.issuer_and_serial_number().clone(),
    };
    let value = Opaque::from_octets(SIGNED.to_vec(), &Limits::default()).unwrap();
    let signed = s::s(
        &RustCrypto,
        &[signer],
        content::CAP_RES_DATA,
        &Raw::new(value).unwrap(),
        &Attached::none(),
    );
    asn1::encode(&signed.unwrap()).unwrap()
});

fuzz_target!(|octets: &[u8]| {
    let forged = altered(&GENUINE, SignedData::SCHEMA, &mut Input::new(octets));
    for octets in [octets, &forged] {
        let Ok(signed) = asn1::decode::<SignedData>(octets, &Limits::default()) else {
            continue;
        };
        let verified =
            s::verify::<Opaque>(&RustCrypto, &signed, content::CAP_RES_DATA, &MERCHANT);
        if let Ok(verified) = verified {
            assert_eq!(verified.content().octets(), SIGNED);
        }
    }
});

/// An OCTET STRING.
const SIGNED: &[u8] = &[4, 4, 1, 9, 9, 7];
