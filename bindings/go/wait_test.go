package loginid

import (
	"context"
	"errors"
	"testing"
	"time"
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
	login := must[Authentication](t)(client.WaitCode(ctx, ada, code, "short"))
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
