//! A relay between a client and an emulator that breaks the service's data after a
//! number of bytes, for example in the middle of a TLS handshake.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use loginid_emulator::Emulator;

use crate::listener::Listener;

/// What happens instead of the next byte.
#[derive(Clone, Copy, Debug)]
pub enum Then {
    /// The connection ends.
    Close,
    /// Nothing for this time, then all the rest.
    Stall(Duration),
    /// All other bytes arrive changed.
    Garble,
}

pub struct Relay {
    listener: Listener,
    intact: Arc<AtomicUsize>,
    closed: Mutex<mpsc::Receiver<()>>,
}

impl Relay {
    /// Breaks every connection after this many bytes from the service.
    pub fn start(emulator: &Emulator, intact: usize, then: Then) -> Relay {
        let base_url = emulator.base_url();
        let port = base_url.rsplit_once(':').expect("a port").1;
        let port: u16 = port.parse().expect("a port");
        let intact = Arc::new(AtomicUsize::new(intact));
        let bytes = intact.clone();
        let (closed, is_closed) = mpsc::channel();
        let closed = Mutex::new(closed);
        let listener = Listener::start(move |client, _| {
            let service = TcpStream::connect(("127.0.0.1", port)).expect("the emulator");
            let up = (clone(&client), clone(&service));
            let upwards = thread::spawn(move || copy(up.0, &up.1));
            downwards(&service, &client, bytes.load(Ordering::SeqCst), then);
            for stream in [&client, &service] {
                // It may already be closed.
                let _ = stream.shutdown(Shutdown::Both);
            }
            upwards.join().expect("no panic");
            // The receiver may have ended.
            let _ = closed.lock().expect("no panic").send(());
        });
        Relay {
            listener,
            intact,
            closed: Mutex::new(is_closed),
        }
    }

    /// Forwards everything unchanged.
    pub fn faithful(emulator: &Emulator) -> Relay {
        Relay::start(emulator, usize::MAX, Then::Close)
    }

    pub fn base_url(&self) -> String {
        self.listener.base_url().replace("http://", "https://")
    }

    /// From the next connection on.
    pub fn set_intact(&self, bytes: usize) {
        self.intact.store(bytes, Ordering::SeqCst);
    }

    /// Waits until one more connection is closed on both sides.
    pub fn wait_until_closed(&self) {
        let closed = self.closed.lock().expect("no panic");
        let limit = Duration::from_secs(60);
        closed.recv_timeout(limit).expect("a closed connection");
    }
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a descriptor")
}

fn copy(mut from: TcpStream, mut to: &TcpStream) {
    // Either side may close the connection at any time.
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn downwards(mut service: &TcpStream, mut client: &TcpStream, mut intact: usize, then: Then) {
    let mut buffer = [0; 4096];
    let mut broken = false;
    while let Ok(amount @ 1..) = service.read(&mut buffer) {
        let bytes = &mut buffer[..amount];
        let (whole, rest) = bytes.split_at_mut(intact.min(amount));
        intact -= whole.len();
        if client.write_all(whole).is_err() {
            return;
        }
        if rest.is_empty() {
            continue;
        }
        match then {
            Then::Close => return,
            Then::Stall(time) if !broken => thread::sleep(time),
            Then::Stall(_) => {}
            Then::Garble => rest.iter_mut().for_each(|byte| *byte ^= 0x5a),
        }
        broken = true;
        if client.write_all(rest).is_err() {
            return;
        }
    }
}
