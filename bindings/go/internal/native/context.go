package native

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"errors"
	"strconv"
	"time"
	"unsafe"
)

// longest is the longest limit of a call.
const longest = 24 * time.Hour

// within is a client whose calls end with the context: the client itself if the context
// never ends. A later deadline does not replace the Timeout of the client's options. stop
// must be called after the call.
func (h *Handle) within(ctx context.Context, client unsafe.Pointer) (unsafe.Pointer, func(), error) {
	options := ""
	if timeout, limited := timeoutOf(ctx); limited && (h.timeoutMS == 0 || timeout < h.timeoutMS) {
		options = `{"timeout_ms":` + strconv.FormatInt(timeout, 10) + `}`
	}
	if options == "" && ctx.Done() == nil {
		return client, func() {}, nil
	}
	cancel, stop := cancelWith(ctx)
	derived, err := h.derive(client, Maybe("options", options), cancel)
	if err != nil {
		stop()
		return nil, nil, err
	}
	return derived, func() {
		stop()
		h.service.free(derived)
	}, nil
}

// derive derives a client in C.
func (h *Handle) derive(client unsafe.Pointer, options Input, cancel *C.lid_cancel) (unsafe.Pointer, error) {
	var derived unsafe.Pointer
	_, err := invoke([]Input{options}, func(in []argument, out **C.char) C.lid_status {
		return h.service.derive(client, in[0].text, cancel, &derived, out)
	})
	return derived, err
}

// timeoutOf is the time until the context's deadline in milliseconds, at most a day, and
// whether it has one.
func timeoutOf(ctx context.Context) (int64, bool) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return 0, false
	}
	// Rounded up, so that the context has ended when the call has.
	return max(inMilliseconds(min(time.Until(deadline), longest)), 1), true
}

// inMilliseconds is a time in milliseconds, rounded up.
func inMilliseconds(duration time.Duration) int64 {
	milliseconds := duration.Milliseconds()
	if duration > time.Duration(milliseconds)*time.Millisecond {
		milliseconds++
	}
	return milliseconds
}

// cancelWith makes a cancel that the context triggers, NULL for a context that is never
// cancelled. stop frees it after the call.
func cancelWith(ctx context.Context) (cancel *C.lid_cancel, stop func()) {
	if ctx.Done() == nil {
		return nil, func() {}
	}
	cancel = C.lid_cancel_new()
	over, triggered := make(chan struct{}), make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(triggered)
		if deadline, limited := ctx.Deadline(); limited && !time.Now().Before(deadline) {
			// The call has this limit in C too, whose error says whether it may be repeated.
			select {
			case <-over:
				return
			case <-time.After(lateness / 2):
			}
		}
		C.lid_cancel_trigger(cancel)
	})
	return cancel, func() {
		close(over)
		if !forget() {
			<-triggered
		}
		C.lid_cancel_free(cancel)
	}
}

// ended is the context's error, also between its deadline and the timer.
func ended(ctx context.Context) error {
	deadline, limited := ctx.Deadline()
	if err := ctx.Err(); err != nil || !limited || time.Now().Before(deadline) {
		return err
	}
	return context.DeadlineExceeded
}

// lateness is how long after its deadline a context may end. Timers are late on a busy machine.
const lateness = 100 * time.Millisecond

// withCause is the context's error, together with its cause if that is another one. At its
// deadline a context has a cause only when its timer has fired.
func withCause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil && ctx.Done() != nil {
		select {
		case <-ctx.Done():
		case <-time.After(lateness):
		}
	}
	cause := context.Cause(ctx)
	if err == nil || cause == nil || errors.Is(err, cause) {
		return err
	}
	return errors.Join(err, cause)
}

// contextError is the error of a call that did not start, because of the context's.
func contextError(ctx context.Context, err error, operation string) *Error {
	failure := &Error{
		Status:    StatusCancelled,
		Code:      "cancelled",
		Message:   "the context ended before the call",
		Operation: operation,
		cause:     withCause(ctx, err),
	}
	if errors.Is(err, context.DeadlineExceeded) {
		failure.Status, failure.Code = StatusTimeout, "timeout"
	}
	return failure.written()
}

// addCause adds the context's error to that of a call which ended because of it.
func addCause(ctx context.Context, err error) {
	var failure *Error
	if !errors.As(err, &failure) {
		return
	}
	switch err := ended(ctx); {
	case failure.Status == StatusCancelled && errors.Is(err, context.DeadlineExceeded):
		// The library's limit did not end the call in time.
		failure.Status, failure.Code, failure.cause = StatusTimeout, "timeout", withCause(ctx, err)
		failure.Message = "the context's deadline passed during the call"
		_ = failure.written()
	case failure.Status == StatusCancelled:
		failure.cause = withCause(ctx, err)
	case failure.Status == StatusTimeout && errors.Is(err, context.DeadlineExceeded):
		failure.cause = withCause(ctx, err)
	}
}
