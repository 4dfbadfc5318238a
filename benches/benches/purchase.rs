//! A whole purchase in memory: PInitReq to CapRes, all roles, no sockets and no store.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use set_testkit::street::{Server as _, Street};

fn purchase(c: &mut Criterion) {
    let mut group = c.benchmark_group("purchase");
    group.bench_function("authorized", |b| {
        b.iter_batched(
            Street::new,
            |mut street| street.authorized(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("captured", |b| {
        b.iter_batched(
            Street::new,
            |mut street| {
                let authorized = street.authorized();
                let cents = authorized.payments.first().unwrap().amount.amount;
                let (_waiting, request) = street.cap_req(authorized, cents);
                street.acquirer.answer(&request).is_ok()
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, purchase);
criterion_main!(benches);
