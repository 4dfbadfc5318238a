use super::error::{WakeUpError, WakeUpFault};
use super::field::Field;
use super::transfer::Transfer;
use super::value::{self, expected};
use super::{Echo, Extension, InitiationType, MAX_FIELDS, MAX_LINE, MAX_OCTETS, WakeUp};
use crate::msg::recur::InstallRecurInd;

pub(super) fn parse(octets: &[u8]) -> Result<WakeUp, WakeUpError> {
    if octets.len() > MAX_OCTETS {
        return Err(WakeUpError::whole(WakeUpFault::TooLarge));
    }
    let (fields, body) = header(octets).map_err(WakeUpError::whole)?;
    let mut draft = Draft::default();
    for (name, value) in &fields {
        if let Some(field) = Field::of_name(name) {
            draft.enter(field, value)?;
        }
    }
    draft.finish(body)
}

/// What has been read so far.
#[derive(Default)]
struct Draft {
    seen: Vec<Field>,
    initiation_type: Option<InitiationType>,
    content_type: Option<String>,
    transfer: Transfer,
    ext_oid: Option<der::asn1::ObjectIdentifier>,
    ext_data: Option<Vec<u8>>,
    ext_mandatory: Option<bool>,
    rest: Option<Box<WakeUp>>,
}

impl Draft {
    fn enter(&mut self, field: Field, text: &str) -> Result<(), WakeUpError> {
        if self.seen.contains(&field) && !field.repeats() {
            return Err(field.at_fault(WakeUpFault::Repeated));
        }
        self.seen.push(field);
        self.read(field, text)
            .map_err(|fault| field.at_fault(fault))
    }

    fn read(&mut self, field: Field, text: &str) -> Result<(), WakeUpFault> {
        let rest = self
            .rest
            .get_or_insert_with(|| Box::new(WakeUp::new(InitiationType::Payment)));
        match field {
            Field::MimeVersion | Field::Version => value::literal(text, "1.0")?,
            Field::ContentType => self.content_type = Some(value::content_type(text)?),
            Field::ContentTransferEncoding => {
                self.transfer =
                    Transfer::of_name(text).ok_or(expected("7bit, base64 or binary"))?;
            }
            Field::InitiationType => self.initiation_type = Some(InitiationType::of_name(text)?),
            Field::SetUrl => rest.set_url = Some(text.parse()?),
            Field::QueryUrl => rest.query_url = Some(text.parse()?),
            Field::SuccessUrl => rest.success_url = Some(text.parse()?),
            Field::FailureUrl => rest.failure_url = Some(text.parse()?),
            Field::CancelUrl => rest.cancel_url = Some(text.parse()?),
            Field::ServiceUrl => rest.service_url = Some(text.parse()?),
            Field::DiagnosticUrl => rest.diagnostic_url = Some(text.parse()?),
            Field::Brand => rest.brands.push(value::brand(text)?),
            Field::PurchAmt => rest.purch_amt = Some(value::purch_amt(text)?),
            Field::LidM => rest.lid_m = Some(value::lid_m(text)?),
            Field::InstallTotalTrans => {
                let indicator =
                    InstallRecurInd::InstallTotalTrans(value::install_total_trans(text)?);
                once(&mut rest.install_recur_ind, indicator)?;
            }
            Field::Recurring => {
                let indicator = InstallRecurInd::Recurring(value::recurring(text)?);
                once(&mut rest.install_recur_ind, indicator)?;
            }
            Field::ExtOid => self.ext_oid = Some(value::object_identifier(text)?),
            Field::ExtData => self.ext_data = Some(value::ext_data(text)?),
            Field::ExtMandatory => self.ext_mandatory = Some(value::ext_mandatory(text)?),
            Field::EchoInRequest => rest.echo_in_request = Some(Echo::new(text)?),
            Field::EchoInResponse => rest.echo_in_response = Some(Echo::new(text)?),
            Field::ErrorField => {
                let field = Field::of_name(text).ok_or(expected("the name of a field"))?;
                rest.error_field = Some(field);
            }
        }
        Ok(())
    }

    fn finish(self, body: &[u8]) -> Result<WakeUp, WakeUpError> {
        let initiation_type = self
            .initiation_type
            .ok_or(Field::InitiationType.at_fault(WakeUpFault::Missing))?;
        let extension = match (self.ext_oid, self.ext_data, self.ext_mandatory) {
            (None, None, None) => None,
            (None, ..) => return Err(Field::ExtOid.at_fault(WakeUpFault::Missing)),
            (Some(_), None, _) => return Err(Field::ExtData.at_fault(WakeUpFault::Missing)),
            (Some(oid), Some(data), mandatory) => Some(Extension {
                oid,
                data,
                mandatory: mandatory.unwrap_or(false),
            }),
        };
        let od = self
            .transfer
            .decode(body)
            .map_err(|fault| Field::ContentTransferEncoding.at_fault(fault))?;
        let mut wake_up = self
            .rest
            .map_or_else(|| WakeUp::new(initiation_type), |rest| *rest);
        wake_up.initiation_type = initiation_type;
        if let Some(content_type) = self.content_type {
            wake_up.content_type = content_type;
        }
        wake_up.extension = extension;
        wake_up.od = od;
        Ok(wake_up)
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), WakeUpFault> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(WakeUpFault::Repeated),
    }
}

type Fields = Vec<(String, String)>;

/// Splits octets into fields, folded lines joined, and the body.
fn header(octets: &[u8]) -> Result<(Fields, &[u8]), WakeUpFault> {
    let mut fields: Fields = Vec::new();
    let mut rest = octets;
    for number in 1.. {
        let (line, after) = first_line(rest, number)?;
        rest = after;
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut().ok_or(WakeUpFault::NotAField(number))?;
            value.push(' ');
            value.push_str(line.trim_matches([' ', '\t']));
            if value.len() > MAX_LINE {
                return Err(WakeUpFault::LongLine(number));
            }
            continue;
        }
        if fields.len() == MAX_FIELDS {
            return Err(WakeUpFault::TooManyFields);
        }
        let (name, value) = line
            .split_once(':')
            .filter(|(name, _)| is_name(name))
            .ok_or(WakeUpFault::NotAField(number))?;
        fields.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
    }
    Ok((fields, rest))
}

/// A line without its CRLF, and what follows.
fn first_line(octets: &[u8], number: usize) -> Result<(&str, &[u8]), WakeUpFault> {
    let reach = octets.get(..MAX_LINE + 2).unwrap_or(octets);
    let Some(end) = reach.windows(2).position(|pair| pair == b"\r\n") else {
        return Err(if reach.len() == MAX_LINE + 2 {
            WakeUpFault::LongLine(number)
        } else {
            WakeUpFault::LineEnd(number)
        });
    };
    let (line, rest) = octets.split_at(end);
    let printable = |octet: &u8| matches!(octet, 0x20..=0x7e | b'\t');
    let text = str::from_utf8(line)
        .ok()
        .filter(|_| line.iter().all(printable))
        .ok_or(WakeUpFault::NotAField(number))?;
    Ok((text, rest.get(2..).unwrap_or(&[])))
}

/// A field name of MIME: printable, without space or colon.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic())
}
