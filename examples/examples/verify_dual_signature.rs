//! Verifies the dual signature of a PReq as a merchant does: one cardholder signed both the
//! order, which is in clear, and the payment instruction, of which there is only a digest.
//!
//! ```sh
//! cargo run --release -- --record out --data mall
//! cargo run --release -p examples --example verify_dual_signature \
//!     out/*-PReq.der mall/merchant
//! ```
#![forbid(unsafe_code)]

use std::error::Error;

use set_core::asn1::{self, Limits, Raw, oid::content};
use set_core::msg::message::Message;
use set_core::msg::payment::p_req::{PReq, PiTbs};
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Purpose;
use set_core::treatment::{dd, so};
use set_node::party::PartyFolder;
use set_node::station::Station;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, folder] = args.as_slice() else {
        return Err("usage: verify_dual_signature PREQ.der MERCHANT-DATA-FOLDER".into());
    };
    let station = Station::new("verify_dual_signature", env!("CARGO_PKG_VERSION"))?;
    let context = station.context();

    let wrapper: MessageWrapper = asn1::decode(&std::fs::read(file)?, &Limits::default())?;
    let Message::PReq(request) = wrapper.message else {
        return Err(format!("{file} holds {}, not PReq", wrapper.message.name()).into());
    };
    let PReq::PReqDualSigned(request) = *request else {
        return Err("this PReq is not signed".into());
    };

    // Whose signature is it? The chain leads to a root that the merchant trusts.
    let mut trust = PartyFolder::new(folder).load_trust(&context)?;
    let signature = &request.pi_dual_signed.pi_signature;
    trust.learn(&context, signature, None)?;
    let cardholder = trust.signer(&context, signature, Purpose::CardholderSignature)?;

    // What was signed? The digest of the payment instruction, as it came, and the digest
    // of the order, computed here from the octets that came.
    let order = &request.oi_dual_signed;
    let signed = Raw::new(PiTbs {
        h_pi_data: order.t2.clone(),
        h_oi_data: dd::dd(context.crypto, content::OI_DATA, &order.t1)?,
    })?;
    let octets = signed.octets();
    so::verify(
        context.crypto,
        signature,
        content::PI_TBS,
        octets,
        &cardholder,
    )?;

    println!("signed by  {}", cardholder.certificate().subject());
    println!("order      {}", order.t1.trans_ids.xid);
    println!("payment    {} (digest only)", order.t2.digest);
    println!("One cardholder signed both.");
    Ok(())
}
