use set_node::store::{Recall, RecordKey, StoreError, StoredCertificate};

use crate::rig::{Place, on_both_engines};

const KEY: RecordKey<'static> = RecordKey {
    role: "gateway",
    kind: "batch",
    key: b"1",
};

on_both_engines! {
    state_and_answer_survive_together_or_not_at_all,
    the_same_rrpid_means_the_same_request_only_with_the_same_octets_and_kind,
    old_answers_are_forgotten_and_young_ones_kept,
    a_record_is_saved_and_removed_only_over_the_version_that_was_loaded,
    pages_hold_the_records_of_one_role_and_kind_in_order,
    counters_count_each_for_itself_and_a_rollback_gives_the_number_back,
    certificates_are_found_by_thumbprint_serial_subject_and_kind,
    the_latest_crl_and_bci_are_those_with_the_highest_number,
}

async fn state_and_answer_survive_together_or_not_at_all(place: Place) {
    let store = place.open().await;
    let mut dropped = store.begin().await.unwrap();
    dropped.save(KEY, 0, b"lost").await.unwrap();
    dropped
        .remember(b"r1", "AuthReq", b"q", b"a", 1)
        .await
        .unwrap();
    drop(dropped);
    let mut kept = store.begin().await.unwrap();
    assert_eq!(kept.load(KEY).await.unwrap(), None);
    assert_eq!(
        kept.recall(b"r1", "AuthReq", b"q").await.unwrap(),
        Recall::New
    );
    kept.save(KEY, 0, b"kept").await.unwrap();
    kept.remember(b"r1", "AuthReq", b"q", b"a", 1)
        .await
        .unwrap();
    kept.commit().await.unwrap();
    store.close().await;

    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.load(KEY).await.unwrap().unwrap().body, b"kept");
    let recall = tx.recall(b"r1", "AuthReq", b"q").await.unwrap();
    assert_eq!(recall, Recall::Same(b"a".to_vec()));
}

async fn the_same_rrpid_means_the_same_request_only_with_the_same_octets_and_kind(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    tx.remember(b"r", "PReq", b"q", b"a", 1).await.unwrap();
    assert_eq!(
        tx.recall(b"r", "PReq", b"Q").await.unwrap(),
        Recall::Different
    );
    assert_eq!(tx.recall(b"r", "InqReq", b"q").await.unwrap(), Recall::New);
    assert_eq!(tx.recall(b"R", "PReq", b"q").await.unwrap(), Recall::New);
    let fault = tx.remember(b"r", "PReq", b"q", b"b", 2).await.unwrap_err();
    assert!(
        matches!(fault, StoreError::Conflict { table: "exchange" }),
        "{fault:?}"
    );
    assert_eq!(
        tx.recall(b"r", "PReq", b"q").await.unwrap(),
        Recall::Same(b"a".to_vec())
    );
}

async fn old_answers_are_forgotten_and_young_ones_kept(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    for time in 0..10 {
        tx.remember(&[u8::try_from(time).unwrap()], "PReq", b"q", b"a", time)
            .await
            .unwrap();
    }
    assert_eq!(tx.forget_exchanges(7).await.unwrap(), 7);
    assert_eq!(tx.recall(&[6], "PReq", b"q").await.unwrap(), Recall::New);
    assert_eq!(
        tx.recall(&[7], "PReq", b"q").await.unwrap(),
        Recall::Same(b"a".to_vec())
    );
}

async fn a_record_is_saved_and_removed_only_over_the_version_that_was_loaded(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    let stale = |fault: StoreError| matches!(fault, StoreError::Stale { .. });
    assert!(stale(tx.save(KEY, 1, b"none yet").await.unwrap_err()));
    assert_eq!(tx.save(KEY, 0, b"one").await.unwrap(), 1);
    assert!(stale(tx.save(KEY, 0, b"again").await.unwrap_err()));
    assert_eq!(tx.save(KEY, 1, b"two").await.unwrap(), 2);
    assert!(stale(tx.save(KEY, 1, b"late").await.unwrap_err()));
    assert_eq!(tx.load(KEY).await.unwrap().unwrap().body, b"two");
    assert!(stale(tx.remove(KEY, 1).await.unwrap_err()));
    tx.remove(KEY, 2).await.unwrap();
    assert_eq!(tx.load(KEY).await.unwrap(), None);
    let fault = tx.save(KEY, u64::MAX, b"").await.unwrap_err();
    assert!(matches!(fault, StoreError::Range { .. }), "{fault:?}");
}

async fn pages_hold_the_records_of_one_role_and_kind_in_order(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    for key in [3_u8, 1, 255, 2] {
        tx.save(RecordKey { key: &[key], ..KEY }, 0, &[key])
            .await
            .unwrap();
    }
    tx.save(
        RecordKey {
            role: "merchant",
            ..KEY
        },
        0,
        b"",
    )
    .await
    .unwrap();
    tx.save(
        RecordKey {
            kind: "token",
            ..KEY
        },
        0,
        b"",
    )
    .await
    .unwrap();
    let first = tx.page("gateway", "batch", &[], 3).await.unwrap();
    let keys: Vec<_> = first.iter().map(|(key, _)| key.as_slice()).collect();
    assert_eq!(keys, [[1], [2], [3]]);
    let rest = tx.page("gateway", "batch", &[3], 3).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest.first().unwrap().1.body, [255]);
}

async fn counters_count_each_for_itself_and_a_rollback_gives_the_number_back(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.next("batch").await.unwrap(), 1);
    assert_eq!(tx.next("batch").await.unwrap(), 2);
    assert_eq!(tx.next("serial").await.unwrap(), 1);
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.next("batch").await.unwrap(), 3);
    tx.roll_back().await.unwrap();
    assert_eq!(store.begin().await.unwrap().next("batch").await.unwrap(), 3);
}

fn certificate(thumbprint: u8, serial: u8, not_after: i64) -> StoredCertificate {
    StoredCertificate {
        thumbprint: vec![thumbprint; 20],
        der: vec![0x30, thumbprint],
        issuer: b"issuer".to_vec(),
        serial: vec![serial],
        subject: b"subject".to_vec(),
        kind: "ca".to_owned(),
        not_after,
    }
}

async fn certificates_are_found_by_thumbprint_serial_subject_and_kind(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    let (old, new) = (certificate(1, 1, 100), certificate(2, 2, 200));
    for certificate in [&old, &new, &old] {
        tx.keep_certificate(certificate).await.unwrap();
    }
    assert_eq!(tx.certificate(&[1; 20]).await.unwrap().as_ref(), Some(&old));
    assert_eq!(tx.certificate(&[3; 20]).await.unwrap(), None);
    let found = tx.certificate_by_serial(b"issuer", &[2]).await.unwrap();
    assert_eq!(found.as_ref(), Some(&new));
    let both = [new, old];
    assert_eq!(tx.certificates_of(b"subject").await.unwrap(), both);
    assert_eq!(tx.certificates_for("ca").await.unwrap(), both);
    let fault = tx
        .keep_certificate(&certificate(3, 2, 300))
        .await
        .unwrap_err();
    assert!(
        matches!(
            fault,
            StoreError::Conflict {
                table: "certificate"
            }
        ),
        "{fault:?}"
    );
}

async fn the_latest_crl_and_bci_are_those_with_the_highest_number(place: Place) {
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.latest_crl(b"issuer").await.unwrap(), None);
    assert_eq!(tx.latest_bci("Brand").await.unwrap(), None);
    for number in [2, 10, 9] {
        let der = [u8::try_from(number).unwrap()];
        tx.keep_crl(b"issuer", number, &der).await.unwrap();
        tx.keep_bci("Brand", number, &der).await.unwrap();
    }
    assert_eq!(
        tx.latest_crl(b"issuer").await.unwrap(),
        Some((10, vec![10]))
    );
    assert_eq!(tx.latest_bci("Brand").await.unwrap(), Some((10, vec![10])));
    assert_eq!(tx.latest_crl(b"other").await.unwrap(), None);
}
