package loginid

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/wire"
)

// wireCall is an entry of bindings/wire.json.
type wireCall struct {
	wire.Call
}

func (c wireCall) who() Who {
	return Who{ID: c.Text("user_id"), Username: c.Text("username")}
}

// send makes the call, within its time if it has one.
func (c wireCall) send(client *Client) error {
	limit, ok := c.Arguments["timeout_ms"].(float64)
	if !ok {
		return c.call(ctx, client)
	}
	limited, cancel := context.WithTimeout(ctx, time.Duration(limit)*time.Millisecond)
	defer cancel()
	return c.call(limited, client)
}

func wireCalls(t *testing.T) []wireCall {
	t.Helper()
	var calls []wireCall
	for _, call := range wire.Read(t, "../wire.json") {
		calls = append(calls, wireCall{call})
	}
	return calls
}

func TestEachMethodSendsWhatItsFunctionIsFor(t *testing.T) {
	client := newClient(t)
	for _, call := range wireCalls(t) {
		control(t, "DELETE", "requests", nil)
		err := call.send(client)
		var failure *Error
		// The user and the code do not exist; only the request matters.
		if err != nil && (!errors.As(err, &failure) || failure.HTTPStatus == 0) {
			t.Errorf("%s: %v", call.Function, err)
			continue
		}
		sent := requests(t)
		if len(sent) != 1 {
			t.Errorf("%s: %d requests", call.Function, len(sent))
			continue
		}
		delete(sent[0].Body, "client_id")
		if len(sent[0].Body) == 0 {
			sent[0].Body = nil
		}
		body, _ := call.Body.(map[string]any)
		if want := (received{call.Method, call.Path, body}); !reflect.DeepEqual(sent[0], want) {
			t.Errorf("%s: sent %v, not %v", call.Function, sent[0], want)
		}
	}
	if count := resentTokens(t); count != 0 {
		t.Errorf("%d tokens were sent twice", count)
	}
}

func TestEachMethodEndsWithItsContext(t *testing.T) {
	client := newClient(t)
	control(t, "POST", "faults", map[string]any{"fault": map[string]any{"kind": "delay", "ms": 60000}})
	cause := errors.New("the user has left")
	for _, call := range wireCalls(t) {
		limited, cancel := context.WithTimeoutCause(ctx, 50*time.Millisecond, cause)
		err := call.call(limited, client)
		cancel()
		var failure *Error
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, cause) || !errors.As(err, &failure) ||
			failure.Status != StatusTimeout {
			t.Errorf("%s: %v", call.Function, err)
		}
	}
}
