//! Where captures go: batches and the numbers in them.

use crate::asn1::error::OutOfRange;
use crate::msg::ids::{BatchId, BatchSequenceNum};
use crate::msg::payment::cap::CapCode;

/// The batches of a merchant that a step may put captures into, as a store has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    /// The batch for items that name none.
    pub current: BatchId,
    /// All that may be named, the current one among them.
    pub known: Vec<Batch>,
}

/// One batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its name.
    pub batch_id: BatchId,
    /// The number of the next item.
    pub next: BatchSequenceNum,
    /// Whether it takes more items.
    pub closed: bool,
}

/// A place in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The batch.
    pub batch_id: BatchId,
    /// The item's number in it.
    pub batch_sequence_num: BatchSequenceNum,
}

impl Batches {
    /// One open, empty batch.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`], never in practice.
    pub fn open(batch_id: BatchId) -> Result<Self, OutOfRange> {
        Ok(Self {
            current: batch_id,
            known: vec![Batch {
                batch_id,
                next: BatchSequenceNum::new(1)?,
                closed: false,
            }],
        })
    }

    /// Takes the next place of the batch `named`, or of the current one.
    ///
    /// # Errors
    ///
    /// [`CapCode::BatchUnknown`], [`CapCode::BatchClosed`], or
    /// [`CapCode::UnspecifiedFailure`] when the numbers of a batch are used up.
    pub fn take(&mut self, named: Option<BatchId>) -> Result<Slot, CapCode> {
        let batch_id = named.unwrap_or(self.current);
        let batch = self
            .known
            .iter_mut()
            .find(|batch| batch.batch_id == batch_id)
            .ok_or(CapCode::BatchUnknown)?;
        if batch.closed {
            return Err(CapCode::BatchClosed);
        }
        let batch_sequence_num = batch.next;
        batch.next = batch_sequence_num
            .value()
            .checked_add(1)
            .and_then(|next| BatchSequenceNum::new(next).ok())
            .ok_or(CapCode::UnspecifiedFailure)?;
        Ok(Slot {
            batch_id,
            batch_sequence_num,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> BatchId {
        BatchId::new(number).unwrap()
    }

    fn number(slot: Result<Slot, CapCode>) -> u64 {
        slot.unwrap().batch_sequence_num.value()
    }

    #[test]
    fn places_are_numbered_from_one_without_gaps() {
        let mut batches = Batches::open(id(7)).unwrap();
        assert_eq!(number(batches.take(None)), 1);
        assert_eq!(number(batches.take(Some(id(7)))), 2);
        assert_eq!(number(batches.take(None)), 3);
    }

    #[test]
    fn unknown_and_closed_batches_take_nothing() {
        let mut batches = Batches::open(id(7)).unwrap();
        assert_eq!(batches.take(Some(id(8))), Err(CapCode::BatchUnknown));
        batches.known[0].closed = true;
        assert_eq!(batches.take(None), Err(CapCode::BatchClosed));
        assert_eq!(batches.known[0].next.value(), 1);
    }

    #[test]
    fn a_batch_whose_numbers_are_used_up_takes_nothing() {
        let mut batches = Batches::open(id(7)).unwrap();
        batches.known[0].next = BatchSequenceNum::new(u64::MAX).unwrap();
        assert_eq!(batches.take(None), Err(CapCode::UnspecifiedFailure));
    }
}
