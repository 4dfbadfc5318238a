//! Writing files so that they are whole or absent, whatever happens meanwhile.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Writes a file that only its owner may read, in place of any of that name.
///
/// When this returns the content is on disk under its name; when the power goes
/// before, the old content is.
///
/// # Errors
///
/// The system refuses; the old content is left as it was.
pub fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = Temporary::write(file, content)?;
    fs::rename(&temporary.path, file)?;
    sync_folder(file)
}

/// As [`replace`], but fails with [`io::ErrorKind::AlreadyExists`] when there is
/// a file of that name.
///
/// # Errors
///
/// There is a file of that name, or the system refuses.
pub fn create(file: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = Temporary::write(file, content)?;
    fs::hard_link(&temporary.path, file)?;
    drop(temporary);
    sync_folder(file)
}

/// Makes a folder that only its owner may enter, unless there is one.
///
/// # Errors
///
/// The system refuses.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file that only its owner may read, made if there is none, and waits until no other
/// process has it, for at most `wait`. The lock ends with the file, however the process does.
///
/// It waits on the thread of the caller.
///
/// # Errors
///
/// [`io::ErrorKind::WouldBlock`] when another process has it for all that time; or the system
/// refuses.
pub fn lock(file: &Path, wait: Duration) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let open = options.open(file)?;
    let began = Instant::now();
    loop {
        match open.try_lock() {
            Ok(()) => return Ok(open),
            Err(TryLockError::Error(fault)) => return Err(fault),
            Err(TryLockError::WouldBlock) if began.elapsed() < wait => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let what = "another process has it locked; try again when that is done";
                return Err(io::Error::new(io::ErrorKind::WouldBlock, what));
            }
        }
    }
}

/// Between two looks whether a lock is free.
const PAUSE: Duration = Duration::from_millis(10);

/// A file on its way to its name; removed when it does not get there.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn write(file: &Path, content: &[u8]) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}-{number}.tmp", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = file.with_file_name(name);
        let mut open = match options.open(&path) {
            // Left behind by a process of the same number that was killed.
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&path)?;
                options.open(&path)?
            }
            opened => opened?,
        };
        let temporary = Self { path };
        open.write_all(content)?;
        open.sync_all()?;
        Ok(temporary)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
    }
}

/// Has the folder's entry for `file` reach the disk, where the system can do that.
fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_not_waited_for_longer_than_asked_and_is_free_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let held = lock(&file, Duration::ZERO).unwrap();
        let fault = lock(&file, Duration::ZERO).unwrap_err();
        assert_eq!(fault.kind(), io::ErrorKind::WouldBlock);
        drop(held);
        lock(&file, Duration::ZERO).unwrap();
    }

    #[test]
    fn what_is_written_is_private_and_leaves_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        create(&file, b"one").unwrap();
        assert_eq!(
            create(&file, b"two").unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        assert_eq!(fs::read(&file).unwrap(), b"one");
        replace(&file, b"three").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
}
