//! Each envelope opened: genuine ones altered, and any plaintext under a good key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::asn1::{self, Asn1 as _, Limits, Opaque, oid::content};
use set_core::crypto::RustCrypto;
use set_core::msg::payment::account::{PanData, PanToken};
use set_core::msg::payment::auth_req::AuthReqTbe;
use set_core::pkcs7::{EncryptedData, EnvelopedData, IssuerAndSerialNumber};
use set_core::secret::BackKey;
use set_core::treatment::ek::Cipher;
use set_core::treatment::enc::Types;
use set_core::treatment::{Recipient, e, eh, ek, enc, enc_x, ex, exh};
use set_fuzz::{Input, altered};
use set_testkit::keys;

fuzz_target!(|octets: &[u8]| {
    let mut input = Input::new(octets);
    let (how, alter) = (input.octet(), input.octet());
    let changes = input.some();
    let Ok(plaintext) = Opaque::from_octets(input.rest().to_vec(), &Limits::default()) else {
        return;
    };
    let key = keys::rsa_1024(0).unwrap();
    let recipient = Recipient {
        key: key.public_key(),
        certificate: IssuerAndSerialNumber::none(),
    };
    let secret = BackKey::from_octets([3; 20]);
    let types = Types {
        tbe: content::CAP_RES_TBE,
        tbs: content::CAP_RES_DATA,
    };
    if how & 8 == 8 {
        let cipher = if how & 16 == 0 { Cipher::Des } else { Cipher::Cdmf };
        let sealed = ek::ek(&RustCrypto, cipher, &secret, types.tbe, &plaintext).unwrap();
        let sealed = change(&sealed, EncryptedData::SCHEMA, alter, changes);
        if let Ok(sealed) = asn1::decode::<EncryptedData>(&sealed, &Limits::default()) {
            let _ = ek::open::<AuthReqTbe>(&RustCrypto, cipher, &secret, types.tbe, &sealed);
        }
        return;
    }
    let sealed = if how & 1 == 0 {
        e::e(&RustCrypto, &recipient, types.tbe, &plaintext).unwrap()
    } else {
        eh::eh(&RustCrypto, &recipient, types.tbe, &plaintext).unwrap()
    };
    let sealed = change(&sealed, EnvelopedData::SCHEMA, alter, changes);
    let Ok(sealed) = asn1::decode::<EnvelopedData>(&sealed, &Limits::default()) else {
        return;
    };
    let _ = e::open::<AuthReqTbe>(&RustCrypto, &key, types.tbe, &sealed);
    let _ = eh::open::<AuthReqTbe>(&RustCrypto, &key, types.tbe, &sealed);
    let _ = enc::open(&RustCrypto, &key, types, &sealed);
    let _ = ex::open::<Opaque, PanData>(&RustCrypto, &key, types.tbe, &sealed);
    let _ = exh::open::<Opaque, PanToken>(&RustCrypto, &key, types.tbe, &sealed);
    let _ = enc_x::open::<Opaque, PanToken>(&RustCrypto, &key, types, &sealed);
});

fn change<T: asn1::Wire>(
    sealed: &T,
    schema: &'static asn1::Schema,
    alter: u8,
    changes: &[u8],
) -> Vec<u8> {
    let octets = asn1::encode(sealed).unwrap();
    if alter % 2 == 0 {
        octets
    } else {
        altered(&octets, schema, &mut Input::new(changes))
    }
}
