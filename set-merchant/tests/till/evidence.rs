//! What was signed about an order is kept, and checked offline.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use set_core::asn1::{self, Limits, Opaque, Raw, SeqOf, Wire, oid};
use set_core::crypto::RustCrypto;
use set_core::evidence::{Bundle, EvidenceFault, LIMITS, Statement, Verdict, verify};
use set_core::exchange::CapRevOrCred;
use set_core::msg::ids::{Challenge, MerchantId, Xid};
use set_core::msg::payment::auth_res::AuthResTbs;
use set_core::msg::payment::p_res::PResData;
use set_core::path::TrustStore;
use set_core::pkcs7::SignedData;
use set_core::policy::Policy;
use set_core::treatment::{Attached, Signer, s};
use set_core::x509::Certificate;
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::ext::MerchantData;
use set_merchant::{
    CaptureArgs, CaptureWish, CorrectArgs, CorrectWish, ExportArgs, Failure, VerifyArgs, capture,
    correct, export_evidence, verify_evidence,
};
use set_node::enroll::RootArgs;
use set_node::pem;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, contents, hierarchy, merchant_data};
use set_testkit::{Deterministic, externals, keys};

use crate::rig::{Printed, Rig, Wallet};

/// The evidence about an order that was authorized, captured and given back in part.
async fn bundle(rig: &Rig) -> Vec<u8> {
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let pos = rig.pos().await;
    let args = CaptureArgs {
        orders: vec![order.clone()],
        all: false,
        wish: CaptureWish::default(),
        gateway: None,
    };
    capture(&pos, &args, &mut Printed::default().screen())
        .await
        .unwrap();
    let args = CorrectArgs {
        order: order.clone(),
        wish: CorrectWish {
            amount: Some(100),
            ..CorrectWish::default()
        },
        gateway: None,
    };
    let what = CapRevOrCred::Cred;
    correct(&pos, what, &args, &mut Printed::default().screen())
        .await
        .unwrap();
    let out = rig.folder.path().join("order.evidence");
    let args = ExportArgs { order, out };
    let printed = Printed::default();
    export_evidence(rig.folder.path(), &rig.config, &args, &mut printed.screen())
        .await
        .unwrap();
    assert_eq!(printed.json()["exhibits"], 5);
    std::fs::read(args.out).unwrap()
}

fn roots() -> TrustStore {
    TrustStore::new(vec![hierarchy().root.certificate.clone()])
}

fn judged(octets: &[u8]) -> Result<Verdict, EvidenceFault> {
    verify(&RustCrypto, &Policy::default(), &roots(), octets)
}

fn proved(verdict: &Verdict) -> Vec<(&'static str, Vec<String>)> {
    let findings = verdict.findings.iter();
    findings
        .map(|finding| (finding.what, finding.proved.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn order_acceptance_approval_capture_and_credit_are_proved_by_the_file_alone() {
    let rig = Rig::plain().await;
    let octets = bundle(&rig).await;
    let pan = hierarchy().card.pan.expose().as_bytes();
    assert!(!octets.windows(pan.len()).any(|part| part == pan));

    // In another folder, with nothing but the root.
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    let certificate = &hierarchy().root.certificate;
    std::fs::write(&root, pem::encode("CERTIFICATE", certificate.octets())).unwrap();
    let file = folder.path().join("evidence");
    std::fs::write(&file, &octets).unwrap();
    let args = VerifyArgs {
        file,
        root: RootArgs {
            root: Some(root),
            root_thumbprint: None,
        },
    };
    let printed = Printed::default();
    verify_evidence(folder.path(), &args, &mut printed.screen()).unwrap();
    let told = printed.json();
    let exhibits = told["exhibits"].as_array().unwrap();
    let what: BTreeSet<&str> = exhibits
        .iter()
        .map(|exhibit| exhibit["what"].as_str().unwrap())
        .collect();
    let expected = ["order", "acceptance", "authorization", "capture", "credit"];
    assert_eq!(what, expected.into());
    let all = told.to_string();
    for step in [
        "for 12950 times 10^-2 of currency 840",
        "the gateway answered approved for 12950",
        "success for 100 times",
        "authorizationPerformed",
    ] {
        assert!(all.contains(step), "{step}: {all}");
    }

    std::fs::write(&args.file, &octets[1..]).unwrap();
    let refused = verify_evidence(folder.path(), &args, &mut printed.screen());
    assert!(matches!(refused, Err(Failure::Evidence(_))));
    chains_hold_for_openssl(folder.path(), &octets);
}

/// OpenSSL verifies the chains that the verdict stands on, at their date and with their CRLs.
fn chains_hold_for_openssl(folder: &Path, octets: &[u8]) {
    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    let bundle: Bundle = asn1::decode(octets, &Limits::default()).unwrap();
    let verdict = judged(octets).unwrap();
    let write = |name: &str, label: &'static str, all: Vec<&[u8]>| {
        let blocks: Vec<u8> = all
            .into_iter()
            .flat_map(|der| pem::encode(label, der))
            .collect();
        let file = folder.join(name);
        std::fs::write(&file, blocks).unwrap();
        file
    };
    for (finding, exhibit) in verdict.findings.iter().zip(bundle.exhibits.iter()) {
        let chain: Vec<&[u8]> = finding.chain.iter().map(Certificate::octets).collect();
        let (leaf, issuers) = chain.split_first().unwrap();
        let root = issuers.last().unwrap();
        // Those of keys that sign CRLs only as well.
        let held = named(&bundle.certificates, &exhibit.certificates);
        let crls = named(&bundle.crls, &exhibit.crls);
        let ran = Command::new(&openssl)
            .args(["verify", "-ignore_critical", "-auth_level", "0"])
            .args(match finding.what {
                // A CA that certifies cardholders alone needs no CRL.
                "order" => &["-attime"][..],
                _ => &["-crl_check_all", "-extended_crl", "-attime"],
            })
            .arg(noon().unix().to_string())
            .arg("-CAfile")
            .arg(write("ca.pem", "CERTIFICATE", vec![root]))
            .arg("-untrusted")
            .arg(write("held.pem", "CERTIFICATE", held))
            .arg("-CRLfile")
            .arg(write("crls.pem", "X509 CRL", crls))
            .arg(write("leaf.pem", "CERTIFICATE", vec![leaf]))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{}: {said}", finding.what);
    }
}

fn named<'a>(all: &'a [Opaque], places: &[u64]) -> Vec<&'a [u8]> {
    let places = places.iter().map(|place| usize::try_from(*place).unwrap());
    places.map(|place| all[place].as_octets()).collect()
}

/// A bundle that was altered.
fn altered(octets: &[u8], alter: impl FnOnce(&mut Bundle)) -> Vec<u8> {
    let mut bundle: Bundle = asn1::decode(octets, &Limits::default()).unwrap();
    alter(&mut bundle);
    asn1::encode(&bundle).unwrap()
}

fn first_of(bundle: &mut Bundle, wanted: impl Fn(&Statement) -> bool) -> (usize, &mut Statement) {
    let all = bundle.exhibits.as_mut_slice().iter_mut().zip(1..);
    all.map(|(exhibit, number)| (number, &mut exhibit.statement))
        .find(|(_, statement)| wanted(statement))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_was_altered_is_refused_with_the_place() {
    let rig = Rig::plain().await;
    let octets = bundle(&rig).await;
    let is_order = |statement: &Statement| matches!(statement, Statement::Order(_));
    let mut place = 0;
    let mut refused = |alter: &dyn Fn(&mut Bundle) -> usize, step: &str| {
        let wrong = altered(&octets, |bundle| place = alter(bundle));
        let fault = judged(&wrong).unwrap_err();
        assert_eq!((fault.exhibit, fault.step), (Some(place), step), "{fault}");
    };
    let order = |bundle: &mut Bundle, change: &dyn Fn(&mut set_core::evidence::OrderStatement)| {
        let (number, statement) = first_of(bundle, is_order);
        let Statement::Order(order) = statement else {
            panic!("an order");
        };
        change(order);
        number
    };
    let hod = "the digest of order description and amount";
    refused(
        &|bundle| order(bundle, &|order| order.purch_amt.amount += 1),
        hod,
    );
    let other = der::asn1::OctetString::new(b"Two teapots".as_slice()).unwrap();
    refused(
        &|bundle| order(bundle, &|order| order.od = other.clone()),
        hod,
    );
    // The order of one exhibit with a payment instruction of another.
    let dual = "the dual signature of order and payment instruction";
    refused(
        &|bundle| {
            order(bundle, &|order| {
                order.oi_dual_signed.t2 = order.oi_dual_signed.t1.hod.clone();
            })
        },
        dual,
    );
    refused(
        &|bundle| {
            bundle.xid = Xid::new([9; 20]);
            1
        },
        "the transaction of the statement",
    );
    for kind in ["acceptance", "answer"] {
        refused(
            &|bundle| {
                let xid = bundle.xid;
                let (number, statement) = first_of(bundle, |statement| match statement {
                    Statement::Acceptance(_) => kind == "acceptance",
                    Statement::Answer(_) => kind == "answer",
                    Statement::Order(_) => false,
                });
                let (Statement::Acceptance(signed) | Statement::Answer(signed)) = statement else {
                    panic!("a signed message");
                };
                let content = signed.content_info.content.as_ref().unwrap();
                let mut content = content.as_octets().to_vec();
                let xid = xid.as_octets();
                let at = content.windows(20).position(|part| part == xid);
                content[at.unwrap()] ^= 1;
                let content = asn1::decode(&content, &Limits::default());
                signed.content_info.content = Some(content.unwrap());
                number
            },
            "the signature",
        );
    }
    let chain = "the signer's chain at its date";
    for strip in [true, false] {
        refused(
            &|bundle| {
                let exhibit = &mut bundle.exhibits.as_mut_slice()[0];
                if strip {
                    exhibit.crls = Vec::new().into();
                } else {
                    exhibit.bci = None;
                }
                1
            },
            chain,
        );
    }
    // Long after the certificates ran out.
    refused(
        &|bundle| {
            let exhibit = &mut bundle.exhibits.as_mut_slice()[0];
            exhibit.date = exhibit.date.plus(1_000_000_000);
            1
        },
        chain,
    );
    let nobody = TrustStore::default();
    let fault = verify(&RustCrypto, &Policy::default(), &nobody, &octets).unwrap_err();
    assert_eq!((fault.exhibit, fault.step), (Some(1), chain));

    // Wherever a bit falls, it proves the same or nothing.
    let true_verdict = proved(&judged(&octets).unwrap());
    for at in (0..octets.len()).step_by(1_499) {
        let mut wrong = octets.clone();
        wrong[at] ^= 1;
        if let Ok(verdict) = judged(&wrong) {
            assert_eq!(proved(&verdict), true_verdict, "octet {at}");
        }
    }
}

/// Content of `T` altered and signed anew by `issued`.
fn resigned<T: Wire + Clone>(
    signed: &SignedData,
    issued: &Issued,
    alter: impl FnOnce(&mut T),
) -> SignedData {
    let content_type = signed.content_info.content_type;
    let mut content = s::unverified::<T>(signed, content_type)
        .unwrap()
        .into_value();
    alter(&mut content);
    let signer = Signer {
        key: &issued.key,
        certificate: issued.certificate.issuer_and_serial_number().clone(),
    };
    let attached = Attached {
        certificates: vec![issued.certificate.to_opaque()],
        crls: Vec::new(),
    };
    let content = Raw::new(content).unwrap();
    let crypto = Deterministic::seeded(7);
    s::s(&crypto, &[signer], content_type, &content, &attached).unwrap()
}

/// Another merchant of the same CA.
fn other_merchant(data: MerchantData) -> Issued {
    let h = hierarchy();
    let key = keys::rsa_1024(24).unwrap();
    let subject = h.merchant_signature.certificate.subject_name().unwrap();
    let profile = Profile::Merchant {
        key: EntityKey::Signature,
        data,
    };
    let wanted = contents(6_024, subject, &key, profile).unwrap();
    let ca = &h.mca.cert_signing;
    let crypto = Deterministic::seeded(6_024);
    let certificate = issue(&wanted, &ca.certificate, &ca.key, &crypto).unwrap();
    Issued { certificate, key }
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_others_about_the_same_transaction_prove_nothing() {
    let rig = Rig::plain().await;
    let octets = bundle(&rig).await;
    let refused = |wrong: Vec<u8>, why: &str| {
        let fault = judged(&wrong).unwrap_err();
        assert_eq!(fault.step, "what the exhibits have to agree in", "{fault}");
        assert!(fault.to_string().contains(why), "{fault}");
    };
    let acceptance = |issued: &Issued, alter: &dyn Fn(&mut PResData)| {
        altered(&octets, |bundle| {
            let is = |it: &Statement| matches!(it, Statement::Acceptance(_));
            let (_, Statement::Acceptance(signed)) = first_of(bundle, is) else {
                panic!("an acceptance");
            };
            *signed = resigned(signed, issued, alter);
        })
    };
    let h = hierarchy();
    assert!(judged(&acceptance(&h.merchant_signature, &|_| ())).is_ok());
    let stranger = other_merchant(MerchantData {
        mer_id: MerchantId::new("MER-6666").unwrap(),
        ..merchant_data().unwrap()
    });
    refused(acceptance(&stranger, &|_| ()), "another merchant");
    let other_order = |data: &mut PResData| data.chall_c = Challenge::new([9; 20]);
    refused(
        acceptance(&h.merchant_signature, &other_order),
        "another order",
    );

    let answer = |alter: &dyn Fn(&mut AuthResTbs)| {
        altered(&octets, |bundle| {
            let is = |it: &Statement| match it {
                Statement::Answer(signed) => {
                    signed.content_info.content_type == oid::content::AUTH_RES_TBS
                }
                _ => false,
            };
            let (_, Statement::Answer(signed)) = first_of(bundle, is) else {
                panic!("an answer");
            };
            *signed = resigned(signed, &h.gateway_signature, alter);
        })
    };
    assert!(judged(&answer(&|_| ())).is_ok());
    let about_another = |tbs: &mut AuthResTbs| {
        let tags = &mut tbs.t1.auth_tags.auth_rr_tags.mer_term_ids;
        tags.merchant_id = MerchantId::new("MER-6666").unwrap();
    };
    refused(answer(&about_another), "another merchant");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exhibits_share_is_in_a_bundle_once_and_large_lists_are_read() {
    let rig = Rig::plain().await;
    let octets = bundle(&rig).await;
    let whole: Bundle = asn1::decode(&octets, &Limits::default()).unwrap();
    for (number, certificate) in whole.certificates.iter().enumerate() {
        assert!(!whole.certificates[..number].contains(certificate));
    }
    let named: usize = whole.exhibits.iter().map(|it| it.crls.len()).sum();
    assert!(whole.crls.len() < named);

    // More than a message may hold.
    let grown = altered(&octets, |bundle| {
        let crl = bundle.crls[0].clone();
        let many = Limits::default().octets / crl.as_octets().len() + 1;
        let more = std::iter::repeat_n(crl, many);
        bundle.crls = [&*bundle.crls, &more.collect::<Vec<_>>()].concat().into();
    });
    assert!(Limits::default().check(&grown).is_err());
    assert!(LIMITS.check(&grown).is_ok());
    assert_eq!(
        proved(&judged(&grown).unwrap()),
        proved(&judged(&octets).unwrap())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhibit_names_what_the_bundle_holds_and_nothing_twice() {
    let rig = Rig::plain().await;
    let octets = bundle(&rig).await;
    for places in [vec![0, 0], vec![1, 0], vec![0, 99], vec![u64::MAX]] {
        let wrong = altered(&octets, |bundle| {
            bundle.exhibits.as_mut_slice()[0].certificates = SeqOf::from(places);
        });
        let fault = judged(&wrong).unwrap_err();
        assert!(
            fault.to_string().contains("bundle does not hold"),
            "{fault}"
        );
    }
}
