//go:build cgo

package native

import (
	"runtime"
	"sync"
	"unsafe"
)

// Handle is a client of the C library, for any number of goroutines.
type Handle struct {
	mutex   sync.Mutex
	service *service
	pointer unsafe.Pointer
	running int
	closed  bool
	log     *logSink
	// The Timeout of its options in milliseconds, or 0. It does not change.
	timeoutMS int64
}

// newHandle is a Handle that frees its pointer.
func newHandle(service *service, pointer unsafe.Pointer, log *logSink) *Handle {
	log.share()
	handle := &Handle{service: service, pointer: pointer, log: log}
	// The safety net, for a client that is never closed.
	runtime.SetFinalizer(handle, (*Handle).Close)
	return handle
}

// Close frees the client, once the calls that run in other goroutines have ended. It does not
// wait for them, and may be called more than once.
func (h *Handle) Close() {
	if h == nil {
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !h.closed {
		h.closed = true
		h.freeIfIdle()
	}
}

// State is "open", or "closed" if there is no client: it was closed, or never made.
func (h *Handle) State() string {
	if _, err := h.begin(); err != nil {
		return "closed"
	}
	h.end()
	return "open"
}

// begin keeps the client from being freed until end.
func (h *Handle) begin() (unsafe.Pointer, error) {
	if h == nil {
		return nil, closedError()
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil, closedError()
	}
	h.running++
	return h.pointer, nil
}

func closedError() error {
	return argumentError("client_closed", "the client is closed: make a new one")
}

func (h *Handle) end() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.running--
	h.freeIfIdle()
}

func (h *Handle) freeIfIdle() {
	if h.closed && h.running == 0 && h.pointer != nil {
		h.service.free(h.pointer)
		h.pointer = nil
		h.log.release()
		runtime.SetFinalizer(h, nil)
	}
}
