package loginid

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

func TestAWaitEndsWhenTheCodeIsAuthorized(t *testing.T) {
	client := newClient(t)
	code := codeFor(t, client, ada)
	go func() {
		awaitRequest(t, "/authenticate/code/wait")
		if _, err := client.AuthorizeCode(ctx, code, "short", purpose, Username(ada)); err != nil {
			t.Error(err)
		}
	}()
	login := expect.Must[Authentication](t)(client.WaitCode(ctx, ada, code, "short"))
	if !login.IsAuthenticated || login.User.Username != ada || login.JWT == "" {
		t.Errorf("%+v", login)
	}
}

func TestACancelledContextEndsAWait(t *testing.T) {
	client := newClient(t)
	code := codeFor(t, client, ada)
	waiting, cancel := context.WithCancel(ctx)
	go func() {
		awaitRequest(t, "/authenticate/code/wait")
		cancel()
	}()
	_, err := client.WaitCode(waiting, ada, code, "short")
	var failure *Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &failure) || failure.Status != StatusCancelled {
		t.Error(err)
	}
}

func TestAContextsDeadlineEndsAWait(t *testing.T) {
	client := newClient(t)
	code := codeFor(t, client, ada)
	waiting, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	_, err := client.WaitCode(waiting, ada, code, "short")
	var failure *Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failure) || failure.Status != StatusTimeout {
		t.Error(err)
	}
}

// lateContext is a context whose timer has not fired yet at its deadline.
type lateContext struct {
	context.Context
	deadline time.Time
}

func (c lateContext) Deadline() (time.Time, bool) {
	return c.deadline, true
}

func TestADeadlineInThePastIsATimeout(t *testing.T) {
	client := newClient(t)
	past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Hour))
	defer cancel()
	for _, late := range []context.Context{past, lateContext{ctx, time.Now()}, lateContext{ctx, time.Time{}}} {
		_, err := client.GetUser(late, ada)
		_, waited := client.WaitCode(late, ada, "123456", "short")
		for _, err := range []error{err, waited} {
			var failure *Error
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failure) ||
				failure.Status != StatusTimeout || failure.Code != "timeout" {
				t.Error(err)
			}
		}
	}
	if sent := requests(t); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}

// A call in C takes a day at most, Go counts nanoseconds in 63 bits.
func TestADistantDeadlineIsADay(t *testing.T) {
	client := newClient(t)
	code := codeFor(t, client, ada)
	for _, deadline := range []time.Time{
		time.Now().Add(25 * time.Hour),
		time.Now().AddDate(200, 0, 0),
		time.Now().AddDate(5000, 0, 0),
	} {
		control(t, "DELETE", "requests", nil)
		waiting, cancel := context.WithDeadline(ctx, deadline)
		go func() {
			awaitRequest(t, "/authenticate/code/wait")
			cancel()
		}()
		if _, err := client.WaitCode(waiting, ada, code, "short"); !errors.Is(err, context.Canceled) {
			t.Error(deadline, err)
		}
	}
}

func TestNoCallStartsWithAContextThatIsDone(t *testing.T) {
	client := newClient(t)
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err := client.GetUser(done, ada)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, err = client.WaitCode(done, ada, "123456", "short")
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if sent := requests(t); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}
