use proptest::prelude::*;

use super::*;
use crate::msg::amount::Currency;
use crate::msg::recur::InstallTotalTrans;

const SHOP: &str = "MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=us-ascii\r\n\
    Content-Transfer-Encoding: 7bit\r\n\
    SET-Initiation-Type: Payment-Initiation\r\n\
    SET-Version: 1.0\r\n\
    SET-SET-URL: http://shop.example/set\r\n\
    SET-Query-URL: set://shop.example:257\r\n\
    SET-Success-URL: https://shop.example/thanks\r\n\
    SET-Brand: Brand:Gold http://shop.example/gold.png\r\n\
    SET-Brand: Other Brand\r\n\
    SET-PurchAmt: 840 12950 -2\r\n\
    SET-LID-M: 00ff2a\r\n\
    SET-Recurring: 31 19960223\r\n\
    SET-Ext-OID: 2.23.42.10.392\r\n\
    SET-Ext-Data: BQA=\r\n\
    SET-Ext-Mandatory: true\r\n\
    SET-Echo-In-Request: cart 7\r\n\
    \r\n\
    One teapot\r\n";

fn refusal(text: &str) -> WakeUpError {
    WakeUp::parse(text.as_bytes()).unwrap_err()
}

/// The example with one line replaced.
fn with(field: &str, line: &str) -> String {
    let mut lines: Vec<&str> = SHOP.split("\r\n").collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with(field))
        .unwrap();
    lines[at] = line;
    lines.join("\r\n")
}

#[test]
fn every_field_is_read_as_its_type() {
    let wake_up = WakeUp::parse(SHOP.as_bytes()).unwrap();
    let payment = wake_up.payment().unwrap();
    assert_eq!(payment.set_url.as_str(), "http://shop.example/set");
    assert_eq!(payment.purch_amt.currency, Currency::new(840).unwrap());
    assert_eq!(
        (payment.purch_amt.amount, payment.purch_amt.amt_exp10),
        (12950, -2)
    );
    assert_eq!(payment.lid_m.unwrap().as_octets(), [0, 0xff, 0x2a]);
    assert_eq!(payment.od, b"One teapot\r\n");
    let brands: Vec<&str> = payment.brands.iter().map(|b| b.brand_id.as_str()).collect();
    assert_eq!(brands, ["Brand:Gold", "Other Brand"]);
    assert_eq!(
        payment.brands[0].logo.as_ref().unwrap().as_str(),
        "http://shop.example/gold.png"
    );
    let Some(InstallRecurInd::Recurring(recurring)) = &wake_up.install_recur_ind else {
        panic!("recurring");
    };
    assert_eq!(
        recurring.recurring_expiry.to_string(),
        "1996-02-23T00:00:00Z"
    );
    assert_eq!(wake_up.query_url.as_ref().unwrap().scheme(), Scheme::Set);
    let extension = wake_up.extension.as_ref().unwrap();
    assert_eq!(
        (&extension.data[..], extension.mandatory),
        (&[5, 0][..], true)
    );
    assert!(wake_up.check_extension(|_| true).is_ok());
    let unknown = wake_up.check_extension(|_| false).unwrap_err();
    assert_eq!(unknown.field(), Some(Field::ExtOid));
}

#[test]
fn a_field_that_does_not_parse_refuses_the_whole_and_is_named() {
    for (field, line) in [
        (Field::MimeVersion, "MIME-Version: 2.0"),
        (Field::ContentType, "Content-Type: plain"),
        (
            Field::ContentTransferEncoding,
            "Content-Transfer-Encoding: quoted-printable",
        ),
        (Field::InitiationType, "SET-Initiation-Type: Payment"),
        (Field::Version, "SET-Version: 2.0"),
        (Field::SetUrl, "SET-SET-URL: shop.example"),
        (Field::SetUrl, "SET-SET-URL: file:///etc/passwd"),
        (
            Field::SetUrl,
            "SET-SET-URL: http://bank.example@evil.example/",
        ),
        (Field::QueryUrl, "SET-Query-URL: set://"),
        (Field::SuccessUrl, "SET-Success-URL: javascript:alert(1)"),
        (Field::Brand, "SET-Brand:"),
        (
            Field::Brand,
            "SET-Brand: ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNO",
        ),
        (Field::PurchAmt, "SET-PurchAmt: 840 -1 -2"),
        (Field::PurchAmt, "SET-PurchAmt: 840 1"),
        (Field::PurchAmt, "SET-PurchAmt: 840 1 -2 3"),
        (Field::PurchAmt, "SET-PurchAmt: 1000 1 -2"),
        (Field::PurchAmt, "SET-PurchAmt: 840 18446744073709551616 -2"),
        (Field::PurchAmt, "SET-PurchAmt: 840 1 --2"),
        (Field::LidM, "SET-LID-M: 0"),
        (Field::LidM, "SET-LID-M: 0g"),
        (Field::LidM, "SET-LID-M:"),
        (Field::Recurring, "SET-Recurring: 0 19960223"),
        (Field::Recurring, "SET-Recurring: 31 19960230"),
        (Field::InstallTotalTrans, "SET-InstallTotalTrans: 1"),
        (Field::ExtOid, "SET-Ext-OID: two"),
        (Field::ExtData, "SET-Ext-Data: !"),
        (Field::ExtMandatory, "SET-Ext-Mandatory: yes"),
        (Field::ErrorField, "SET-Error-Field: Who-Knows"),
    ] {
        let place = if SHOP.contains(&format!("\n{field}:")) {
            field.name()
        } else {
            "SET-Echo-In-Request"
        };
        assert_eq!(refusal(&with(place, line)).field(), Some(field), "{line}");
    }
}

#[test]
fn only_brands_repeat() {
    for field in Field::ALL {
        let Some(line) = SHOP
            .lines()
            .find(|line| line.starts_with(&format!("{field}:")))
        else {
            continue;
        };
        let twice = SHOP.replacen(line, &format!("{line}\r\n{line}"), 1);
        let read = WakeUp::parse(twice.as_bytes());
        match field {
            Field::Brand => assert_eq!(read.unwrap().brands.len(), 3),
            _ => assert_eq!(read.unwrap_err().fault(), &WakeUpFault::Repeated, "{field}"),
        }
    }
    let both = with("SET-Echo", "SET-InstallTotalTrans: 3");
    assert_eq!(refusal(&both).field(), Some(Field::InstallTotalTrans));
}

#[test]
fn unknown_fields_are_ignored_and_names_come_in_any_case() {
    let text = with("SET-Version", "set-version: 1.0\r\nX-Shop: caf\u{7e}");
    let wake_up = WakeUp::parse(text.as_bytes()).unwrap();
    assert_eq!(wake_up, WakeUp::parse(SHOP.as_bytes()).unwrap());
}

#[test]
fn folded_lines_are_one_line() {
    let text = with("SET-PurchAmt", "SET-PurchAmt: 840\r\n\t12950\r\n  -2");
    let wake_up = WakeUp::parse(text.as_bytes()).unwrap();
    assert_eq!(wake_up, WakeUp::parse(SHOP.as_bytes()).unwrap());
}

#[test]
fn lines_end_in_crlf_and_are_bounded() {
    assert_eq!(refusal("").fault(), &WakeUpFault::LineEnd(1));
    assert_eq!(refusal("A: b\n\n").fault(), &WakeUpFault::LineEnd(1));
    assert_eq!(refusal("A: b\r\n").fault(), &WakeUpFault::LineEnd(2));
    assert_eq!(refusal(" A: b\r\n\r\n").fault(), &WakeUpFault::NotAField(1));
    assert_eq!(
        refusal("no field\r\n\r\n").fault(),
        &WakeUpFault::NotAField(1)
    );
    assert_eq!(
        refusal("A: b\u{e9}\r\n\r\n").fault(),
        &WakeUpFault::NotAField(1)
    );
    let long = format!("A: {}\r\n\r\n", "x".repeat(MAX_LINE - 2));
    assert_eq!(refusal(&long).fault(), &WakeUpFault::LongLine(1));
    let folded = format!(
        "A: b\r\n{}\r\n",
        format!(" {}\r\n", "x".repeat(500)).repeat(2)
    );
    assert_eq!(refusal(&folded).fault(), &WakeUpFault::LongLine(3));
    let many = format!("{}\r\n", "A: b\r\n".repeat(MAX_FIELDS + 1));
    assert_eq!(refusal(&many).fault(), &WakeUpFault::TooManyFields);
    let large = "x".repeat(MAX_OCTETS + 1);
    assert_eq!(refusal(&large).fault(), &WakeUpFault::TooLarge);
}

#[test]
fn the_body_is_decoded_before_it_is_the_order_description() {
    let body = |encoding: &str, body: &str| {
        let text = format!(
            "SET-Initiation-Type: Payment-Initiation\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"
        );
        WakeUp::parse(text.as_bytes()).map(|wake_up| wake_up.od)
    };
    assert_eq!(body("7bit", "a\r\nb").unwrap(), b"a\r\nb");
    assert_eq!(
        body("BASE64", "T25lIHRl\r\nYXBvdA==\r\n").unwrap(),
        b"One teapot"
    );
    assert_eq!(body("binary", "\u{e9}\0").unwrap(), "\u{e9}\0".as_bytes());
    for (encoding, content) in [
        ("7bit", "\u{e9}"),
        ("7bit", "\0"),
        ("base64", "T25"),
        ("base64", "T25l IHRl"),
        ("base64", "T25=T25="),
    ] {
        let fault = body(encoding, content).unwrap_err();
        assert_eq!(
            fault.field(),
            Some(Field::ContentTransferEncoding),
            "{content:?}"
        );
    }
}

#[test]
fn a_purchase_needs_an_address_a_brand_and_an_amount() {
    for field in [Field::SetUrl, Field::PurchAmt] {
        let wake_up = WakeUp::parse(with(field.name(), "X-Gone: 1").as_bytes()).unwrap();
        let fault = wake_up.payment().unwrap_err();
        assert_eq!(
            (fault.field(), fault.fault()),
            (Some(field), &WakeUpFault::Missing)
        );
    }
    let mut wake_up = WakeUp::parse(SHOP.as_bytes()).unwrap();
    wake_up.brands.clear();
    assert_eq!(wake_up.payment().unwrap_err().field(), Some(Field::Brand));
    let inquiry = WakeUp::new(InitiationType::Inquiry);
    assert_eq!(
        inquiry.payment().unwrap_err().field(),
        Some(Field::InitiationType)
    );
    assert_eq!(
        refusal("SET-Version: 1.0\r\n\r\n").field(),
        Some(Field::InitiationType)
    );
}

#[test]
fn an_extension_is_whole_or_absent() {
    let no_oid = with("SET-Ext-OID", "X-Gone: 1");
    assert_eq!(refusal(&no_oid).field(), Some(Field::ExtOid));
    let no_data = with("SET-Ext-Data", "X-Gone: 1");
    assert_eq!(refusal(&no_data).field(), Some(Field::ExtData));
}

#[test]
fn a_writer_cannot_be_made_to_write_another_field() {
    let mut wake_up = WakeUp::new(InitiationType::Payment);
    wake_up.content_type = "text/plain\r\nSET-LID-M: 00".to_owned();
    let fault = wake_up.to_octets().unwrap_err();
    assert_eq!(fault.field(), Some(Field::ContentType));
    assert!(Echo::new("a\r\nSET-LID-M: 00").is_err());
    assert!("http://a/\r\nSET-LID-M:00".parse::<WebAddress>().is_err());
    let mut wake_up = WakeUp::new(InitiationType::Payment);
    let wide = AcceptedBrand {
        brand_id: BrandId::new("店\r\n").unwrap(),
        logo: None,
    };
    wake_up.brands = vec![wide];
    let fault = wake_up.to_octets().unwrap_err();
    assert_eq!(fault.field(), Some(Field::Brand));
}

fn address() -> impl Strategy<Value = WebAddress> {
    "(http|https|set)://[a-z0-9.]{1,20}(:[0-9]{1,5})?(/[!-~]{0,40})?"
        .prop_map(|text| text.parse().unwrap())
}

fn brand() -> impl Strategy<Value = AcceptedBrand> {
    let name = "[A-Za-z]([A-Za-z :.]{0,38}[A-Za-z])?";
    (name, proptest::option::of(address())).prop_map(|(name, logo)| AcceptedBrand {
        brand_id: BrandId::new(name).unwrap(),
        logo,
    })
}

prop_compose! {
    fn any_wake_up()(
        addresses in proptest::collection::vec(proptest::option::of(address()), 7),
        brands in proptest::collection::vec(brand(), 0..5),
        amount in proptest::option::of((1u16..=999, any::<u64>(), -9i32..=9)),
        lid_m in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..=20)),
        instalments in proptest::option::of(2u64..),
        data in proptest::option::of((proptest::collection::vec(any::<u8>(), 0..200), any::<bool>())),
        echo in proptest::option::of("[!-~]([ -~]{0,80}[!-~])?"),
        text in any::<bool>(),
        od in proptest::collection::vec(any::<u8>(), 0..2000),
    ) -> WakeUp {
        let mut wake_up = WakeUp::new(InitiationType::Payment);
        let mut addresses = addresses.into_iter();
        let mut next = || addresses.next().unwrap();
        (wake_up.set_url, wake_up.query_url, wake_up.success_url) = (next(), next(), next());
        (wake_up.failure_url, wake_up.cancel_url) = (next(), next());
        (wake_up.service_url, wake_up.diagnostic_url) = (next(), next());
        wake_up.brands = brands;
        wake_up.purch_amt = amount.map(|(currency, amount, amt_exp10)| CurrencyAmount {
            currency: Currency::new(currency).unwrap(),
            amount,
            amt_exp10,
        });
        wake_up.lid_m = lid_m.map(|octets| LocalId::new(octets).unwrap());
        wake_up.install_recur_ind = instalments.map(|number| {
            InstallRecurInd::InstallTotalTrans(InstallTotalTrans::new(number).unwrap())
        });
        wake_up.extension = data.map(|(data, mandatory)| Extension {
            oid: ObjectIdentifier::new_unwrap("2.23.42.1.4"),
            data,
            mandatory,
        });
        wake_up.echo_in_request = echo.map(|text| Echo::new(text).unwrap());
        wake_up.od = if text { od.iter().map(|octet| octet & 0x7f).collect() } else { od };
        wake_up
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(wake_up in any_wake_up()) {
        let octets = wake_up.to_octets().unwrap();
        prop_assert_eq!(WakeUp::parse(&octets).unwrap(), wake_up);
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let _ = WakeUp::parse(&octets);
    }

    #[test]
    fn what_is_read_from_an_altered_message_can_be_written(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = SHOP.as_bytes().to_vec();
        for (place, octet) in changes {
            let at = place.index(octets.len());
            octets[at] = octet;
        }
        if let Ok(wake_up) = WakeUp::parse(&octets) {
            let again = wake_up.to_octets().unwrap();
            prop_assert_eq!(WakeUp::parse(&again).unwrap(), wake_up);
        }
    }
}
