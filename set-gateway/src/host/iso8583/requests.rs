//! What the gateway sends.

use core::fmt;

use set_core::asn1::Date;
use set_core::gateway::host::{HostAdvice, HostEvent, HostRequest, IdempotencyKey};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::auth_req::AvsData;
use set_core::secret::{CardExpiry, Pan};
use sha2::{Digest as _, Sha256};

use super::amount;
use super::field::Field;
use super::message::{Message, MessageType, NoSuchValue};
use crate::host::{HostReversal, HostTrace};

/// Why a request cannot be written as ISO 8583. It is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unwritable {
    /// The amount is not a whole number of the currency's smallest unit, or too large.
    #[error("an amount has at most 12 digits of the currency's smallest unit")]
    Amount,
    /// The merchant's id is too long.
    #[error("a merchant's id of more than 15 printable ASCII characters cannot go into field 42")]
    Merchant,
    /// Anything else.
    #[error(transparent)]
    Field(#[from] NoSuchValue),
}

/// Who the gateway is to the host.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) acquirer: String,
    pub(super) terminal: String,
}

/// What network management wants: field 70.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetworkCode {
    SignOn,
    Echo,
}

impl fmt::Display for NetworkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignOn => "001",
            Self::Echo => "301",
        })
    }
}

/// The type of a message, or of its repetition.
const fn of(message_type: MessageType, trace: HostTrace) -> MessageType {
    match trace.repeated {
        true => message_type.repeat(),
        false => message_type,
    }
}

/// 0100 or 0101.
pub(super) fn authorization(
    sender: &Sender,
    trace: HostTrace,
    request: &HostRequest,
) -> Result<Message, Unwritable> {
    let mut message = Message::new(of(MessageType::AUTHORIZATION, trace));
    payment(&mut message, PURCHASE, &request.amount)?;
    account(&mut message, &request.pan, &request.card_expiry)?;
    origin(
        &mut message,
        sender,
        trace,
        request.key,
        &request.merchant_id,
    )?;
    if let Some(code) = &request.merch_data.merch_cat_code {
        message.set(Field::MERCHANT_TYPE, code.as_str())?;
    }
    if let Some(address) = request.avs_data.as_ref().map(address) {
        message.set(Field::PRIVATE, address)?;
    }
    Ok(message)
}

/// 0220 or 0200, and their repetitions: money taken, or money given back.
pub(super) fn financial(
    sender: &Sender,
    message_type: MessageType,
    trace: HostTrace,
    advice: &HostAdvice,
) -> Result<Message, Unwritable> {
    let code = match advice.event {
        HostEvent::Credit | HostEvent::CaptureReversal => RETURN,
        _ => PURCHASE,
    };
    let mut message = Message::new(of(message_type, trace));
    payment(&mut message, code, &advice.amount)?;
    advised(&mut message, sender, trace, advice)?;
    if let Some(code) = &advice.approval_code {
        message.set(Field::APPROVAL_CODE, code.as_str())?;
    }
    Ok(message)
}

/// 0420 or 0400, and their repetitions, for an authorization that is to hold less: what
/// remains is the replacement amount.
pub(super) fn lowering(
    sender: &Sender,
    message_type: MessageType,
    trace: HostTrace,
    advice: &HostAdvice,
) -> Result<Message, Unwritable> {
    let mut message = Message::new(of(message_type, trace));
    payment(&mut message, PURCHASE, &advice.amount)?;
    advised(&mut message, sender, trace, advice)?;
    let left = amount::to_minor(&advice.amount).ok_or(Unwritable::Amount)?;
    message.set(Field::REPLACEMENT, format!("{left:0>12}{:0>30}", 0))?;
    Ok(message)
}

fn advised(
    message: &mut Message,
    sender: &Sender,
    trace: HostTrace,
    advice: &HostAdvice,
) -> Result<(), Unwritable> {
    if let Some(known) = &advice.account {
        account(message, &known.pan, &known.card_expiry)?;
    }
    origin(message, sender, trace, advice.key, &advice.merchant_id)
}

/// 0420 or 0400, and their repetitions.
pub(super) fn reversal(
    sender: &Sender,
    message_type: MessageType,
    trace: HostTrace,
    reversal: &HostReversal,
) -> Result<Message, Unwritable> {
    let mut message = Message::new(of(message_type, trace));
    payment(&mut message, PURCHASE, &reversal.amount)?;
    account(&mut message, &reversal.pan, &reversal.card_expiry)?;
    origin(
        &mut message,
        sender,
        trace,
        reversal.key,
        &reversal.merchant_id,
    )?;
    let original = HostTrace {
        repeated: false,
        ..reversal.original
    };
    // Type, trace number, transmission time, acquirer, and nobody in between.
    let elements = format!(
        "{}{}{}{:0>11}{:0>11}",
        MessageType::AUTHORIZATION,
        number(original),
        transmission(original.date),
        sender.acquirer,
        0
    );
    message.set(Field::ORIGINAL, elements)?;
    // Nothing remains.
    message.set(Field::REPLACEMENT, "0".repeat(42))?;
    Ok(message)
}

/// 0800.
pub(super) fn network(code: NetworkCode, trace: u64, now: Date, acquirer: &str) -> Message {
    let mut message = Message::new(MessageType::NETWORK);
    let trace = HostTrace {
        number: trace,
        date: now,
        repeated: false,
    };
    for (field, text) in [
        (Field::TRANSMISSION, transmission(now)),
        (Field::TRACE, number(trace)),
        (Field::ACQUIRER, acquirer.to_owned()),
        (Field::NETWORK_CODE, code.to_string()),
    ] {
        // An acquirer that is none was refused with the configuration.
        let _set = message.set(field, text);
    }
    message
}

/// 0810 for a 0800 of the host.
pub(super) fn network_response(request: &Message) -> Option<Message> {
    if request.message_type() != MessageType::NETWORK
        && request.message_type() != MessageType::NETWORK.repeat()
    {
        return None;
    }
    let mut response = Message::new(request.message_type().response());
    for field in [
        Field::TRANSMISSION,
        Field::TRACE,
        Field::ACQUIRER,
        Field::NETWORK_CODE,
    ] {
        if let Some(text) = request.text(field) {
            response.set(field, text).ok()?;
        }
    }
    response.set(Field::RESPONSE_CODE, "00").ok()?;
    Some(response)
}

/// The reference under which the host knows an authorization and all that follows it: 60 bits
/// of the SHA-256 of XID and RRPID in base 32.
pub(super) fn reference(key: IdempotencyKey) -> String {
    let digest = Sha256::new()
        .chain_update(key.xid.as_octets())
        .chain_update(key.rrpid.as_octets())
        .finalize();
    let bits = digest.iter().take(8).fold(0_u64, |bits, octet| {
        bits.wrapping_mul(256) | u64::from(*octet)
    });
    (0..12)
        .map(|place| {
            let index = usize::try_from(bits >> (59 - 5 * place) & 31).unwrap_or_default();
            ALPHABET
                .get(index)
                .map_or('0', |letter| char::from(*letter))
        })
        .collect()
}

fn payment(message: &mut Message, code: &str, amount: &CurrencyAmount) -> Result<(), Unwritable> {
    let minor = amount::to_minor(amount).ok_or(Unwritable::Amount)?;
    message.set(Field::PROCESSING_CODE, code)?;
    message.set(Field::AMOUNT, minor)?;
    message.set(Field::CURRENCY, format!("{:03}", amount.currency.value()))?;
    Ok(())
}

fn account(message: &mut Message, pan: &Pan, expiry: &CardExpiry) -> Result<(), NoSuchValue> {
    message.set_pan(pan);
    message.set(Field::EXPIRY, expiry.expose().get(2..).unwrap_or_default())
}

fn origin(
    message: &mut Message,
    sender: &Sender,
    trace: HostTrace,
    key: IdempotencyKey,
    merchant_id: &MerchantId,
) -> Result<(), Unwritable> {
    let transmission = transmission(trace.date);
    let (date, time) = transmission.split_at(4);
    message.set(Field::LOCAL_TIME, time)?;
    message.set(Field::LOCAL_DATE, date)?;
    message.set(Field::TRANSMISSION, transmission.as_str())?;
    message.set(Field::TRACE, number(trace))?;
    message.set(Field::ENTRY_MODE, ENTRY_MODE)?;
    message.set(Field::CONDITION, CONDITION)?;
    message.set(Field::ACQUIRER, sender.acquirer.as_str())?;
    message.set(Field::REFERENCE, reference(key))?;
    message.set(Field::TERMINAL, format!("{:<8}", sender.terminal))?;
    message
        .set(
            Field::CARD_ACCEPTOR,
            format!("{:<15}", merchant_id.as_str()),
        )
        .map_err(|_| Unwritable::Merchant)
}

/// Postal code and street as field 48 has them: each with a tag of two letters and a length
/// of two digits. What is not printable ASCII is left out: hosts compare digits only.
fn address(avs: &AvsData) -> String {
    let mut text = String::new();
    for (tag, part, most) in [
        ("ZP", avs.location.postal_code.as_ref(), 9),
        ("AD", avs.street_address.as_ref(), 20),
    ] {
        let Some(part) = part else { continue };
        let kept: String = part
            .as_str()
            .chars()
            .filter(|letter| matches!(letter, ' '..='~'))
            .take(most)
            .collect();
        text.push_str(&format!("{tag}{:02}{kept}", kept.len()));
    }
    text
}

/// Field 11: 000001 to 999999, and again.
fn number(trace: HostTrace) -> String {
    format!("{:06}", trace.number.saturating_sub(1) % 999_999 + 1)
}

/// Field 7.
fn transmission(date: Date) -> String {
    let (_, month, day, hour, minute, second) = date.parts();
    format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// Goods and services, from and to no account in particular.
const PURCHASE: &str = "000000";

/// Processing code of money given back.
const RETURN: &str = "200000";

/// Electronic commerce; the terminal takes no PIN.
const ENTRY_MODE: &str = "812";

/// Electronic commerce.
const CONDITION: &str = "59";

/// The digits of base 32 (RFC 4648).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use super::*;
    use set_core::msg::ids::{Rrpid, Xid};

    #[test]
    fn trace_numbers_go_from_one_to_999999_and_begin_again() {
        for (drawn, shown) in [
            (1, "000001"),
            (999_999, "999999"),
            (1_000_000, "000001"),
            (2_000_000, "000002"),
        ] {
            let trace = HostTrace {
                number: drawn,
                date: Date::EPOCH,
                repeated: false,
            };
            assert_eq!(number(trace), shown, "{drawn}");
        }
    }

    #[test]
    fn the_reference_is_of_the_authorization_alone() {
        let key = |octet| IdempotencyKey {
            xid: Xid::new([octet; 20]),
            rrpid: Rrpid::new([2; 20]),
        };
        let one = reference(key(1));
        assert_eq!(one.len(), 12);
        assert_eq!(one, reference(key(1)));
        assert_ne!(one, reference(key(3)));
    }

    #[test]
    fn the_host_s_own_echo_test_is_answered_in_kind() {
        let asked = network(NetworkCode::Echo, 7, Date::EPOCH, "123");
        let answer = network_response(&asked).unwrap();
        assert_eq!(answer.message_type().number(), 810);
        assert_eq!(answer.text(Field::TRACE), Some("000007"));
        assert_eq!(answer.text(Field::RESPONSE_CODE), Some("00"));
        assert_eq!(network_response(&answer), None);
    }
}
