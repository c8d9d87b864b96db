package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// longest is the longest limit of a call, in milliseconds: a day.
const longest = 86_400_000

// within is a client whose calls end with the context: the client itself if the context
// never ends. own is the TimeoutMS of the client's options, or 0; a later deadline does not
// replace it. stop must be called after the call.
func within(ctx context.Context, client *C.lid_client, own int64) (*C.lid_client, func(), error) {
	options := ""
	if timeout, limited := timeoutOf(ctx); limited && (own == 0 || timeout < own) {
		options = `{"timeout_ms":` + strconv.FormatInt(timeout, 10) + `}`
	}
	if options == "" && ctx.Done() == nil {
		return client, func() {}, nil
	}
	cancel, stop := cancelWith(ctx)
	derived, err := derive(client, options, cancel)
	if err != nil {
		stop()
		return nil, nil, err
	}
	return derived, func() {
		stop()
		C.lid_free(derived)
	}, nil
}

// derive derives a client in C, with options unless they are empty.
func derive(client *C.lid_client, options string, cancel *C.lid_cancel) (*C.lid_client, error) {
	var derived *C.lid_client
	inputs := []input{maybe("options", options)}
	_, err := invoke(inputs, func(texts []*C.char, out **C.char) C.lid_status {
		return C.lid_with_options(client, texts[0], cancel, &derived, out)
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
	left := time.Until(deadline)
	milliseconds := left.Milliseconds()
	if left > time.Duration(milliseconds)*time.Millisecond {
		milliseconds++ // Rounded up, so that the context has ended when the call has.
	}
	if milliseconds < 1 {
		milliseconds = 1
	}
	if milliseconds > longest {
		milliseconds = longest
	}
	return milliseconds, true
}

// cancelWith makes a cancel that the context triggers, NULL for a context that is never
// cancelled. stop frees it after the call.
func cancelWith(ctx context.Context) (cancel *C.lid_cancel, stop func()) {
	if ctx.Done() == nil {
		return nil, func() {}
	}
	cancel = C.lid_cancel_new()
	returned, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-ctx.Done():
			C.lid_cancel_trigger(cancel)
		case <-returned:
		}
	}()
	return cancel, func() {
		close(returned)
		<-watched
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

// contextError is the error of a call that did not start.
func contextError(cause error, operation string) *Error {
	failure := &Error{
		Status:    StatusCancelled,
		Code:      "cancelled",
		Message:   "the context ended before the call",
		Operation: operation,
		cause:     cause,
	}
	if errors.Is(cause, context.DeadlineExceeded) {
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
	switch cause := ended(ctx); {
	case failure.Status == StatusCancelled && errors.Is(cause, context.DeadlineExceeded):
		// The context's timer was a little earlier than the library's.
		failure.Status, failure.Code, failure.cause = StatusTimeout, "timeout", cause
		_ = failure.written()
	case failure.Status == StatusCancelled:
		failure.cause = cause
	case failure.Status == StatusTimeout && errors.Is(cause, context.DeadlineExceeded):
		failure.cause = cause
	}
}
