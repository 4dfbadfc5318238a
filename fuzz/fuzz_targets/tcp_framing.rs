//! A stream cut at any places gives the same messages, and none longer than the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_fuzz::Input;
use set_node::config::Timeouts;
use set_node::transport::{FrameReader, Wait};
use tokio::io::AsyncRead;

fuzz_target!(|octets: &[u8]| {
    let mut input = Input::new(octets);
    let step = usize::from(input.octet()) + 1;
    let stream = input.rest();
    let whole = messages(stream);
    assert_eq!(whole, messages(Slowly { stream, step }));
    assert!(whole.iter().flatten().all(|message| message.len() <= LIMIT));
});

/// The messages of a stream; an error ends them.
fn messages<R: AsyncRead + Unpin>(stream: R) -> Vec<Option<Vec<u8>>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut reader = FrameReader::new(stream, LIMIT, Timeouts::default());
        let mut all = Vec::new();
        loop {
            match reader.begun(Wait::NextMessage).await {
                Ok(true) => {}
                Ok(false) | Err(_) => return all,
            }
            match reader.message().await {
                Ok(message) => all.push(Some(message.to_vec())),
                Err(_) => {
                    all.push(None);
                    return all;
                }
            }
        }
    })
}

/// Octets that come a few at a time.
struct Slowly<'a> {
    stream: &'a [u8],
    step: usize,
}

impl AsyncRead for Slowly<'_> {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        let count = self.step.min(self.stream.len()).min(buffer.remaining());
        let (now, later) = self.stream.split_at(count);
        buffer.put_slice(now);
        self.stream = later;
        std::task::Poll::Ready(Ok(()))
    }
}

const LIMIT: usize = 4096;
