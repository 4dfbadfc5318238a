use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::http::header;
use set_cardholder::{
    CardData, Config, EnrollArgs, Failure, InquireArgs, PayArgs, RenewArgs, Wallet, enroll,
    inquire, orders, pay, renew, show,
};
use set_node::call::Trace;
use set_node::cli::{Exit, OutputFormat};
use set_node::enroll::{FieldArg, RootArgs, Thumbprint};
use set_node::keystore::Passphrase;
use set_node::pem;
use set_node::program::{self, Failing as _, Screen};
use set_node::transport::{Endpoint, MediaType};
use set_testkit::hierarchy::{BRAND, hierarchy};

use crate::ca::TestCa;
use crate::merchant::{TestMerchant, wake_up};
use crate::rig::{PAN, Server, scan, serve, shows_the_card, station};

/// What was shown on the screen.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Page {
    fn screen(&self, format: OutputFormat) -> Screen {
        Screen::new(format, self.clone())
    }

    fn text(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

fn config() -> Config {
    let mut config = Config::default();
    config.keys.iterations = 1_000;
    config
}

async fn wallet(data: &Path) -> Wallet {
    let passphrase = Passphrase::new("open sesame").unwrap();
    Wallet::with_station(data, config(), Trace::Off, passphrase, station())
        .await
        .unwrap()
}

fn card() -> Result<CardData, Failure> {
    CardData::parse("5500 0000 0000 0004", "12/1999")
}

fn enrollment(data: &Path, ca: &Endpoint) -> EnrollArgs {
    let root = &hierarchy().root.certificate;
    let file = data.join("root.pem");
    std::fs::write(&file, pem::encode("CERTIFICATE", root.octets())).unwrap();
    EnrollArgs {
        ca: ca.clone(),
        root: RootArgs {
            root: Some(file),
            root_thumbprint: Some(Thumbprint(root.thumbprint(station().crypto()))),
        },
        brand: BRAND.to_owned(),
        fields: vec![FieldArg::new("name", "Ada")],
        anew: false,
    }
}

/// A wallet that was enrolled over TCP.
async fn enrolled(data: &Path, page: &Page) -> Wallet {
    let ca = serve(TestCa::new(), axum::Router::new()).await;
    let args = enrollment(data, &ca.endpoints[0]);
    let mut wallet = wallet(data).await;
    wallet.require_empty().unwrap();
    let mut screen = page.screen(OutputFormat::Text);
    let exit = enroll(&mut wallet, &args, card, &mut screen).await.unwrap();
    assert_eq!(exit, Exit::Success);
    // What comes next is another process, which knows what the files say.
    drop(wallet);
    self::wallet(data).await
}

async fn shop() -> Server {
    serve(TestMerchant::new(), axum::Router::new()).await
}

fn order_file(data: &Path, endpoint: &Endpoint, brand: &str) -> PayArgs {
    let file = data.join("order.setpay");
    std::fs::write(&file, wake_up(&endpoint.to_string(), brand)).unwrap();
    PayArgs {
        wake_up: file.to_str().unwrap().to_owned(),
        yes: true,
        unsigned: false,
        brand: None,
        root: RootArgs::default(),
    }
}

#[tokio::test]
async fn a_card_is_enrolled_an_order_paid_and_inquired_about_and_the_number_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (data, page) = (folder.path(), Page::default());
    let mut wallet = enrolled(data, &page).await;
    assert!(page.text().contains("550000******0004"));
    assert!(matches!(wallet.require_empty(), Err(Failure::Input(_))));

    let merchant = shop().await;
    let args = order_file(data, &merchant.endpoints[0], BRAND);
    let exit = pay(
        &mut wallet,
        &args,
        card,
        &mut page.screen(OutputFormat::Json),
    )
    .await;
    assert_eq!(exit.unwrap(), Exit::Success);
    let paid = page.text();
    assert!(paid.contains("\"completion\":\"orderReceived\""), "{paid}");
    assert!(paid.contains("Corner Books, Springfield") && paid.contains("129.50 USD"));
    assert!(paid.contains("http://shop.example/thanks"));

    let args = InquireArgs {
        xid: None,
        last: true,
    };
    let exit = inquire(&mut wallet, &args, &mut page.screen(OutputFormat::Text)).await;
    assert_eq!(exit.unwrap(), Exit::Success);
    let mut shown = paid + &page.text();
    drop(wallet);

    // The next commands are other processes.
    for format in [OutputFormat::Text, OutputFormat::Json] {
        orders(data, &config(), &mut page.screen(format))
            .await
            .unwrap();
        show(data, &config(), &mut page.screen(format))
            .await
            .unwrap();
    }
    shown += &page.text();
    assert!(shown.contains("order received") && shown.contains("550000******0004"));
    assert!(!shows_the_card(shown.as_bytes()), "{shown}");
    assert!(scan(data) > 10_000);
    assert!(
        shows_the_card(PAN.as_bytes()),
        "the scan finds what is there"
    );
}

#[tokio::test]
async fn the_wake_up_is_fetched_from_a_shop_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let (data, page) = (folder.path(), Page::default());
    let mut wallet = enrolled(data, &page).await;
    let merchant = shop().await;
    let octets = wake_up(&merchant.endpoints[1].to_string(), BRAND);
    let reply = move || async move {
        let media = MediaType::PaymentInitiation.name();
        ([(header::CONTENT_TYPE, media)], octets.clone())
    };
    let routes = axum::Router::new()
        .route("/order", axum::routing::get(reply))
        .route("/page", axum::routing::get(async || "a page"));
    let web = serve(TestMerchant::new(), routes).await;
    let place = |path: &str| PayArgs {
        wake_up: format!("http://{}{path}", web.endpoints[1].authority()),
        yes: true,
        unsigned: false,
        brand: None,
        root: RootArgs::default(),
    };
    let mut screen = page.screen(OutputFormat::Text);
    let failure = pay(&mut wallet, &place("/page"), card, &mut screen).await;
    assert!(matches!(failure, Err(Failure::Fetch(_))), "{failure:?}");
    let exit = pay(&mut wallet, &place("/order"), card, &mut screen).await;
    assert_eq!(exit.unwrap(), Exit::Success);
}

#[tokio::test]
async fn an_order_is_remembered_although_the_merchant_falls_silent() {
    let folder = tempfile::tempdir().unwrap();
    let (data, page) = (folder.path(), Page::default());
    let mut wallet = enrolled(data, &page).await;
    let merchant = serve(
        crate::rig::SilentAfterOffer(TestMerchant::new()),
        axum::Router::new(),
    );
    let merchant = merchant.await;
    let args = order_file(data, &merchant.endpoints[1], BRAND);
    let failure = pay(
        &mut wallet,
        &args,
        card,
        &mut page.screen(OutputFormat::Text),
    )
    .await;
    let Err(failure @ Failure::Unanswered { .. }) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(failure.exit(), Exit::Unreachable);
    let mut screen = page.screen(OutputFormat::Text);
    orders(data, &config(), &mut screen).await.unwrap();
    assert!(page.text().contains("not answered"));
}

#[tokio::test]
async fn nothing_is_ordered_of_a_shop_of_another_brand_or_without_consent() {
    let folder = tempfile::tempdir().unwrap();
    let (data, page) = (folder.path(), Page::default());
    let mut wallet = enrolled(data, &page).await;
    let merchant = shop().await;
    let mut screen = page.screen(OutputFormat::Text);
    let args = order_file(data, &merchant.endpoints[0], "Elsewhere");
    let failure = pay(&mut wallet, &args, card, &mut screen).await;
    assert!(matches!(failure, Err(Failure::Brand { .. })), "{failure:?}");
    let args = PayArgs {
        yes: false,
        ..order_file(data, &merchant.endpoints[0], BRAND)
    };
    let failure = pay(&mut wallet, &args, card, &mut screen).await;
    assert!(matches!(failure, Err(Failure::Disagreed)), "{failure:?}");
    page.text();
    orders(data, &config(), &mut screen).await.unwrap();
    assert_eq!(page.text(), "no orders\n");
}

#[tokio::test]
async fn a_pended_card_is_taken_up_by_the_next_run_and_renewed_later() {
    let folder = tempfile::tempdir().unwrap();
    let (data, page) = (folder.path(), Page::default());
    let ca = serve(TestCa::pending(2), axum::Router::new()).await;
    let args = enrollment(data, &ca.endpoints[0]);
    let mut screen = page.screen(OutputFormat::Text);
    let mut first = wallet(data).await;
    let failure = enroll(&mut first, &args, card, &mut screen)
        .await
        .unwrap_err();
    assert!(is_pended(&failure), "{failure}");
    drop(first);
    assert!(scan(data) > 1_000);
    // From now on nobody asks for the card.
    let unasked = || -> Result<CardData, Failure> { panic!("the card is known") };
    let mut second = wallet(data).await;
    let failure = enroll(&mut second, &args, unasked, &mut screen)
        .await
        .unwrap_err();
    assert!(is_pended(&failure), "{failure}");
    let mut third = wallet(data).await;
    enroll(&mut third, &args, unasked, &mut screen)
        .await
        .unwrap();
    let enrolled = page.text();
    assert!(enrolled.contains("550000******0004"), "{enrolled}");

    let args = RenewArgs {
        ca: None,
        fields: Vec::new(),
    };
    let mut fourth = wallet(data).await;
    renew(&mut fourth, &args, None, &mut screen).await.unwrap();
    let renewed = page.text();
    assert!(renewed.contains("550000******0004"), "{renewed}");
    assert_ne!(enrolled, renewed, "the certificate has another name");
    drop(fourth);
    scan(data);
    let merchant = shop().await;
    let mut fifth = wallet(data).await;
    let args = order_file(data, &merchant.endpoints[0], BRAND);
    let exit = pay(&mut fifth, &args, card, &mut screen).await;
    assert_eq!(exit.unwrap(), Exit::Success);
}

fn is_pended(failure: &Failure) -> bool {
    matches!(failure, Failure::Program(program::Failure::Pended))
}
