use core::fmt::Display;

use super::error::{WakeUpError, WakeUpFault};
use super::field::Field;
use super::transfer::Transfer;
use super::{MAX_FIELDS, MAX_LINE, MAX_OCTETS, WakeUp, value};
use crate::msg::recur::InstallRecurInd;

pub(super) fn write(wake_up: &WakeUp) -> Result<Vec<u8>, WakeUpError> {
    let transfer = Transfer::fitting(&wake_up.od);
    let mut header = Header::default();
    header.field(Field::MimeVersion, "1.0")?;
    let content_type = value::content_type(&wake_up.content_type)
        .map_err(|fault| Field::ContentType.at_fault(fault))?;
    header.field(Field::ContentType, content_type)?;
    header.field(Field::ContentTransferEncoding, transfer.name())?;
    header.field(Field::InitiationType, wake_up.initiation_type.name())?;
    header.field(Field::Version, "1.0")?;
    for (field, address) in [
        (Field::SetUrl, &wake_up.set_url),
        (Field::QueryUrl, &wake_up.query_url),
        (Field::SuccessUrl, &wake_up.success_url),
        (Field::FailureUrl, &wake_up.failure_url),
        (Field::CancelUrl, &wake_up.cancel_url),
        (Field::ServiceUrl, &wake_up.service_url),
        (Field::DiagnosticUrl, &wake_up.diagnostic_url),
    ] {
        header.optional(field, address.as_ref())?;
    }
    for brand in &wake_up.brands {
        let text = match &brand.logo {
            Some(logo) => format!("{} {logo}", brand.brand_id),
            None => brand.brand_id.to_string(),
        };
        // Not every brand can stand in ASCII.
        match value::brand(&text) {
            Ok(read) if read == *brand => header.field(Field::Brand, text)?,
            Ok(_) => {
                return Err(Field::Brand.at_fault(value::expected("a brand without outer spaces")));
            }
            Err(fault) => return Err(Field::Brand.at_fault(fault)),
        }
    }
    let purch_amt = wake_up.purch_amt.map(|amount| {
        let currency = amount.currency.value();
        format!("{currency:03} {} {}", amount.amount, amount.amt_exp10)
    });
    header.optional(Field::PurchAmt, purch_amt)?;
    header.optional(Field::LidM, wake_up.lid_m.as_ref())?;
    match &wake_up.install_recur_ind {
        Some(InstallRecurInd::InstallTotalTrans(number)) => {
            header.field(Field::InstallTotalTrans, number.value())?;
        }
        Some(InstallRecurInd::Recurring(recurring)) => {
            header.field(Field::Recurring, value::recurring_text(recurring))?;
        }
        None => {}
    }
    if let Some(extension) = &wake_up.extension {
        header.field(Field::ExtOid, extension.oid)?;
        header.field(Field::ExtData, value::ext_data_text(&extension.data))?;
        header.field(Field::ExtMandatory, extension.mandatory)?;
    }
    let echo = wake_up.echo_in_request.as_ref().map(super::Echo::as_str);
    header.optional(Field::EchoInRequest, echo)?;
    let echo = wake_up.echo_in_response.as_ref().map(super::Echo::as_str);
    header.optional(Field::EchoInResponse, echo)?;
    header.optional(Field::ErrorField, wake_up.error_field)?;
    header.close(&transfer.encode(&wake_up.od))
}

#[derive(Default)]
struct Header {
    text: String,
    fields: usize,
}

impl Header {
    fn field(&mut self, field: Field, value: impl Display) -> Result<(), WakeUpError> {
        let line = format!("{field}: {value}");
        let writable = |octet: u8| matches!(octet, 0x20..=0x7e);
        if !line.bytes().all(writable) {
            return Err(field.at_fault(value::expected("printable ASCII")));
        }
        if line.len() > MAX_LINE {
            return Err(field.at_fault(WakeUpFault::LongLine(self.fields + 1)));
        }
        self.fields += 1;
        self.text.push_str(&line);
        self.text.push_str("\r\n");
        Ok(())
    }

    fn optional(&mut self, field: Field, value: Option<impl Display>) -> Result<(), WakeUpError> {
        value.map_or(Ok(()), |value| self.field(field, value))
    }

    fn close(self, body: &[u8]) -> Result<Vec<u8>, WakeUpError> {
        if self.fields > MAX_FIELDS {
            return Err(WakeUpError::whole(WakeUpFault::TooManyFields));
        }
        let mut octets = self.text.into_bytes();
        octets.extend_from_slice(b"\r\n");
        octets.extend_from_slice(body);
        if octets.len() > MAX_OCTETS {
            return Err(WakeUpError::whole(WakeUpFault::TooLarge));
        }
        Ok(octets)
    }
}
