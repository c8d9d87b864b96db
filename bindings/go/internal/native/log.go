package native

/*
#include <stdint.h>
#include <loginid.h>

extern void loginidGoLog(char *event, uintptr_t sink);

// The handle is a number, which a Go pointer must not be.
static inline void loginid_go_log(const char *event, void *sink)
{
    loginidGoLog((char *)event, (uintptr_t)sink);
}

static inline void loginid_go_set_log(lid_client *client, uintptr_t sink)
{
    lid_set_log_callback(client, sink ? loginid_go_log : 0, (void *)sink);
}

static inline void loginid_go_v2_set_log(lid_v2_client *client, uintptr_t sink)
{
    lid_v2_set_log_callback(client, sink ? loginid_go_log : 0, (void *)sink);
}
*/
import "C"

import (
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"
)

// logSink is the handle of the log function for C. It lives as long as a client that
// shares it, because a running call may still log to it.
type logSink struct {
	mutex    sync.Mutex
	clients  int
	handle   cgo.Handle
	function *atomic.Pointer[func(string)]
	// listener is the function of OnAttempt, for which the log function collects events.
	listener func(Attempt)
}

// SetLog sets the function that gets each event as JSON, and that which gets the attempts of
// a call when it has ended. Nil ends it. When it returns, the function before is not running,
// unless SetLog is called from inside it.
func (h *Handle) SetLog(log func(string), listener func(Attempt)) error {
	client, err := h.begin()
	if err != nil {
		return err
	}
	defer h.end()
	if listener != nil {
		log = collect
	}
	handle := h.log.set(log, listener)
	// C waits for running log functions, which may use the client, so the mutex is not
	// held during that time.
	h.service.setLog(client, handle)
	return nil
}

// setV1Log has C log to a handle of a logSink, or to nothing if it is 0.
func setV1Log(client unsafe.Pointer, handle cgo.Handle) {
	C.loginid_go_set_log((*C.lid_client)(client), C.uintptr_t(handle))
}

func setV2Log(client unsafe.Pointer, handle cgo.Handle) {
	C.loginid_go_v2_set_log((*C.lid_v2_client)(client), C.uintptr_t(handle))
}

// set sets the functions and returns the handle for C.
func (s *logSink) set(log func(string), listener func(Attempt)) cgo.Handle {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.listener = listener
	if log == nil {
		return 0
	}
	if s.function == nil {
		s.function = new(atomic.Pointer[func(string)])
		s.handle = cgo.NewHandle(s.function)
	}
	s.function.Store(&log)
	return s.handle
}

// current is the function of OnAttempt.
func (s *logSink) current() func(Attempt) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.listener
}

// share counts one more client.
func (s *logSink) share() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clients++
}

// release counts one client less, and frees the handle after the last one.
func (s *logSink) release() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clients--
	if s.clients == 0 && s.function != nil {
		s.handle.Delete()
	}
}

//export loginidGoLog
func loginidGoLog(event *C.char, sink C.uintptr_t) {
	defer func() { _ = recover() }()
	function := cgo.Handle(sink).Value().(*atomic.Pointer[func(string)])
	(*function.Load())(C.GoString(event))
}
