use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use base64ct::{Base64, Encoding as _};
use set_node::store::Store;

use crate::rig::{Host, authorized, captured, merchant, service};

const PAN: &str = "4111111111111111";

/// The account number as text, in hexadecimal, and in base64 at each of three alignments.
fn spellings() -> Vec<Vec<u8>> {
    let hex: String = PAN.bytes().map(|octet| format!("{octet:02x}")).collect();
    let mut all = vec![PAN.into(), hex.clone().into(), hex.to_uppercase().into()];
    for skipped in 0..3 {
        let tail = &PAN.as_bytes()[skipped..];
        let whole = tail.len() / 3 * 3;
        all.push(Base64::encode_string(&tail[..whole]).into_bytes());
    }
    all
}

fn scan(folder: &Path) -> usize {
    let mut octets_seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            octets_seen += scan(&path);
            continue;
        }
        let content = fs::read(&path).unwrap();
        octets_seen += content.len();
        for spelling in spellings() {
            let found = content.windows(spelling.len()).any(|part| part == spelling);
            assert!(!found, "the account number is in {}", path.display());
        }
    }
    octets_seen
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
