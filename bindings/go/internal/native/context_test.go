package native

import (
	"context"
	"strings"
	"testing"
	"time"
)

// until is a context with this deadline, whose timer does not fire.
type until struct {
	context.Context
	deadline time.Time
}

func (u until) Deadline() (time.Time, bool) {
	return u.deadline, true
}

// A call in C takes a day at most, Go counts nanoseconds in 63 bits.
func TestTheTimeUntilADeadlineIsADayAtMost(t *testing.T) {
	for _, deadline := range []time.Time{
		time.Now().Add(25 * time.Hour),
		time.Now().AddDate(200, 0, 0),
		time.Now().AddDate(5000, 0, 0),
	} {
		if timeout, limited := timeoutOf(until{ctx, deadline}); timeout != longest.Milliseconds() || !limited {
			t.Error(deadline, timeout, limited)
		}
	}
	for left, want := range map[time.Duration]time.Duration{
		10 * time.Nanosecond: time.Millisecond,
		time.Hour:            time.Hour,
	} {
		timeout, ends := timeoutOf(until{ctx, time.Now().Add(left)})
		if got := time.Duration(timeout) * time.Millisecond; got > want || got < want-time.Minute || got == 0 || !ends {
			t.Error(left, got, ends)
		}
	}
}

// The context may end the call before the library's limit does. The error is then that of a cancelled call.
func TestACallThatTheDeadlineCancelsDoesNotSayThatItWasCancelled(t *testing.T) {
	failure := &Error{Status: StatusCancelled, Code: "cancelled", Message: "the call was cancelled"}
	addCause(until{ctx, time.Now().Add(-time.Second)}, failure)
	if failure.Status != StatusTimeout || strings.Contains(failure.Error()+string(failure.Raw), "cancelled") {
		t.Error(failure, string(failure.Raw))
	}
}
