//! Reads a file that the configuration names, without waiting for another program: opening a named
//! pipe takes until a program opens it for writing, which may never happen.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::wipe::reserve_bytes;

/// No PEM file is larger. An endless one, for example `/dev/zero`, must not fill the memory.
const MAX_FILE_BYTES: usize = 16 << 20;

/// A file that is open for reading.
#[derive(Debug)]
pub struct Opened {
    file: File,
    /// Whether nothing was read yet.
    is_new: bool,
}

/// Opens a file as those are opened that a configuration names. A pipe must have a program that
/// writes to it already.
pub fn open(path: &Path) -> io::Result<Opened> {
    let mut options = OpenOptions::new();
    options.read(true);
    let mut at_once = options.clone();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut at_once, libc::O_NONBLOCK);
    let file = match at_once.open(path) {
        // A program has a lease on it, for example a file server. The system takes the lease away
        // if the program does not give it up. No pipe has this error.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => options.open(path),
        opened => opened,
    }?;
    Ok(Opened { file, is_new: true })
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = match self.file.read(buffer) {
            // The program that writes may take its time.
            #[cfg(unix)]
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                rustix::io::ioctl_fionbio(&self.file, false)?;
                self.file.read(buffer)
            }
            result => result,
        }?;
        // The program may have ended before or after the pipe was opened: it is the same mistake.
        if std::mem::take(&mut self.is_new) && amount == 0 && is_pipe(&self.file)? {
            return Err(io::Error::other("it is a pipe that no program writes to"));
        }
        Ok(amount)
    }
}

#[cfg(unix)]
fn is_pipe(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::FileTypeExt;

    Ok(file.metadata()?.file_type().is_fifo())
}

/// Windows has no pipes among its files.
#[cfg(windows)]
fn is_pipe(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// All of a file that has no secrets.
pub(crate) fn public_contents(path: &Path) -> io::Result<Vec<u8>> {
    let opened = open(path)?;
    let size = usize::try_from(opened.file.metadata()?.len()).unwrap_or(MAX_FILE_BYTES);
    let mut contents = Vec::with_capacity(size.min(MAX_FILE_BYTES) + 1);
    opened
        .take(MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut contents)?;
    match contents.len() > MAX_FILE_BYTES {
        true => Err(too_large()),
        false => Ok(contents),
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB")
}

/// All of a file that may have secrets. Growing leaves no copy in freed memory.
pub(crate) fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = open(path)?;
    let mut contents = Zeroizing::new(Vec::new());
    loop {
        let length = contents.len();
        reserve_bytes(&mut contents, 4_096);
        let room = contents.capacity();
        contents.resize(room, 0);
        let amount = read_some(&mut file, contents.get_mut(length..).unwrap_or_default())?;
        contents.truncate(length + amount);
        if amount == 0 {
            return Ok(contents);
        }
        if contents.len() > MAX_FILE_BYTES {
            return Err(too_large());
        }
    }
}

fn read_some(file: &mut Opened, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::process::Command;
    use std::thread;

    use super::*;

    fn text(path: &Path) -> io::Result<String> {
        let read = contents(path)?;
        Ok(String::from_utf8(read.to_vec()).unwrap())
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let error = text(&path).unwrap_err();
        assert_eq!(error.to_string(), "it is a pipe that no program writes to");
    }

    #[test]
    fn a_pipe_that_is_closed_empty_is_an_error_whenever_that_happens() {
        for round in 0..200 {
            let (reader, writer) = io::pipe().unwrap();
            let path = format!("/dev/fd/{}", reader.as_raw_fd());
            let closed = thread::spawn(move || {
                (0..round).for_each(|_| thread::yield_now());
                drop(writer);
            });
            let error = text(Path::new(&path)).unwrap_err();
            assert_eq!(error.to_string(), "it is a pipe that no program writes to");
            closed.join().unwrap();
        }
    }

    #[test]
    fn a_pipe_is_read_until_it_is_closed() {
        let (reader, mut writer) = io::pipe().unwrap();
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        let written = thread::spawn(move || {
            for _ in 0..1000 {
                writer.write_all(&[b'a'; 1000]).unwrap();
                thread::yield_now();
            }
        });
        assert_eq!(text(Path::new(&path)).unwrap().len(), 1_000_000);
        written.join().unwrap();
    }

    #[test]
    fn an_empty_file_is_read() {
        assert_eq!(text(Path::new("/dev/null")).unwrap(), "");
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(text(file.path()).unwrap(), "");
    }
}
