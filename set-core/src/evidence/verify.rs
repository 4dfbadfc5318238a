use super::{Bundle, EvidenceFault, Exhibit, Finding, OrderStatement, Statement, Verdict};
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
use crate::x509::{Certificate, Crl};

/// Checks the bundle of these octets, believing `roots` and nothing else.
///
/// # Errors
///
/// The first check that fails, and where: the octets, a chain at its date, a signature, the
/// link between order and payment instruction, or a statement about another transaction.
pub fn verify(
    crypto: &dyn CryptoProvider,
    policy: &Policy,
    roots: &TrustStore,
    octets: &[u8],
) -> Result<Verdict, EvidenceFault> {
    let bundle: Bundle =
        asn1::decode(octets, &policy.limits).map_err(EvidenceFault::at("reading the bundle"))?;
    if bundle.version != 1 {
        let error = PeerFault::Unspecified("a bundle of another version");
        return Err(EvidenceFault::at("reading the bundle")(error));
    }
    let judge = Judge {
        crypto,
        policy,
        roots,
        xid: bundle.xid,
    };
    let findings = bundle.exhibits.iter().zip(1..);
    let findings = findings.map(|(exhibit, number)| {
        let found = judge.exhibit(exhibit);
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
}

impl Judge<'_> {
    fn exhibit(&self, exhibit: &Exhibit) -> Result<Finding, EvidenceFault> {
        match &exhibit.statement {
            Statement::Order(order) => self.order(exhibit, order),
            Statement::Acceptance(signed) => self.acceptance(exhibit, signed),
            Statement::Answer(signed) => self.answer(exhibit, signed),
        }
    }

    fn order(&self, exhibit: &Exhibit, order: &OrderStatement) -> Result<Finding, EvidenceFault> {
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
        finding
            .not_proved
            .push("what else the payment instruction says: only its digest is here");
        Ok(finding)
    }

    fn acceptance(&self, exhibit: &Exhibit, signed: &SignedData) -> Result<Finding, EvidenceFault> {
        let signer = self.signer(exhibit, signed, Purpose::MerchantSignature)?;
        let data: PResData = self.signed(signed, oid::content::P_RES_DATA, &signer)?;
        self.same_transaction([data.trans_ids.xid])?;
        let codes = data.p_res_payload_seq.iter();
        let codes: Vec<_> = codes
            .map(|payload| payload.completion_code.name())
            .collect();
        let proved = vec![format!(
            "the merchant answered this order with {}",
            codes.join(", ")
        )];
        Ok(finding("acceptance", exhibit, &signer, proved))
    }

    fn answer(&self, exhibit: &Exhibit, signed: &SignedData) -> Result<Finding, EvidenceFault> {
        let signer = self.signer(exhibit, signed, Purpose::GatewaySignature)?;
        let content_type = signed.content_info.content_type;
        let (what, proved) = match content_type {
            oid::content::AUTH_RES_TBS => {
                let data: AuthResTbs = self.signed(signed, content_type, &signer)?;
                self.same_transaction([data.t1.auth_tags.trans_ids.xid])?;
                let header = &data.t1.auth_res_payload.auth_header;
                let code = header.auth_code.name();
                let said = format!(
                    "the gateway answered {code} for {}",
                    amount(header.auth_amt)
                );
                ("authorization", said)
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
                ("capture", told(said))
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
                (what, told(said))
            }
            _ => {
                let error = PeerFault::Unspecified("no answer of a kind that is evidence");
                return Err(EvidenceFault::at("the kind of the answer")(error));
            }
        };
        Ok(finding(what, exhibit, &signer, vec![proved]))
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
    /// the exhibit holds.
    fn signer(
        &self,
        exhibit: &Exhibit,
        signed: &SignedData,
        purpose: Purpose,
    ) -> Result<ChainVerified, EvidenceFault> {
        let step = "the signer's chain at its date";
        let at = |error: Error| EvidenceFault::at(step)(error);
        let rules = &self.policy.key_rules;
        let certificates = exhibit.certificates.iter();
        let certificates: Vec<Certificate> = certificates
            .map(|octets| Certificate::parse(octets.as_octets(), rules))
            .collect::<Result<_, _>>()
            .map_err(|error| at(error.into()))?;
        let crls = exhibit.crls.iter();
        let crls: Vec<Crl> = crls
            .map(|octets| Crl::parse(octets.as_octets()))
            .collect::<Result<_, _>>()
            .map_err(|error| at(error.into()))?;
        let material = Material {
            roots: self.roots,
            certificates: &certificates,
            crls: &crls,
            bci: exhibit.bci.as_ref(),
        };
        let [info] = &*signed.signer_infos else {
            let one = PeerFault::SignatureFailure("exactly one signature belongs here");
            return Err(at(one.into()));
        };
        let pointed_at = certificates.iter().filter(|certificate| {
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

fn finding(
    what: &'static str,
    exhibit: &Exhibit,
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
