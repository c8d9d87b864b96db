package loginid

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

const retrieve = "/manage/users/retrieve"

// slow has the service answer the next request for a user after a minute.
func slow(t *testing.T) {
	t.Helper()
	control(t, "POST", "faults", map[string]any{
		"match": map[string]string{"path": retrieve},
		"times": 1,
		"fault": map[string]any{"kind": "delay", "ms": 60000},
	})
}

func TestACancelledContextEndsAnyCall(t *testing.T) {
	client := newClient(t)
	slow(t)
	calling, cancel := context.WithCancel(ctx)
	go func() {
		awaitRequest(t, retrieve)
		cancel()
	}()
	_, err := client.GetUser(calling, ada)
	var failure *Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &failure) ||
		failure.Status != StatusCancelled || failure.Code != "cancelled" {
		t.Error(err)
	}
}

func TestAContextsDeadlineEndsAnyCall(t *testing.T) {
	client := newClient(t)
	slow(t)
	calling, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := client.GetUser(calling, ada)
	var failure *Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failure) ||
		failure.Status != StatusTimeout || failure.Code != "timeout" {
		t.Error(err)
	}
	if taken := time.Since(started); taken > 10*time.Second {
		t.Error(taken)
	}
}

// Of the limit of the options and that of the context, the earlier one counts.
func TestALaterDeadlineDoesNotReplaceTheLimitOfTheOptions(t *testing.T) {
	client := newClient(t)
	limited, err := client.WithOptions(Options{Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer limited.Close()
	derived, err := limited.WithOptions(Options{RequestID: "trace-42"})
	if err != nil {
		t.Fatal(err)
	}
	defer derived.Close()
	calling, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for _, one := range []*Client{limited, derived} {
		slow(t)
		started := time.Now()
		_, err = one.GetUser(calling, ada)
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != StatusTimeout ||
			errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if taken := time.Since(started); taken > 10*time.Second {
			t.Error(taken)
		}
	}
}

// The context has ended while the key of a token is fetched.
func TestAContextEndsAVerification(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	var login struct{ JWT string }
	parse(t, control(t, "POST", "users/"+ada+"/login", map[string]any{}), &login)
	control(t, "POST", "faults", map[string]any{
		"match": map[string]string{"path": "/certs"},
		"times": 1,
		"fault": map[string]any{"kind": "delay", "ms": 60000},
	})
	calling, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if _, err := client.VerifyToken(calling, login.JWT); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	cancellable, end := context.WithCancel(ctx)
	defer end()
	if _, err := client.VerifyToken(cancellable, login.JWT); err != nil {
		t.Error(err)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// A context that is never cancelled needs no descriptor, and others give theirs back.
func TestContextsLeaveNoDescriptors(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	before := descriptors(t)
	for i := 0; i < 1000; i++ {
		calling, cancel := context.WithCancel(ctx)
		if _, err := client.GenerateServiceToken(calling, "users.retrieve", Who{}, ""); err != nil {
			t.Fatal(err)
		}
		defer cancel()
	}
	for i := 0; i < 20; i++ {
		calling, cancel := context.WithTimeout(ctx, time.Minute)
		expect.Must[User](t)(client.GetUser(calling, ada))
		cancel()
	}
	if after := descriptors(t); after > before+2 {
		t.Errorf("%d descriptors, then %d", before, after)
	}
}

func TestOptionsAreSentAndTheClientsAreIndependent(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	zero := 0
	derived, err := client.WithOptions(Options{
		Timeout: 30 * time.Second, MaxRetries: &zero, RequestID: "trace-42",
		Headers: map[string]string{"X-Tenant": "two"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	calling, cancel := context.WithCancel(ctx)
	defer cancel()
	control(t, "DELETE", "requests", nil)
	expect.Must[User](t)(derived.GetUser(calling, ada))
	sent := string(control(t, "GET", "requests", nil))
	for _, header := range []string{`["x-tenant","two"]`, `["request-id","trace-42"]`} {
		if !strings.Contains(sent, header) {
			t.Errorf("no %s in %s", header, sent)
		}
	}
	_, err = derived.GetUser(ctx, "nobody")
	var failure *Error
	if !errors.As(err, &failure) || failure.RequestID != "trace-42" {
		t.Error(err)
	}
	if err := derived.Close(); err != nil {
		t.Error(err)
	}
	if _, err = derived.WithOptions(Options{}); !errors.As(err, &failure) || failure.Code != "client_closed" {
		t.Error(err)
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	client := newClient(t)
	for _, options := range []Options{
		{Timeout: -time.Second},
		{Timeout: -1},
		{Timeout: 24*time.Hour + 1},
		{RequestID: "a b"},
		{Headers: map[string]string{"Host": "canary"}},
	} {
		_, err := client.WithOptions(options)
		var failure *Error
		if !errors.As(err, &failure) || failure.Code != "invalid_options" ||
			strings.Contains(err.Error(), "canary") ||
			// The name of the argument in C.
			strings.Contains(err.Error(), "options_json") {
			t.Error(options, err)
		}
	}
}

// The message is about the field of Go, in its unit.
func TestATimeoutIsNamedAndAFractionIsRoundedUp(t *testing.T) {
	client := newClient(t)
	_, err := client.WithOptions(Options{Timeout: 25 * time.Hour})
	var failure *Error
	if !errors.As(err, &failure) || failure.Message != "Timeout must be more than 0 and at most 24h0m0s, not 25h0m0s" {
		t.Error(err)
	}
	day := expect.Must[Client](t)(client.WithOptions(Options{Timeout: 24 * time.Hour}))
	defer day.Close()
	expect.Must[User](t)(day.AddUserWithoutCredentials(ctx, ada))
	// Not 0 milliseconds, which would be no limit.
	hurried := expect.Must[Client](t)(client.WithOptions(Options{Timeout: time.Nanosecond}))
	defer hurried.Close()
	slow(t)
	if _, err := hurried.GetUser(ctx, ada); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
}

// encoding/json would replace what is not UTF-8.
func TestTextsThatAreNotUTF8AreRefused(t *testing.T) {
	client := newClient(t)
	const bad = "\xff"
	with := func(options Options) error { _, err := client.WithOptions(options); return err }
	of := func(config Config) error { _, err := NewWithConfig(config); return err }
	for name, errs := range map[string][]error{
		"headers": {
			with(Options{Headers: map[string]string{"X-A": bad}}),
			with(Options{Headers: map[string]string{"X-" + bad: "a"}}),
			of(Config{ClientID: "id", Headers: map[string]string{"X-A": bad}}),
		},
		"request_id":  {with(Options{RequestID: bad})},
		"client_id":   {of(Config{ClientID: bad})},
		"private_key": {of(Config{ClientID: "id", PrivateKey: bad})},
		"public_keys": {of(Config{ClientID: "id", PublicKeys: map[string]string{bad: "key"}})},
		"display_name": {func() error {
			_, err := client.RegisterFIDO2Init(ctx, ada, &FIDO2Options{DisplayName: bad})
			return err
		}()},
	} {
		for _, err := range errs {
			var failure *Error
			if !errors.As(err, &failure) || failure.Code != "invalid_utf8" || failure.Message != name+" is not UTF-8" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The function may be freed only after the last client that shares it.
func TestTheLogFunctionOutlivesTheClientThatSetIt(t *testing.T) {
	client := newClient(t)
	derived, err := client.WithOptions(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer derived.Close()
	var events atomic.Int64
	if err := client.SetLogFunc(func(event string) {
		if json.Valid([]byte(event)) {
			events.Add(1)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	_, _ = derived.GetUser(ctx, ada)
	if events.Load() != 1 {
		t.Error(events.Load(), "events")
	}
}
