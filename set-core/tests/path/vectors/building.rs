//! Finding the chain: several candidates, loops, hostile bags.

use set_core::path::Purpose;
use set_core::pkcs7::SerialNumber;
use set_core::x509::Certificate;
use set_core::x509::build::{CaKey, Profile};
use set_core::x509::ext::CertificateType;
use set_testkit::hierarchy::{Issued, altered, brand_name, crl_contents, forged, hierarchy};

use super::draft::{Draft, Verdict};
use super::line::{Level, Line};
use crate::rig::{certify, merchant_profile, sign_crl, spare_key};

fn ca(issuer: &Issued, serial: u32, unit: &str, kind: CertificateType, path_len: u32) -> Issued {
    let profile = Profile::Ca {
        certificate_type: kind,
        key: CaKey::CertAndCrlSigning { path_len },
    };
    certify(issuer, serial, brand_name(Some(unit)).unwrap(), profile)
}

fn shop(issuer: &Issued, serial: u32) -> Certificate {
    let name = brand_name(Some("Shop")).unwrap();
    certify(issuer, serial, name, merchant_profile()).certificate
}

pub(crate) fn drafts() -> Vec<Draft> {
    let mut all = candidates();
    all.extend(loops());
    all.extend(geopolitical());
    all
}

fn candidates() -> Vec<Draft> {
    let all = hierarchy();
    let mca = &all.mca.cert_signing.certificate;
    let serial = |last: u8| SerialNumber::new(&[3, last]).unwrap();
    let fake = |last| forged(mca, |tbs| tbs.serial_number = serial(last)).unwrap();
    let fakes: Vec<Certificate> = (0..40).map(fake).collect();
    let few: Vec<&Certificate> = fakes.iter().take(5).collect();
    let many: Vec<&Certificate> = fakes.iter().collect();
    let renewed = altered(mca, &all.brand_ca.key, |tbs| tbs.serial_number = serial(0)).unwrap();
    // The number of one certificate given to another, with another key.
    let double = altered(mca, &spare_key(0), |tbs| {
        tbs.subject_public_key_info =
            set_core::x509::spki::SubjectPublicKeyInfo::of(spare_key(0).public_key()).unwrap();
    })
    .unwrap();
    vec![
        Line::honest().with(&few).accept(
            "five-forged-issuers",
            "Five certificates nobody signed bear the issuer's name; the true one is named.",
        ),
        Line::honest().with(&many).refuse(
            "forty-forged-issuers",
            "Forty certificates bear the issuer's name, more than are looked at.",
            "tooManyCandidates",
            Level::Merchant,
        ),
        Line::honest().with(&[&renewed]).accept(
            "renewed-issuer-at-hand",
            "The CA has a newer certificate with the same name and key; the older is named.",
        ),
        Line::honest()
            .without(Level::MerchantCa)
            .with(&[&renewed])
            .refuse(
                "renewed-issuer-alone",
                "Only another certificate of the issuer is at hand than the one named.",
                "nameChaining",
                Level::Merchant,
            ),
        Line::honest().with(&[&double]).accept(
            "duplicate-serial-forged",
            "A forged certificate has the issuer's name and number; the search goes back.",
        ),
        Line::honest().with(&[mca, mca, mca]).accept(
            "the-same-certificate-again",
            "The issuer is at hand four times.",
        ),
    ]
}

fn loops() -> Vec<Draft> {
    let all = hierarchy();
    type T = CertificateType;
    let first = ca(&all.mca.cert_signing, 910, "one", T::MCA, 9);
    let second = ca(&first, 911, "two", T::MCA, 9);
    let again = ca(&second, 912, "one", T::MCA, 9);
    let caught = shop(&again, 913);
    let mut drafts = vec![
        Line::of(&caught, Purpose::MerchantSignature)
            .with(&[&again.certificate, &second.certificate])
            .draft(
                "loop-without-exit",
                "Two CAs certified each other and lead nowhere.",
                Verdict::blame("missing", &first.certificate),
            ),
        Line::of(&caught, Purpose::MerchantSignature)
            .with(&[&again.certificate, &second.certificate, &first.certificate])
            .draft(
                "loop-with-exit",
                "Two CAs certified each other, and a merchant CA certified one of them.",
                Verdict::blame("basicConstraints", &all.root.certificate),
            ),
    ];
    // A merchant CA under a merchant CA, and so on: eight certificates, and nine.
    let mut chain = vec![ca(&all.brand_ca, 920, "chain 0", T::MCA, 9)];
    for number in 1_u32..6 {
        let issuer = &chain[chain.len() - 1];
        chain.push(ca(
            issuer,
            920 + number,
            &format!("chain {number}"),
            T::MCA,
            9,
        ));
    }
    let certificates: Vec<&Certificate> = chain.iter().map(|one| &one.certificate).collect();
    let eight = shop(&chain[4], 930);
    let nine = shop(&chain[5], 931);
    drafts.push(
        Line::of(&eight, Purpose::MerchantSignature)
            .with(&certificates)
            .draft(
                "eight-certificates",
                "A chain of eight is looked at, and fails by another rule.",
                Verdict::blame("basicConstraints", &all.root.certificate),
            ),
    );
    drafts.push(
        Line::of(&nine, Purpose::MerchantSignature)
            .with(&certificates)
            .draft(
                "nine-certificates",
                "A chain of nine is not looked at.",
                Verdict::blame("tooLong", &all.brand_ca.certificate),
            ),
    );
    drafts
}

/// With a geopolitical CA between brand CA and merchant CA.
fn geopolitical() -> Vec<Draft> {
    let all = hierarchy();
    type T = CertificateType;
    let region = |path_len| ca(&all.brand_ca, 940, "Region", T::GCA, path_len);
    let line = |region: &Issued, office: &Issued, shop: &Certificate| {
        let crls = [region, office].map(|issued| sign_crl(&crl_contents(1, Vec::new()), issued));
        let mut line = Line::of(shop, Purpose::MerchantSignature)
            .with(&[&region.certificate, &office.certificate]);
        line.crls.extend(crls);
        line
    };
    let wide = region(1);
    let narrow = region(0);
    let office = |region: &Issued| ca(region, 941, "Region Merchant CA", T::MCA, 0);
    let (good, bad) = (office(&wide), office(&narrow));
    let revoking = sign_crl(
        &crl_contents(
            2,
            vec![(
                good.certificate.serial_number().clone(),
                set_testkit::clock::noon(),
            )],
        ),
        &wide,
    );
    vec![
        line(&wide, &good, &shop(&good, 942)).accept(
            "geopolitical-ca",
            "Five certificates, every pathLen just enough.",
        ),
        line(&narrow, &bad, &shop(&bad, 942)).draft(
            "geopolitical-ca-path-len",
            "A geopolitical CA with pathLen 0 has a CA below.",
            Verdict::blame("basicConstraints", &narrow.certificate),
        ),
        line(&wide, &good, &shop(&wide, 943)).draft(
            "geopolitical-ca-certifies-merchant",
            "A geopolitical CA certified a merchant.",
            Verdict::blame("certificateType", &shop(&wide, 943)),
        ),
        line(&wide, &good, &shop(&good, 942)).crl(revoking).draft(
            "geopolitical-ca-revokes",
            "A geopolitical CA revoked a merchant CA.",
            Verdict::blame("revoked", &good.certificate),
        ),
    ]
}
