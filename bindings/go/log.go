package loginid

/*
#include <stdint.h>
#include <loginid.h>

extern void loginidGoLog(char *event, void *sink);

static inline void loginid_go_set_log(lid_client *client, uintptr_t sink)
{
    lid_set_log_callback(client, sink ? (lid_log_fn)loginidGoLog : 0, (void *)sink);
}
*/
import "C"

import (
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"
)

// LogFunc receives a JSON text for every HTTP attempt, in the goroutine that
// made the call. Several goroutines may be in it at once.
type LogFunc func(event string)

// logSink is the handle of the log function for C. It lives as long as a client that
// shares it, because a running call may still log to it.
type logSink struct {
	mutex    sync.Mutex
	clients  int
	handle   cgo.Handle
	function *atomic.Pointer[LogFunc]
	// listener is the function of OnAttempt, for which the log function collects events.
	listener func(Attempt)
}

// SetLogFunc has log called for every HTTP attempt of this client and of those that
// WithOptions made from it, or it from them; nil ends it. When it returns, the
// previous function is not running, unless SetLogFunc is called from inside a log
// function. A panic in log is dropped, because it must not unwind through C. log must
// not end its goroutine with runtime.Goexit, as Fatal and FailNow of package testing
// do: the call that logs would never return.
//
// It replaces the function of OnAttempt, and the reverse.
func (c *Client) SetLogFunc(log LogFunc) error {
	return c.setLog(log, nil)
}

func (c *Client) setLog(log LogFunc, listener func(Attempt)) error {
	client, err := c.begin()
	if err != nil {
		return err
	}
	defer c.end()
	handle := c.log.set(log, listener)
	// C waits for running log functions, which may use the client, so the mutex is not
	// held during that time.
	if log == nil {
		C.loginid_go_set_log(client, 0)
	} else {
		C.loginid_go_set_log(client, C.uintptr_t(handle))
	}
	return nil
}

// set sets the functions and returns the handle for C.
func (s *logSink) set(log LogFunc, listener func(Attempt)) cgo.Handle {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.listener = listener
	if log == nil {
		return 0
	}
	if s.function == nil {
		s.function = new(atomic.Pointer[LogFunc])
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
func loginidGoLog(event *C.char, sink unsafe.Pointer) {
	defer func() { _ = recover() }()
	function := cgo.Handle(uintptr(sink)).Value().(*atomic.Pointer[LogFunc])
	(*function.Load())(C.GoString(event))
}
