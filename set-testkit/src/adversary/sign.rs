//! Messages signed anew.

use set_core::asn1::{self, Limits, Opaque, Raw, SeqOf, oid};
use set_core::msg::message::Message;
use set_core::msg::payment::p_req::{PReq, PReqDualSigned, PiTbs};
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;
use set_core::pkcs7::SignedData;
use set_core::treatment::{dd, s, so};

use super::Adversary;

impl Adversary {
    /// The message with its signature made by a key of the adversary's.
    pub fn resigned(&mut self, octets: &[u8]) -> Option<Vec<u8>> {
        let identities = self.knowledge.identities().to_vec();
        let identity = self.prng.pick(&identities)?.clone();
        let mut wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).ok()?;
        match &mut wrapper.message {
            Message::PReq(request) => match &mut **request {
                PReq::PReqDualSigned(signed) => self.sign_dually(signed, &identity)?,
                PReq::PReqUnsigned(_) => return None,
            },
            Message::PInitRes(signed)
            | Message::PRes(signed)
            | Message::PCertReq(signed)
            | Message::PCertRes(signed)
            | Message::InqRes(signed)
            | Message::CardCInitRes(signed)
            | Message::MeAqCInitRes(signed)
            | Message::RegFormRes(signed)
            | Message::CertInqReq(signed) => self.sign(signed, &identity)?,
            _ => return None,
        }
        asn1::encode(&wrapper).ok()
    }

    /// The same content, signed by `identity`.
    fn sign(&self, signed: &mut SignedData, identity: &Identity) -> Option<()> {
        let content_type = signed.content_info.content_type;
        let content = signed.content_info.content.clone()?;
        let content: Raw<Opaque> = Raw::from_octets(content.as_octets().to_vec()).ok()?;
        let mut made = s::s(
            &self.crypto,
            &[identity.signer()],
            content_type,
            &content,
            &identity.attached(),
        )
        .ok()?;
        // What came along stays: the CRLs and CAs are the same for everybody.
        let both = [signed.certificates.take(), made.certificates.take()];
        let certificates = both.iter().flatten().flat_map(|bag| bag.iter().cloned());
        made.certificates = SeqOf::new(certificates.collect()).ok();
        made.crls = signed.crls.take();
        *signed = made;
        Some(())
    }

    /// A cardholder's order and payment instruction, under the signature of another one.
    fn sign_dually(&self, request: &mut PReqDualSigned, identity: &Identity) -> Option<()> {
        let order = &request.oi_dual_signed;
        let tbs = Raw::new(PiTbs {
            h_pi_data: order.t2.clone(),
            h_oi_data: dd::dd(&self.crypto, oid::content::OI_DATA, &order.t1).ok()?,
        })
        .ok()?;
        request.pi_dual_signed.pi_signature = so::so(
            &self.crypto,
            &[identity.signer()],
            oid::content::PI_TBS,
            tbs.octets(),
            &identity.attached(),
        )
        .ok()?;
        Some(())
    }
}
