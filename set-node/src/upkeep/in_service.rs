use std::sync::{Arc, PoisonError, RwLock};

/// What requests are served with, and can be replaced while they are: those in work keep what
/// they took.
#[derive(Debug)]
pub struct InService<T>(RwLock<Arc<T>>);

impl<T> InService<T> {
    /// Serves with `first`.
    #[must_use]
    pub fn new(first: T) -> Self {
        Self(RwLock::new(Arc::new(first)))
    }

    /// What is in service now.
    #[must_use]
    pub fn now(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts into service what `next` makes of what was.
    pub fn change(&self, next: impl FnOnce(&T) -> T) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = Arc::new(next(&now));
    }
}

impl<T> From<T> for InService<T> {
    fn from(first: T) -> Self {
        Self::new(first)
    }
}
