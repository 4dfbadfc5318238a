//! Thumbprints are by SHA-1, or they are none.

use set_core::msg::error::ErrorCode;
use set_core::party::Purpose;
use set_core::pkcs7::AlgorithmIdentifier;
use set_core::x509::thumbs;
use set_testkit::street::Street;

fn md5() -> AlgorithmIdentifier {
    AlgorithmIdentifier::with_null("1.2.840.113549.2.5".parse().unwrap()).unwrap()
}

#[test]
fn thumbprints_by_another_digest_do_not_show_that_a_certificate_is_held() {
    let street = Street::new();
    let crypto = &street.shop.tools.crypto;
    let certificates = [street.shop.merchant.signature.certificate.clone()];
    let thumbs = thumbs::thumbs_of(&certificates, &[], &[], crypto).unwrap();
    let mut thumbs = thumbs.unwrap();
    let sent = thumbs::to_send(Some(&thumbs), &certificates, &[], None, crypto);
    assert_eq!(sent.certificates, []);
    thumbs.digest_algorithm = md5();
    let sent = thumbs::to_send(Some(&thumbs), &certificates, &[], None, crypto);
    assert_eq!(sent.certificates, certificates);
}

#[test]
fn a_thumbprint_by_another_digest_names_no_certificate() {
    let street = Street::new();
    let context = street.shop.tools.context();
    let certificate = &street.acquirer.gateway.encryption.certificate;
    let mut thumb = thumbs::cert_thumb(certificate, context.crypto).unwrap();
    let mut trust = street.shop.merchant.trust.clone();
    let purpose = Purpose::GatewayEncryption;
    trust.by_thumb(&context, &thumb, purpose).unwrap();
    thumb.digest_algorithm = md5();
    let unnamed = trust.by_thumb(&context, &thumb, purpose).unwrap_err();
    assert_eq!(unnamed.code(), ErrorCode::MissingCertificate);
}
