use super::agreed::Agreed;
use super::{
    Bundle, BundledExhibit, EvidenceFault, Finding, LIMITS, OrderStatement, Statement, Verdict,
};
use crate::asn1::{self, Raw, Wire, oid};
use crate::cardholder::purchase::hod_of;
use crate::crypto::CryptoProvider;
use crate::error::{Error, PeerFault};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::Xid;
use crate::msg::payment::auth_res::AuthResTbs;
use crate::msg::payment::cap::CapResData;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredResData;
use crate::msg::payment::p_req::PiTbs;
use crate::msg::payment::p_res::PResData;
use crate::path::{self, Material, Purpose, Question, TrustStore};
use crate::pkcs7::SignedData;
use crate::policy::Policy;
use crate::proof::ChainVerified;
use crate::treatment::{dd, s, so};
use crate::x509::name::Brand;
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

/// Checks the bundle of these octets, believing `roots` and nothing else.
///
/// # Errors
///
/// The first check that fails, and where: the octets, a chain at its date, a signature, the
/// link between order and payment instruction, or a statement about another transaction, brand or
/// merchant than the others.
pub fn verify(
    crypto: &dyn CryptoProvider,
    policy: &Policy,
    roots: &TrustStore,
    octets: &[u8],
) -> Result<Verdict, EvidenceFault> {
    let bundle: Bundle =
        asn1::decode(octets, &LIMITS).map_err(EvidenceFault::at("reading the bundle"))?;
    if bundle.version != 1 {
        let error = PeerFault::Unspecified("a bundle of another version");
        return Err(EvidenceFault::at("reading the bundle")(error));
    }
    let judge = Judge::new(crypto, policy, roots, &bundle)?;
    let mut agreed = Agreed::default();
    let findings = bundle.exhibits.iter().zip(1..);
    let findings = findings.map(|(exhibit, number)| {
        let found = judge.exhibit(exhibit, &mut agreed);
        found.map_err(|fault| fault.in_exhibit(number))
    });
    Ok(Verdict {
        xid: bundle.xid,
        findings: findings.collect::<Result<_, _>>()?,
    })
}

struct Judge<'a> {
    crypto: &'a dyn CryptoProvider,
    policy: &'a Policy,
    roots: &'a TrustStore,
    xid: Xid,
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    bcis: &'a [BrandCrlIdentifier],
}

impl<'a> Judge<'a> {
    fn new(
        crypto: &'a dyn CryptoProvider,
        policy: &'a Policy,
        roots: &'a TrustStore,
        bundle: &'a Bundle,
    ) -> Result<Self, EvidenceFault> {
        let rules = &policy.key_rules;
        let certificates = bundle.certificates.iter();
        let certificates = certificates.map(|octets| Certificate::parse(octets.as_octets(), rules));
        let crls = bundle.crls.iter();
        let crls = crls.map(|octets| Crl::parse(octets.as_octets()));
        Ok(Self {
            crypto,
            policy,
            roots,
            xid: bundle.xid,
            certificates: certificates
                .collect::<Result<_, _>>()
                .map_err(EvidenceFault::at("reading the certificates"))?,
            crls: crls
                .collect::<Result<_, _>>()
                .map_err(EvidenceFault::at("reading the CRLs"))?,
            bcis: &bundle.bcis,
        })
    }

    fn exhibit(
        &self,
        exhibit: &BundledExhibit,
        agreed: &mut Agreed,
    ) -> Result<Finding, EvidenceFault> {
        match &exhibit.statement {
            Statement::Order(order) => self.order(exhibit, order, agreed),
            Statement::Acceptance(signed) => self.acceptance(exhibit, signed, agreed),
            Statement::Answer(signed) => self.answer(exhibit, signed, agreed),
        }
    }

    fn order(
        &self,
        exhibit: &BundledExhibit,
        order: &OrderStatement,
        agreed: &mut Agreed,
    ) -> Result<Finding, EvidenceFault> {
        let signer = self.signer(exhibit, &order.pi_signature, Purpose::CardholderSignature)?;
        let oi_data = &order.oi_dual_signed.t1;
        let step = "the dual signature of order and payment instruction";
        let h_oi_data =
            dd::dd(self.crypto, oid::content::OI_DATA, oi_data).map_err(EvidenceFault::at(step))?;
        let pi_tbs = Raw::new(PiTbs {
            h_pi_data: order.oi_dual_signed.t2.clone(),
            h_oi_data,
        })
        .map_err(EvidenceFault::at(step))?;
        so::verify(
            self.crypto,
            &order.pi_signature,
            oid::content::PI_TBS,
            pi_tbs.octets(),
            &signer,
        )
        .map_err(EvidenceFault::at(step))?;
        self.same_transaction([oi_data.trans_ids.xid])?;
        let brand = Brand::of(&oi_data.brand_id);
        agreed
            .on_brand(signer.brand())
            .and_then(|()| agreed.on_brand(Some(&brand)))
            .and_then(|()| agreed.on_challenge(oi_data.chall_c))
            .map_err(EvidenceFault::at(OTHERS))?;
        let step = "the digest of order description and amount";
        let digest = hod_of(
            self.crypto,
            order.od.as_bytes(),
            order.purch_amt,
            oi_data.od_salt,
            order.install_recur_data.as_ref(),
        )
        .map_err(EvidenceFault::at(step))?;
        if digest != oi_data.hod {
            let error = PeerFault::Unspecified("it is not that of the order instruction");
            return Err(EvidenceFault::at(step)(error));
        }
        let proved = vec![
            "one signature of the cardholder is over this order instruction and over the digest of \
             one payment instruction"
                .to_owned(),
            format!(
                "the order is of this description, {} octets, and for {}",
                order.od.as_bytes().len(),
                amount(order.purch_amt)
            ),
        ];
        let mut finding = finding("order", exhibit, &signer, proved);
        finding.not_proved.push(
            "which merchant it is for, and what else the payment instruction says: only its digest \
             is here",
        );
        Ok(finding)
    }

    fn acceptance(
        &self,
        exhibit: &BundledExhibit,
        signed: &SignedData,
        agreed: &mut Agreed,
    ) -> Result<Finding, EvidenceFault> {
        let signer = self.signer(exhibit, signed, Purpose::MerchantSignature)?;
        let data: PResData = self.signed(signed, oid::content::P_RES_DATA, &signer)?;
        self.same_transaction([data.trans_ids.xid])?;
        agreed
            .on_brand(signer.brand())
            .and_then(|()| agreed.on_challenge(data.chall_c))
            .map_err(EvidenceFault::at(OTHERS))?;
        agreed
            .on_merchant(signer.certificate())
            .map_err(EvidenceFault::at(OTHERS))?;
        let codes = data.p_res_payload_seq.iter();
        let codes: Vec<_> = codes
            .map(|payload| payload.completion_code.name())
            .collect();
        let proved = vec![format!(
            "the merchant answered this order with {}",
            codes.join(", ")
        )];
        let mut finding = finding("acceptance", exhibit, &signer, proved);
        finding
            .not_proved
            .push("that the order was meant for this merchant: it names none in clear");
        Ok(finding)
    }

    fn answer(
        &self,
        exhibit: &BundledExhibit,
        signed: &SignedData,
        agreed: &mut Agreed,
    ) -> Result<Finding, EvidenceFault> {
        let signer = self.signer(exhibit, signed, Purpose::GatewaySignature)?;
        let content_type = signed.content_info.content_type;
        let (what, merchant, proved) = match content_type {
            oid::content::AUTH_RES_TBS => {
                let data: AuthResTbs = self.signed(signed, content_type, &signer)?;
                self.same_transaction([data.t1.auth_tags.trans_ids.xid])?;
                let header = &data.t1.auth_res_payload.auth_header;
                let code = header.auth_code.name();
                let said = format!(
                    "the gateway answered {code} for {}",
                    amount(header.auth_amt)
                );
                let tags = data.t1.auth_tags.auth_rr_tags;
                ("authorization", tags.mer_term_ids.merchant_id, said)
            }
            oid::content::CAP_RES_DATA => {
                let data: CapResData = self.signed(signed, content_type, &signer)?;
                let items = || data.cap_res_item_seq.iter();
                self.same_transaction(items().map(|item| item.trans_ids.xid))?;
                let ours = items().filter(|item| item.trans_ids.xid == self.xid);
                let said = ours.map(|item| {
                    let payload = &item.cap_res_payload;
                    format!(
                        "{} for {}",
                        payload.cap_code.name(),
                        amount(payload.cap_amt)
                    )
                });
                let tags = &data.cap_rr_tags;
                let merchant = tags.mer_term_ids.merchant_id.clone();
                ("capture", merchant, told(said))
            }
            oid::content::CAP_REV_RES_DATA
            | oid::content::CRED_RES_DATA
            | oid::content::CRED_REV_RES_DATA => {
                let data: CapRevOrCredResData = self.signed(signed, content_type, &signer)?;
                let items = || data.cap_rev_or_cred_res_item_seq.iter();
                self.same_transaction(items().map(|item| item.trans_ids.xid))?;
                let ours = items().filter(|item| item.trans_ids.xid == self.xid);
                let said = ours.map(|item| {
                    let payload = &item.cap_rev_or_cred_res_payload;
                    let code = payload.cap_rev_or_cred_code.name();
                    format!("{code} for {}", amount(payload.cap_rev_or_cred_actual_amt))
                });
                let what = match content_type {
                    oid::content::CAP_REV_RES_DATA => "capture reversal",
                    oid::content::CRED_RES_DATA => "credit",
                    _ => "credit reversal",
                };
                let tags = &data.cap_rev_or_cred_rr_tags;
                let merchant = tags.mer_term_ids.merchant_id.clone();
                (what, merchant, told(said))
            }
            _ => {
                let error = PeerFault::Unspecified("no answer of a kind that is evidence");
                return Err(EvidenceFault::at("the kind of the answer")(error));
            }
        };
        agreed
            .on_brand(signer.brand())
            .and_then(|()| agreed.on_merchant_id(&merchant))
            .map_err(EvidenceFault::at(OTHERS))?;
        let proved = vec![format!("merchant {} asked", merchant.as_str()), proved];
        let mut finding = finding(what, exhibit, &signer, proved);
        finding
            .not_proved
            .push("that this gateway was the one asked: its answer does not say");
        Ok(finding)
    }

    /// What was signed, the signature verified.
    fn signed<T: Wire + Clone>(
        &self,
        signed: &SignedData,
        content_type: der::asn1::ObjectIdentifier,
        signer: &ChainVerified,
    ) -> Result<T, EvidenceFault> {
        let verified = s::verify::<T>(self.crypto, signed, content_type, signer)
            .map_err(EvidenceFault::at("the signature"))?;
        let content: &T = verified.content();
        Ok(content.clone())
    }

    /// That one of the statement's transactions is that of the bundle.
    fn same_transaction(&self, xids: impl IntoIterator<Item = Xid>) -> Result<(), EvidenceFault> {
        if xids.into_iter().any(|xid| xid == self.xid) {
            return Ok(());
        }
        let error = PeerFault::UnknownXid;
        Err(EvidenceFault::at("the transaction of the statement")(error))
    }

    /// The certificate of the one signature, its chain verified at the exhibit's date by what
    /// the exhibit holds. The certificate itself may be in the statement alone: nobody holds
    /// those of others' customers.
    fn signer(
        &self,
        exhibit: &BundledExhibit,
        signed: &SignedData,
        purpose: Purpose,
    ) -> Result<ChainVerified, EvidenceFault> {
        let step = "the signer's chain at its date";
        let at = |error: Error| EvidenceFault::at(step)(error);
        let [info] = &*signed.signer_infos else {
            let one = PeerFault::SignatureFailure("exactly one signature belongs here");
            return Err(at(one.into()));
        };
        let certificates = named(&self.certificates, &exhibit.certificates).map_err(at)?;
        let crls = named(&self.crls, &exhibit.crls).map_err(at)?;
        let bci = exhibit.bci.map(|place| named(self.bcis, &[place]));
        let bci = bci.transpose().map_err(at)?.unwrap_or_default();
        let material = Material {
            roots: self.roots,
            certificates: &certificates,
            crls: &crls,
            bci: bci.first(),
        };
        let rules = &self.policy.key_rules;
        let enclosed = signed.certificates.iter().flat_map(|all| all.iter());
        let enclosed: Vec<Certificate> = enclosed
            .filter_map(|octets| Certificate::parse(octets.as_octets(), rules).ok())
            .collect();
        let pointed_at = certificates.iter().chain(&enclosed).filter(|certificate| {
            certificate.issuer_and_serial_number() == &info.issuer_and_serial_number
        });
        let mut failure =
            at(PeerFault::SignatureFailure("the signer's certificate is missing").into());
        for certificate in pointed_at {
            let question = Question {
                certificate,
                purpose,
                brand: None,
                at: exhibit.date,
            };
            match path::verify(self.crypto, self.policy, &material, &question) {
                Ok(verified) => return Ok(verified),
                Err(error) => failure = at(error.into()),
            }
        }
        Err(failure)
    }
}

/// Those of `all` that an exhibit names.
fn named<T: Clone>(all: &[T], places: &[u64]) -> Result<Vec<T>, Error> {
    let wrong = PeerFault::Unspecified("it names what the bundle does not hold, or twice");
    if !places.is_sorted_by(|one, next| one < next) {
        return Err(wrong.into());
    }
    let found = places.iter().map(|place| {
        let place = usize::try_from(*place).ok()?;
        all.get(place).cloned()
    });
    found.collect::<Option<_>>().ok_or(wrong.into())
}

fn finding(
    what: &'static str,
    exhibit: &BundledExhibit,
    signer: &ChainVerified,
    proved: Vec<String>,
) -> Finding {
    let chain = format!(
        "the certificate of {} led to a root that is believed, and no CRL of {} lists any of the \
         chain",
        signer.certificate().subject(),
        exhibit.date
    );
    Finding {
        what,
        date: exhibit.date,
        chain: signer.chain().to_vec(),
        proved: [vec![chain], proved].concat(),
        not_proved: vec!["when it was signed: the date is what the keeper says"],
    }
}

fn told(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    format!("the gateway answered {}", items.join(", "))
}

fn amount(amount: CurrencyAmount) -> String {
    format!(
        "{} times 10^{} of currency {:03}",
        amount.amount,
        amount.amt_exp10,
        amount.currency.value()
    )
}

/// The check that the exhibits are about one purchase.
const OTHERS: &str = "what the exhibits have to agree in";
