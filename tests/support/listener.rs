//! A server with plain sockets, for behaviour that the emulator's HTTP cannot have.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Accepts connections until the test ends. A panic in one of its threads fails the
/// test when it is dropped.
pub struct Listener {
    port: u16,
    accepted: Arc<AtomicUsize>,
    panicked: Arc<AtomicBool>,
}

impl Listener {
    /// Serves each connection in a thread; the function receives its number, from 0.
    pub fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        // Small buffers: connections accept little data that is not read.
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 4096).expect("a size");
        let port = listener.local_addr().expect("an address").port();
        let accepted = Arc::new(AtomicUsize::new(0));
        let panicked = Arc::new(AtomicBool::new(false));
        let (counter, failed, serve) = (accepted.clone(), panicked.clone(), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                let (failed, serve) = (failed.clone(), serve.clone());
                thread::spawn(move || {
                    if catch_unwind(AssertUnwindSafe(|| serve(stream, number))).is_err() {
                        failed.store(true, Ordering::SeqCst);
                    }
                });
            }
        });
        Listener {
            port,
            accepted,
            panicked,
        }
    }

    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let panicked = self.panicked.load(Ordering::SeqCst) && !thread::panicking();
        assert!(!panicked, "the server of this test panicked");
    }
}

/// Reads the head of one request; `None` if the client closed the connection.
pub fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    Some(String::from_utf8(head).expect("UTF-8"))
}

/// Reads one request, head and body; `None` if the client closed the connection.
pub fn read_request(stream: &mut impl Read) -> Option<String> {
    let head = read_head(stream)?;
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).expect("UTF-8"))
}
