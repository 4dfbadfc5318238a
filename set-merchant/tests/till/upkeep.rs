//! A merchant that keeps itself in order while it serves.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use set_core::asn1::Date;
use set_core::ca::lists::{next_bci, next_crl};
use set_core::merchant::Merchant;
use set_core::party::{Identity, Trust};
use set_merchant::{Config, Gateway, Pos, Till, UpkeptMerchant, enroll, renew_with};
use set_node::call::Trace;
use set_node::keystore::Passphrase;
use set_node::station::Station;
use set_node::upkeep::{Task, Upkeep, UpkeepMetrics};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{Issued, hierarchy};
use tempfile::TempDir;

use crate::enrollment::Town;
use crate::rig::{Printed, everything, station};

const DAY: u64 = 86_400;

/// An enrolled merchant, and the clock of it and its CA.
struct Rig {
    town: Town,
    clock: Arc<Clock>,
    till: Arc<Till>,
    upkeep: Upkeep<UpkeptMerchant>,
}

async fn pos(folder: &TempDir, clock: &Arc<Clock>) -> Pos {
    let mut config = Config::default();
    config.keys.iterations = 1000;
    let clock = Arc::clone(clock);
    let station = Station::new("upkeep-test", "1")
        .unwrap()
        .with_clock(move || clock.now());
    let passphrase = Passphrase::new("test").unwrap();
    Pos::with_station(folder.path(), config, Trace::Off, passphrase, station)
        .await
        .unwrap()
}

async fn rig(days: u64) -> Rig {
    let clock = Arc::new(Clock::default());
    let town = Town::at(&clock, days * DAY).await;
    let mut pos = pos(&town.folder, &clock).await;
    let args = town.args(Some(town.gateway.tcp.clone()));
    enroll(&mut pos, &args, &mut Printed::default().screen())
        .await
        .unwrap();
    let till = Arc::new(Till::open(&pos, Gateway::new(None)).unwrap());
    let (station, config) = (pos.station().clone(), pos.config().upkeep.clone());
    let party = UpkeptMerchant::new(pos, Arc::clone(&till));
    let upkeep = Upkeep::new(party, station, config, UpkeepMetrics::default());
    assert!(upkeep.look().await.is_empty());
    Rig {
        town,
        clock,
        till,
        upkeep,
    }
}

impl Rig {
    fn in_service(&self) -> Merchant {
        Merchant::clone(&self.till.in_service())
    }

    fn ends(&self) -> Date {
        self.in_service().signature.certificate.not_after()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_renewed_and_in_service_before_the_old_ones_end() {
    let rig = rig(24).await;
    let old = rig.in_service();
    rig.clock.advance(15 * DAY);
    let tried = rig.upkeep.look().await;
    assert_eq!(tried, [(Task::Refresh, true)]);
    // Three quarters of a third of the lifetime before the end it is due for sure.
    rig.clock.advance(3 * DAY);
    let tried = rig.upkeep.look().await;
    assert!(tried.contains(&(Task::Renew, true)), "{tried:?}");
    let new = rig.in_service();
    for (new, old) in [
        (&new.signature, &old.signature),
        (&new.encryption, &old.encryption),
    ] {
        assert_ne!(new.key.public_key(), old.key.public_key());
        assert_eq!(new.certificate.not_after(), rig.clock.now().plus(24 * DAY));
    }
    rig.clock.advance(3_600);
    assert!(rig.upkeep.look().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_ca_does_not_decide_the_old_certificates_serve() {
    let rig = rig(24).await;
    let ends = rig.ends();
    rig.town.office.pends.store(true, Ordering::SeqCst);
    rig.clock.advance(18 * DAY);
    let tried = rig.upkeep.look().await;
    assert!(tried.contains(&(Task::Renew, false)), "{tried:?}");
    assert_eq!(rig.ends(), ends);
    // It was asked once, and is asked after from now on.
    rig.town.office.pends.store(false, Ordering::SeqCst);
    assert!(rig.upkeep.look().await.is_empty(), "there is a pause");
    rig.clock.advance(60);
    assert_eq!(rig.upkeep.look().await, [(Task::Renew, true)]);
    assert!(rig.ends() > ends);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_renews_beside_the_server_is_taken_into_service() {
    let rig = rig(24).await;
    let ends = rig.ends();
    rig.clock.advance(60);
    let mut beside = pos(&rig.town.folder, &rig.clock).await;
    renew_with(&mut beside, None, &[]).await.unwrap();
    assert_eq!(rig.ends(), ends);
    assert!(rig.upkeep.look().await.is_empty());
    assert_eq!(rig.ends(), noon().plus(24 * DAY + 60));
}

/// The lists of the brand, issued anew for a year.
fn issued_anew(at: Date) -> Trust {
    let all = hierarchy();
    let station = station();
    let context = station.context_at(at);
    let signer = |issued: &Issued| Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: Vec::new(),
    };
    let leaves = [&all.cca, &all.mca, &all.pca].map(|ca| &ca.crl_signing);
    let signers = [&all.root, &all.brand_ca].into_iter().chain(leaves);
    let mut trust = everything();
    for issued in signers {
        let mut lists = all.crls.iter();
        let last = lists.find(|crl| crl.issuer() == issued.certificate.subject());
        if last.is_some() {
            let crl = next_crl(&context, &signer(issued), last, 0, &[], 365 * DAY).unwrap();
            trust.hold_crl(&context, crl);
        }
    }
    let (brand_ca, crls) = (signer(&all.brand_ca), trust.crls());
    let bci = next_bci(&context, &brand_ca, Some(&all.bci), 0, crls, 365 * DAY).unwrap();
    trust.hold_bci(&context, bci);
    trust
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_lists_refuse_until_the_ca_has_fresh_ones() {
    let rig = rig(365).await;
    let believes = |rig: &Rig| {
        let station = station();
        let context = station.context_at(rig.clock.now());
        rig.in_service().gateway(&context, None).is_ok()
    };
    rig.clock.advance(29 * DAY);
    // The CA has nothing newer yet.
    assert_eq!(rig.upkeep.look().await, [(Task::Refresh, true)]);
    assert!(believes(&rig));
    rig.clock.advance(2 * DAY);
    assert_eq!(rig.upkeep.look().await, [(Task::Refresh, false)]);
    assert!(!believes(&rig));
    rig.town.office.ca.write().unwrap().trust = issued_anew(rig.clock.now());
    assert!(rig.upkeep.look().await.is_empty(), "there is a pause");
    rig.clock.advance(30 * 60);
    assert_eq!(rig.upkeep.look().await, [(Task::Refresh, true)]);
    assert!(believes(&rig));
}
