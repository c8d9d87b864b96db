package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"errors"
	"math"
	"time"
)

// WaitCode waits until a code of the purpose temporary_authentication is
// authorized, which logs the user in. It ends with the context: errors.Is finds
// context.Canceled or context.DeadlineExceeded in the error. Without a deadline
// it ends after the configured wait_timeout_ms, three minutes.
//
// The token in the answer (jwt) is verified, and must be of the named user. code is
// secret: no message and no log shows it. jwt is secret: keep it out of logs.
func (c *Client) WaitCode(
	ctx context.Context, username, code, codeType string,
) (*Authentication, error) {
	if err := ended(ctx); err != nil {
		return nil, contextError(err, "wait_code")
	}
	timeout, limited := timeoutOf(ctx)
	cancel, stop, err := cancelWith(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	result, err := call[Authentication](ctx, c, "wait_code",
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_wait_code(client, s[0], s[1], s[2], timeout, cancel, out)
		},
		given("username", username), given("code", code), given("code_type", codeType))
	var failure *Error
	if errors.As(err, &failure) && failure.cause == nil {
		switch {
		case failure.Status == StatusCancelled && ctx.Err() == context.DeadlineExceeded:
			// The context's timer was a little earlier than the library's.
			failure.Status, failure.Code = StatusTimeout, "timeout"
			failure.cause = context.DeadlineExceeded
			_ = failure.written()
		case failure.Status == StatusCancelled:
			failure.cause = ctx.Err()
		case failure.Status == StatusTimeout && limited:
			failure.cause = context.DeadlineExceeded
		}
	}
	return result, err
}

// timeoutOf is the time until the context's deadline, for C, and whether it ends the
// wait. Without a deadline it is 0, the configured limit.
func timeoutOf(ctx context.Context) (C.uint32_t, bool) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return 0, false
	}
	left := time.Until(deadline)
	milliseconds := left.Milliseconds()
	if left > time.Duration(milliseconds)*time.Millisecond {
		milliseconds++ // Rounded up: 0 would be the configured limit.
	}
	if milliseconds < 1 {
		milliseconds = 1
	}
	if milliseconds > math.MaxUint32 {
		return math.MaxUint32, false
	}
	return C.uint32_t(milliseconds), true
}

// cancelWith makes a cancel that the context triggers, NULL for a context that never
// ends. stop frees it after the wait.
func cancelWith(ctx context.Context) (cancel *C.lid_cancel, stop func(), err error) {
	if ctx.Done() == nil {
		return nil, func() {}, nil
	}
	cancel = C.lid_cancel_new()
	if cancel == nil {
		failure := &Error{
			Status:  StatusInternal,
			Code:    "out_of_descriptors",
			Message: "no file descriptor is left",
		}
		return nil, nil, failure.written()
	}
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
	}, nil
}
