use std::path::Path;
use std::sync::atomic::Ordering;

use set_node::store::Store;
use set_testkit::secrets::{Secrets, search};

use crate::rig::{Host, authorized, captured, merchant, service};

const PAN: &str = "4111111111111111";

/// Looks for the account number in every file; returns how many octets were looked at.
fn scan(folder: &Path) -> usize {
    let mut secrets = Secrets::default();
    secrets.add("the account number", PAN.as_bytes());
    let searched = search(folder, &secrets).unwrap();
    assert_eq!(searched.found, None);
    searched.octets
}

#[tokio::test]
async fn no_account_number_is_in_any_file_even_while_the_host_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &Default::default())
        .await
        .unwrap();
    let host = Host::approving();
    let (service, mut merchant) = (service(&store, &host), merchant());
    let authorized = authorized(&service, &mut merchant).await;
    captured(&service, &mut merchant, authorized, 12_950).await;
    host.deaf.store(true, Ordering::SeqCst);
    assert_eq!(service.advise().await.unwrap(), 0);
    assert!(scan(folder.path()) > 10_000);
    let shown = format!("{service:?} {:?}", host.asked.lock().unwrap());
    assert!(!shown.contains(PAN));
    // The advice is there all the same.
    host.deaf.store(false, Ordering::SeqCst);
    assert_eq!(service.advise().await.unwrap(), 1);
    assert_eq!(host.told.lock().unwrap()[0].2, PAN);
    store.close().await;
    scan(folder.path());
}
