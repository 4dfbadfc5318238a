//! Rule 10: CRLs and the list of CRLs in force in the brand.

use set_core::asn1::{Date, SeqOf};
use set_core::path::Purpose;
use set_core::x509::bci::{BciContents, CrlIdentifier};
use set_core::x509::crl::CrlContents;
use set_core::x509::extension::Extension;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{
    DAY, Issued, altered, bci_contents, crl_contents, forged_crl, hierarchy,
};

use super::draft::{Draft, Verdict};
use super::line::{Level, Line};
use crate::rig::{sign_crl, spare_key};

/// The CAs of the chain with who signs their CRLs, and whom that CA certified.
fn authorities() -> [(Level, &'static Issued, Level); 3] {
    let all = hierarchy();
    [
        (Level::MerchantCa, &all.mca.crl_signing, Level::Merchant),
        (Level::BrandCa, &all.brand_ca, Level::MerchantCa),
        (Level::Root, &all.root, Level::BrandCa),
    ]
}

fn crl(signer: &Issued, number: u64, revoked: &[(&Certificate, Date)]) -> Crl {
    let revoked = revoked
        .iter()
        .map(|(certificate, since)| (certificate.serial_number().clone(), *since))
        .collect();
    sign_crl(&crl_contents(number, revoked), signer)
}

fn lasting(signer: &Issued, from: Date, until: Date) -> Crl {
    let contents = CrlContents {
        this_update: from,
        next_update: until,
        ..crl_contents(2, Vec::new())
    };
    sign_crl(&contents, signer)
}

fn bci(alter: impl FnOnce(&mut BciContents), signer: &Issued) -> Option<BrandCrlIdentifier> {
    let mut contents = bci_contents(2, &hierarchy().crls).unwrap();
    alter(&mut contents);
    let provider = Deterministic::seeded(4);
    Some(BrandCrlIdentifier::sign(contents, &signer.certificate, &signer.key, &provider).unwrap())
}

fn listed(ca: &Issued, crl_number: u64) -> CrlIdentifier {
    CrlIdentifier {
        issuer_name: ca.certificate.subject().clone(),
        crl_number,
    }
}

pub(crate) fn drafts() -> Vec<Draft> {
    let mut all = Vec::new();
    for (ca, signer, below) in authorities() {
        all.extend(of_authority(ca, signer, below));
    }
    all.extend(directory());
    all.extend(signers());
    all.extend(cardholder());
    all
}

fn of_authority(ca: Level, signer: &Issued, below: Level) -> Vec<Draft> {
    let name = ca.name();
    let id = |what: &str| format!("crl-of-{name}-{what}");
    let victim = &below.honest().certificate;
    // The root is on its own list, so it is the first that lacks one.
    let first = if ca == Level::Root { ca } else { below };
    let held = Line::honest;
    let with = |crl: Crl| Line::honest().crl(crl);
    let (before, after) = (noon().minus(DAY), noon().plus(DAY));
    let early = held().policy.freshness_seconds;
    let mut without = held();
    let issuer = signer.certificate.subject();
    without.crls.retain(|crl| crl.issuer() != issuer);
    let mut all = vec![
        with(crl(signer, 2, &[(victim, before)])).refuse(
            &id("revokes"),
            "A certificate of the chain is on the CRL.",
            "revoked",
            below,
        ),
        with(crl(signer, 2, &[(victim, after)])).refuse(
            &id("revokes-from-tomorrow"),
            "The revocation date lies ahead; a certificate on a CRL is not believed.",
            "revoked",
            below,
        ),
        with(crl(signer, 2, &[])).accept(&id("newer"), "A CRL newer than the one listed."),
        held()
            .crls([held().crls, vec![crl(signer, 2, &[(victim, before)])]].concat())
            .refuse(
                &id("newest-counts"),
                "Of two CRLs at hand the newer has the certificate.",
                "revoked",
                below,
            ),
        with(crl(signer, 3, &[])).accept(
            &id("withdrawn"),
            "The newest CRL no longer has the certificate.",
        ),
        without.refuse(
            &id("missing"),
            "The CRL is not at hand.",
            "crlMissing",
            first,
        ),
        with(lasting(signer, before, noon())).accept(
            &id("last-second"),
            "This second is the last in which the CRL holds.",
        ),
        with(lasting(signer, before, noon().minus(1))).refuse(
            &id("a-second-late"),
            "The CRL held until a second ago.",
            "stale",
            first,
        ),
        with(lasting(signer, noon().plus(early), after.plus(early))).accept(
            &id("early"),
            "The CRL begins in an hour; clocks may differ by that.",
        ),
        with(lasting(signer, noon().plus(early + 1), after.plus(early))).refuse(
            &id("too-early"),
            "The CRL begins in more than an hour.",
            "notYetValid",
            first,
        ),
        with(sign_crl(
            &crl_contents(2, Vec::new()),
            &Issued {
                key: spare_key(0),
                certificate: other_key(&signer.certificate),
            },
        ))
        .refuse(
            &id("other-key"),
            "A key of nobody signed the CRL in this name.",
            "revocationSignature",
            ca,
        ),
        with(
            forged_crl(&crl(signer, 2, &[(victim, before)]), |list| {
                list.revoked_certificates = None;
            })
            .unwrap(),
        )
        .refuse(
            &id("emptied"),
            "An entry was taken out after the CRL was signed.",
            "revocationSignature",
            ca,
        ),
        with(crl(signer, 2, &[(&stranger(), before)])).accept(
            &id("revokes-another"),
            "Another number of the same issuer is revoked.",
        ),
    ];
    let marked = forged_crl(&crl(signer, 2, &[]), |list| {
        let mut extensions = list.crl_extensions.clone().into_vec();
        extensions.push(Extension::of("1.2.3.4".parse().unwrap(), true, &true).unwrap());
        list.crl_extensions = SeqOf::new(extensions).unwrap();
    });
    all.push(with(marked.unwrap()).refuse(
        &id("unknown-critical"),
        "The CRL has a critical extension that nobody knows.",
        "revocationSignature",
        ca,
    ));
    let ahead = |contents: &mut BciContents| {
        for listed in &mut contents.crls {
            if listed.issuer_name == *issuer {
                listed.crl_number = 7;
            }
        }
    };
    let brand_ca = &hierarchy().brand_ca;
    all.push(held().bci(bci(ahead, brand_ca)).refuse(
        &id("older-than-listed"),
        "The brand's list names a newer CRL than the one at hand.",
        "crlMissing",
        first,
    ));
    let newer = with(crl(signer, 7, &[])).bci(bci(ahead, brand_ca));
    all.push(newer.accept(
        &id("as-listed"),
        "The CRL at hand has just the number listed.",
    ));
    let beyond = with(crl(signer, 6, &[])).bci(bci(ahead, brand_ca));
    all.push(beyond.refuse(
        &id("one-behind"),
        "The number of the CRL at hand is one less than the number listed.",
        "crlMissing",
        first,
    ));
    all
}

/// The certificate with a key of nobody.
fn other_key(certificate: &Certificate) -> Certificate {
    altered(certificate, &spare_key(0), |tbs| {
        let key = spare_key(0);
        tbs.subject_public_key_info =
            set_core::x509::spki::SubjectPublicKeyInfo::of(key.public_key()).unwrap();
    })
    .unwrap()
}

/// A certificate with a number that none of the chain has.
fn stranger() -> Certificate {
    hierarchy().gateway_signature.certificate.clone()
}

fn directory() -> Vec<Draft> {
    let all = hierarchy();
    let signer = &all.brand_ca;
    let with = |alter: fn(&mut BciContents)| Line::honest().bci(bci(alter, signer));
    let refuse = |line: Line, id: &str, what: &str, rule: &str| {
        line.refuse(&format!("bci-{id}"), what, rule, Level::BrandCa)
    };
    let mut without_gateway_ca = Line::honest();
    without_gateway_ca.policy.require_every_listed_crl = true;
    let mut with_gateway_ca = without_gateway_ca.clone();
    with_gateway_ca.crls = all.crls.clone();
    let mut of_vineyard = bci_contents(2, &all.crls).unwrap();
    of_vineyard.brand_id = "Vineyard".parse().unwrap();
    let provider = Deterministic::seeded(4);
    let of_vineyard =
        BrandCrlIdentifier::sign(of_vineyard, &signer.certificate, &signer.key, &provider).unwrap();
    let mut spoilt = all.bci.clone();
    spoilt.signature = der::asn1::BitString::from_bytes(&[1; 128]).unwrap();
    vec![
        refuse(
            Line::honest().bci(None),
            "missing",
            "There is no list of the brand.",
            "bciMissing",
        ),
        with(|list| list.not_after = noon()).accept("bci-last-second", "Its last second."),
        refuse(
            with(|list| list.not_after = noon().minus(1)),
            "a-second-late",
            "The list held until a second ago.",
            "stale",
        ),
        with(|list| list.not_before = noon().plus(3_600)).accept(
            "bci-early",
            "The list begins in an hour; clocks may differ by that.",
        ),
        refuse(
            with(|list| list.not_before = noon().plus(3_601)),
            "too-early",
            "The list begins in more than an hour.",
            "notYetValid",
        ),
        refuse(
            Line::honest().bci(bci(|_| (), &all.mca.crl_signing)),
            "other-signer",
            "The merchant CA signed the brand's list.",
            "revocationSignature",
        ),
        refuse(
            Line::honest().bci(Some(of_vineyard)),
            "other-brand",
            "The list is another brand's.",
            "revocationSignature",
        ),
        refuse(
            Line::honest().bci(Some(spoilt)),
            "signature",
            "The list's signature does not verify.",
            "revocationSignature",
        ),
        with(|list| list.crls.clear()).accept("bci-empty", "The list names no CRL."),
        without_gateway_ca.refuse(
            "bci-names-another-missing-crl",
            "All listed CRLs are asked for, and the gateway CA's is not at hand.",
            "crlMissing",
            Level::Merchant,
        ),
        with_gateway_ca.accept(
            "bci-every-listed-crl",
            "All listed CRLs are asked for, and at hand.",
        ),
        Line::honest().accept(
            "bci-names-a-crl-of-no-concern",
            "The gateway CA's CRL is listed and not at hand; the chain does not need it.",
        ),
    ]
}

/// Who may sign a CA's CRLs.
fn signers() -> Vec<Draft> {
    let all = hierarchy();
    let signer = &all.mca.crl_signing;
    let refuse = |line: Line, id: &str, what: &str| {
        line.refuse(
            &format!("crl-signer-{id}"),
            what,
            "revocationSignature",
            Level::MerchantCa,
        )
    };
    let with = |certificate: Certificate| {
        let mut line = Line::honest();
        line.others = vec![certificate];
        line
    };
    let key = &all.brand_ca.key;
    let expired = altered(&signer.certificate, key, |tbs| {
        tbs.validity.not_after = noon().minus(1).into();
    });
    let by_another = altered(&signer.certificate, &spare_key(0), |_| ());
    let revoked = crl(&all.brand_ca, 2, &[(&signer.certificate, noon())]);
    let mut absent = Line::honest();
    absent.others.clear();
    vec![
        refuse(
            absent,
            "missing",
            "The certificate of the key that signed the CRL is nowhere.",
        ),
        refuse(
            Line::honest().crl(revoked),
            "revoked",
            "The certificate of the key that signed the CRL is revoked.",
        ),
        refuse(
            with(expired.unwrap()),
            "expired",
            "The certificate of the key that signed the CRL held until a second ago.",
        ),
        refuse(
            with(by_another.unwrap()),
            "not-certified",
            "The brand CA did not certify the key that signed the CRL.",
        ),
        Line::honest()
            .with(&[&other_key(&signer.certificate)])
            .accept(
                "crl-signer-and-forgery",
                "A forged signer is at hand besides the true one.",
            ),
    ]
}

fn cardholder() -> Vec<Draft> {
    let all = hierarchy();
    let card = &all.cardholder.certificate;
    let line =
        || Line::of(card, Purpose::CardholderSignature).with(&[&all.cca.cert_signing.certificate]);
    let list_cca = |list: &mut BciContents| list.crls.push(listed(&all.cca.cert_signing, 1));
    let listed = || line().bci(bci(list_cca, &all.brand_ca));
    let revoking = crl(&all.cca.crl_signing, 1, &[(card, noon())]);
    vec![
        line().accept("cardholder-ca-not-listed", "Cardholder CAs need no CRL."),
        listed().draft(
            "cardholder-ca-listed",
            "A cardholder CA's CRL is listed and not at hand.",
            Verdict::blame("crlMissing", card),
        ),
        listed().crl(all.cca.crl.clone()).accept(
            "cardholder-ca-crl",
            "A cardholder CA's CRL is listed and at hand.",
        ),
        listed().crl(revoking).draft(
            "cardholder-revoked",
            "A cardholder's certificate is on a listed CRL.",
            Verdict::blame("revoked", card),
        ),
    ]
}
