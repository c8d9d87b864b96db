package loginid

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

// errorTable is bindings/errors.json, which the tests of all languages read.
type errorTable struct {
	Statuses []struct {
		Number int
		Status string
	}
	Cases []errorCase
}

type errorCase struct {
	Case                string
	Call                string
	Username            string
	AnotherKey          bool `json:"another_key"`
	Closed              bool
	Cancelled           bool
	AnsweredWithLoginOf string `json:"answered_with_login_of"`
	Config              struct {
		BaseURL          string `json:"base_url"`
		MaxRetries       *int   `json:"max_retries"`
		RequestTimeoutMS int    `json:"request_timeout_ms"`
	}
	Fault    map[string]any
	Times    int
	Error    map[string]any
	Attempts []map[string]any
}

var pathsOfCases = map[string]string{
	"get_user":              "/manage/users/retrieve",
	"authenticate_password": "/authenticate/password",
	"wait_code":             "/authenticate/code/wait",
}

// client is one for the case, whose faults are set.
func (c errorCase) client(t *testing.T) *Client {
	t.Helper()
	admin := newClient(t)
	config := Config{
		ClientID:         os.Getenv("LOGINID_CLIENT_ID"),
		PrivateKey:       os.Getenv("LOGINID_PRIVATE_KEY"),
		BaseURL:          os.Getenv("LOGINID_BASE_URL"),
		MaxRetries:       c.Config.MaxRetries,
		RequestTimeoutMS: c.Config.RequestTimeoutMS,
	}
	if c.Config.BaseURL != "" {
		config.BaseURL = c.Config.BaseURL
	}
	if c.AnotherKey {
		config.PrivateKey = expect.Must[KeyPair](t)(GenerateKeyPair()).PrivateKey
	}
	fault, times := c.Fault, 9
	if c.Times != 0 {
		times = c.Times
	}
	if c.AnsweredWithLoginOf != "" {
		expect.Must[User](t)(admin.AddUserWithoutCredentials(ctx, c.AnsweredWithLoginOf))
		login := control(t, "POST", "users/"+c.AnsweredWithLoginOf+"/login", nil)
		fault = map[string]any{"kind": "status", "code": 200, "body": string(login)}
	}
	if fault != nil {
		match := map[string]any{"path": pathsOfCases[c.Call]}
		control(t, "POST", "faults", map[string]any{"match": match, "times": times, "fault": fault})
	}
	client := expect.Must[Client](t)(NewWithConfig(config))
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func (c errorCase) make(client *Client) error {
	var err error
	switch c.Call {
	case "get_user":
		_, err = client.GetUser(ctx, c.Username)
	case "authenticate_password":
		_, err = client.AuthenticatePassword(ctx, c.Username, "a password")
	case "wait_code":
		limited, cancel := context.WithCancel(ctx)
		defer cancel()
		if c.Cancelled {
			cancel()
		}
		_, err = client.WaitCode(limited, c.Username, "123456", "short")
	}
	return err
}

func errorsOfAllLanguages(t *testing.T) errorTable {
	t.Helper()
	text, err := os.ReadFile("../errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var table errorTable
	parse(t, text, &table)
	if len(table.Cases) < 10 || len(table.Statuses) < 14 {
		t.Fatal("the table is not complete")
	}
	return table
}

func TestErrorsAndAttemptsAreThoseOfTheTable(t *testing.T) {
	for _, c := range errorsOfAllLanguages(t).Cases {
		t.Run(c.Case, func(t *testing.T) {
			client := c.client(t)
			var attempts []Attempt
			if err := client.OnAttempt(func(a Attempt) { attempts = append(attempts, a) }); err != nil {
				t.Fatal(err)
			}
			if c.Closed {
				_ = client.Close()
			}
			var failure *Error
			if err := c.make(client); !errors.As(err, &failure) {
				t.Fatalf("%T: %v", err, err)
			}
			c.compare(t, failure, attempts)
			c.compareAttempts(t, attempts)
		})
	}
}

func (c errorCase) compare(t *testing.T, failure *Error, attempts []Attempt) {
	t.Helper()
	seen := map[string]any{
		"status": failure.Status.String(), "code": failure.Code, "retryable": failure.Retryable,
		"operation": orNil(failure.Operation), "http_status": orNil(float64(failure.HTTPStatus)),
		"retry_after_ms": orNil(float64(failure.RetryAfter.Milliseconds())),
	}
	if !reflect.DeepEqual(seen, c.Error) {
		t.Errorf("%v, not %v", seen, c.Error)
	}
	id := ""
	if len(attempts) > 0 {
		id = attempts[0].RequestID
	}
	if failure.RequestID != id || failure.Message == "" {
		t.Errorf("%q %q", failure.RequestID, failure.Message)
	}
	var object struct{ Error map[string]any }
	parse(t, failure.Raw, &object)
	seen["message"], seen["request_id"] = failure.Message, orNil(id)
	if !reflect.DeepEqual(object.Error, seen) {
		t.Errorf("%s, not %v", failure.Raw, seen)
	}
}

func (c errorCase) compareAttempts(t *testing.T, attempts []Attempt) {
	t.Helper()
	if len(attempts) != len(c.Attempts) {
		t.Fatalf("%+v", attempts)
	}
	for i, attempt := range attempts {
		seen := map[string]any{
			"attempt": float64(attempt.Attempt), "http_status": orNil(float64(attempt.HTTPStatus)),
			"status": attempt.Status.String(), "code": attempt.Code, "retried": attempt.RetryIn > 0,
		}
		if !reflect.DeepEqual(seen, c.Attempts[i]) {
			t.Errorf("%v, not %v", seen, c.Attempts[i])
		}
		if attempt.Event != "http_attempt" || attempt.Operation != c.Call ||
			attempt.Method != "POST" || attempt.Path != pathsOfCases[c.Call] ||
			attempt.Duration <= 0 || attempt.RequestID != attempts[0].RequestID ||
			!json.Valid(attempt.Raw) {
			t.Errorf("%+v", attempt)
		}
	}
}

// orNil is nil, JSON's null, for the zero value.
func orNil[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

func TestAnErrorHasEveryDetail(t *testing.T) {
	client := newClient(t)
	_, err := client.GetUser(ctx, "nobody")
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T: %v", err, err)
	}
	if failure.Status != StatusAPI || failure.Code != "user_not_found" ||
		failure.HTTPStatus != 404 || failure.Operation != "get_user" ||
		failure.Retryable || len(failure.RequestID) != 36 || failure.Message == "" {
		t.Errorf("%+v", failure)
	}
	if failure.Status.String() != "LID_ERROR_API" || !json.Valid(failure.Raw) {
		t.Errorf("%s %s", failure.Status, failure.Raw)
	}
	want := "loginid: get_user: LID_ERROR_API (user_not_found): "
	if !strings.HasPrefix(err.Error(), want) {
		t.Error(err)
	}
}

func TestARateLimitHasTheTimeToWait(t *testing.T) {
	client := newClient(t)
	control(t, "POST", "faults", map[string]any{"fault": map[string]any{
		"kind": "status", "code": 429, "headers": [][]string{{"retry-after", "120"}},
	}})
	_, err := client.GetUser(ctx, ada)
	var failure *Error
	if !errors.As(err, &failure) || failure.Status != StatusRateLimited ||
		failure.RetryAfter != 2*time.Minute || !failure.Retryable {
		t.Errorf("%+v", failure)
	}
}

func TestEachStatusHasItsNumber(t *testing.T) {
	for _, row := range errorsOfAllLanguages(t).Statuses {
		if Status(row.Number).String() != row.Status {
			t.Errorf("%+v", row)
		}
	}
}

func TestAPanicOfTheListenerIsOneOfTheCall(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	_ = client.OnAttempt(func(a Attempt) { panic(a.Operation) })
	func() {
		defer func() {
			if caught := recover(); caught != "get_user" {
				t.Error(caught)
			}
		}()
		_, _ = client.GetUser(ctx, ada)
	}()
	// And so is the end of its goroutine, for example by t.FailNow.
	_ = client.OnAttempt(func(Attempt) { runtime.Goexit() })
	ended := make(chan bool)
	go func() {
		defer close(ended)
		_, _ = client.GetUser(ctx, ada)
		t.Error("the goroutine has not ended")
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the call has not ended")
	}
	_ = client.OnAttempt(nil)
	expect.Must[User](t)(client.GetUser(ctx, ada))
}

func TestTheListenerMayUseTheClientAndRemoveItself(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	control(t, "POST", "faults", map[string]any{
		"match": map[string]any{"path": pathsOfCases["get_user"]}, "times": 1,
		"fault": map[string]any{"kind": "status", "code": 503},
	})
	var seen []string
	_ = client.OnAttempt(func(a Attempt) {
		seen = append(seen, a.Operation)
		_ = client.OnAttempt(nil)
		expect.Must[Credentials](t)(client.GetCredentials(ctx, "", Username(ada)))
	})
	// A call that has begun uses the function that was set then.
	expect.Must[User](t)(client.GetUser(ctx, ada))
	expect.Must[User](t)(client.GetUser(ctx, ada))
	if !reflect.DeepEqual(seen, []string{"get_user", "get_user"}) {
		t.Error(seen)
	}
}

func TestThereIsOneLogFunction(t *testing.T) {
	client, other := newClient(t), expect.Must[Client](t)(NewFromEnv())
	defer other.Close()
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	texts, attempts := 0, 0
	_ = other.OnAttempt(func(Attempt) { attempts++ })
	_ = client.OnAttempt(func(Attempt) { t.Error("it was replaced") })
	// A call on the thread of another call.
	_ = client.SetLogFunc(func(string) {
		texts++
		expect.Must[User](t)(other.GetUser(ctx, ada))
	})
	expect.Must[User](t)(client.GetUser(ctx, ada))
	if texts != 1 || attempts != 1 {
		t.Error(texts, attempts)
	}
	_ = client.OnAttempt(func(Attempt) { attempts++ })
	expect.Must[User](t)(client.GetUser(ctx, ada))
	if texts != 1 || attempts != 2 {
		t.Error(texts, attempts)
	}
}

func TestEachGoroutineHasItsOwnAttempts(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	attempts := make(chan Attempt, 1000)
	_ = client.OnAttempt(func(a Attempt) { attempts <- a })
	ended := make(chan bool)
	for i := 0; i < 8; i++ {
		go func() {
			for j := 0; j < 10; j++ {
				_, _ = client.GetUser(ctx, ada)
			}
			ended <- true
		}()
	}
	for i := 0; i < 8; i++ {
		<-ended
	}
	close(attempts)
	ids := map[string]bool{}
	for attempt := range attempts {
		ids[attempt.RequestID] = true
	}
	if len(ids) != 80 {
		t.Errorf("%d calls had an attempt", len(ids))
	}
}
