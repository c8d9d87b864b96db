package loginid

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"
	"time"
)

// wireCall is an entry of bindings/wire.json: the request of a C function.
type wireCall struct {
	Function  string
	Arguments map[string]any
	Method    string
	Path      string
	Body      map[string]any
}

// is tells whether it is a call of this function with these arguments.
func (c wireCall) is(function string, given ...string) bool {
	for _, name := range given {
		if _, ok := c.Arguments[name]; !ok {
			return false
		}
	}
	return c.Function == function
}

func (c wireCall) text(name string) string {
	value, _ := c.Arguments[name].(string)
	return value
}

func (c wireCall) bool(name string) bool {
	return c.Arguments[name].(bool)
}

func (c wireCall) json(name string) json.RawMessage {
	return json.RawMessage(c.text(name))
}

func (c wireCall) who() Who {
	return Who{ID: c.text("user_id"), Name: c.text("username")}
}

func options[T any](c wireCall, name string) *T {
	options := new(T)
	if err := json.Unmarshal(c.json(name), options); err != nil {
		panic(err)
	}
	return options
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
	text, err := os.ReadFile("../wire.json")
	if err != nil {
		t.Fatal(err)
	}
	var calls []wireCall
	parse(t, text, &calls)
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
		if want := (received{call.Method, call.Path, call.Body}); !reflect.DeepEqual(sent[0], want) {
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
