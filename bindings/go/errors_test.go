package loginid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

// errorTable is bindings/errors.json, which the tests of all languages read.
type errorTable struct {
	Calls    map[string]struct{ Method, Path string }
	Messages []struct {
		Code      string
		Languages []string
		Begins    string
	}
	Statuses []struct {
		Number int
		Status string
	}
	Cases []errorCase
}

type errorCase struct {
	Case                  string
	Service               string
	Call                  string
	Username              string
	UserID                string `json:"user_id"`
	Token                 map[string]any
	AnotherKey            bool `json:"another_key"`
	WithoutAPIKey         bool `json:"without_api_key"`
	Closed                bool
	Cancelled             bool
	CancelledWhileRunning bool   `json:"cancelled_while_running"`
	AnsweredWithLoginOf   string `json:"answered_with_login_of"`
	Config                struct {
		BaseURL          string `json:"base_url"`
		APIKey           string `json:"api_key"`
		MaxRetries       *int   `json:"max_retries"`
		RequestTimeoutMS int    `json:"request_timeout_ms"`
	}
	Fault    map[string]any
	FaultOf  string `json:"fault_of"`
	Times    int
	Message  string
	Error    map[string]any
	Attempts []map[string]any
}

// clientOfCase is what both clients have.
type clientOfCase interface {
	OnAttempt(func(Attempt)) error
	Close() error
}

// prepare sets the faults of the case.
func (c errorCase) prepare(t *testing.T, table errorTable) {
	t.Helper()
	admin := newClient(t)
	fault, times, call := c.Fault, 9, c.Call
	if c.Times != 0 {
		times = c.Times
	}
	if c.FaultOf != "" {
		call = c.FaultOf
	}
	if c.AnsweredWithLoginOf != "" {
		expect.Must[User](t)(admin.AddUserWithoutCredentials(ctx, c.AnsweredWithLoginOf))
		login := control(t, "POST", "users/"+c.AnsweredWithLoginOf+"/login", nil)
		fault = map[string]any{"kind": "status", "code": 200, "body": string(login)}
	}
	if fault != nil {
		match := map[string]any{"path": table.Calls[call].Path}
		control(t, "POST", "faults", map[string]any{"match": match, "times": times, "fault": fault})
	}
}

// client is one for the case, with the call to make.
func (c errorCase) client(t *testing.T) (clientOfCase, func(context.Context) error) {
	t.Helper()
	if c.Service == "v2" {
		client := c.v2Client(t)
		return client, func(ctx context.Context) error { return c.makeV2(t, ctx, client) }
	}
	client := c.v1Client(t)
	return client, func(ctx context.Context) error { return c.makeV1(ctx, client) }
}

func (c errorCase) v1Client(t *testing.T) *Client {
	t.Helper()
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
	return expect.Must[Client](t)(NewWithConfig(config))
}

func (c errorCase) v2Client(t *testing.T) *loginidv2.Client {
	t.Helper()
	config := loginidv2.Config{
		BaseURL: os.Getenv("LOGINID_V2_BASE_URL"), APIKey: os.Getenv("LOGINID_V2_API_KEY"), MaxRetries: c.Config.MaxRetries,
	}
	if c.Config.APIKey != "" || c.WithoutAPIKey {
		config.APIKey = c.Config.APIKey
	}
	return expect.Must[loginidv2.Client](t)(loginidv2.NewWithConfig(config))
}

func (c errorCase) makeV1(ctx context.Context, client *Client) error {
	var err error
	switch name := withNUL(c.Username); c.Call {
	case "get_user":
		_, err = client.GetUser(ctx, name)
	case "authenticate_password":
		_, err = client.AuthenticatePassword(ctx, name, "a password")
	case "wait_code":
		_, err = client.WaitCode(ctx, name, "123456", "short")
	}
	return err
}

func (c errorCase) makeV2(t *testing.T, ctx context.Context, client *loginidv2.Client) error {
	t.Helper()
	var err error
	switch c.Call {
	case "v2_list_passkeys":
		_, err = client.ListPasskeys(ctx, loginidv2.Who{Username: c.Username, Token: c.token(t)})
	case "v2_delete_user":
		err = client.DeleteUser(ctx, withNUL(c.UserID))
	case "v2_verify_token":
		_, err = client.VerifyToken(ctx, c.token(t))
	case "v2_get_version":
		_, err = client.GetVersion(ctx)
	}
	return err
}

// token is one that the service signed, with the times of the case, or empty.
func (c errorCase) token(t *testing.T) string {
	t.Helper()
	if c.Token == nil {
		return ""
	}
	claims := map[string]any{
		"sub": "u1", "username": "ada", "tokenType": "jwtAccess", "iat": c.Token["iat"], "exp": c.Token["exp"],
		"iss": os.Getenv("LOGINID_V2_BASE_URL"), "aud": os.Getenv("LOGINID_V2_APPLICATION_ID"),
	}
	var made struct{ Token string }
	parse(t, control(t, "POST", "v2/tokens", map[string]any{"claims": claims}), &made)
	return made.Token
}

// withNUL is a text of the table, in which "␀" is a NUL.
func withNUL(text string) string { return strings.ReplaceAll(text, "␀", "\x00") }

func errorsOfAllLanguages(t *testing.T) errorTable {
	t.Helper()
	text, err := os.ReadFile("../errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var table errorTable
	parse(t, text, &table)
	if len(table.Cases) < 20 || len(table.Statuses) < 14 {
		t.Fatal("the table is not complete")
	}
	return table
}

func TestErrorsAndAttemptsAreThoseOfTheTable(t *testing.T) {
	table := errorsOfAllLanguages(t)
	for _, c := range table.Cases {
		t.Run(c.Case, func(t *testing.T) {
			c.prepare(t, table)
			client, call := c.client(t)
			defer client.Close()
			var attempts []Attempt
			if err := client.OnAttempt(func(a Attempt) { attempts = append(attempts, a) }); err != nil {
				t.Fatal(err)
			}
			if c.Closed {
				_ = client.Close()
			}
			limited, cancel := context.WithCancel(ctx)
			defer cancel()
			if c.Cancelled {
				cancel()
			}
			if c.CancelledWhileRunning {
				go func() {
					defer cancel()
					awaitRequest(t, table.Calls[c.Call].Path)
				}()
			}
			var failure *Error
			if err := call(limited); !errors.As(err, &failure) {
				t.Fatalf("%T: %v", err, err)
			}
			c.compare(t, failure, attempts)
			c.compareAttempts(t, table, attempts)
		})
	}
}

func TestMessagesOfTheBindingAreThoseOfTheTable(t *testing.T) {
	made := map[string]func() error{
		"invalid_utf8": func() error { _, err := NewWithConfig(Config{BaseURL: "\xff"}); return err },
	}
	for _, row := range errorsOfAllLanguages(t).Messages {
		if !strings.Contains(strings.Join(row.Languages, " "), "go") {
			continue
		}
		var failure *Error
		if err := made[row.Code](); !errors.As(err, &failure) || failure.Code != row.Code ||
			!strings.HasPrefix(failure.Message, strings.ReplaceAll(row.Begins, "{name}", "base_url")) {
			t.Errorf("%s: %v", row.Code, err)
		}
		delete(made, row.Code)
	}
	if len(made) != 0 {
		t.Error(made)
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
	id, request := "", ""
	if len(attempts) > 0 {
		id = attempts[len(attempts)-1].RequestID
		request = ", request " + id
	}
	if failure.RequestID != id || failure.Message == "" || c.Message != "" && failure.Message != c.Message {
		t.Errorf("%q %q", failure.RequestID, failure.Message)
	}
	operation := ""
	if failure.Operation != "" {
		operation = failure.Operation + ": "
	}
	text := fmt.Sprintf("loginid: %s%s: %s (%s%s)", operation, failure.Status, failure.Message, failure.Code, request)
	if failure.Error() != text {
		t.Errorf("%s, not %s", failure, text)
	}
	var object struct{ Error map[string]any }
	parse(t, failure.Raw, &object)
	seen["message"], seen["request_id"] = failure.Message, orNil(id)
	if !reflect.DeepEqual(object.Error, seen) {
		t.Errorf("%s, not %v", failure.Raw, seen)
	}
}

func (c errorCase) compareAttempts(t *testing.T, table errorTable, attempts []Attempt) {
	t.Helper()
	if len(attempts) != len(c.Attempts) {
		t.Fatalf("%+v", attempts)
	}
	for i, attempt := range attempts {
		seen := map[string]any{
			"attempt": float64(attempt.Attempt), "http_status": orNil(float64(attempt.HTTPStatus)),
			"status": nil, "code": orNil(attempt.Code), "retried": attempt.RetryIn > 0,
		}
		if attempt.Status != 0 {
			seen["status"] = attempt.Status.String()
		}
		expected := map[string]any{"operation": c.Call}
		for name, value := range c.Attempts[i] {
			expected[name] = value
		}
		seen["operation"] = attempt.Operation
		if !reflect.DeepEqual(seen, expected) {
			t.Errorf("%v, not %v", seen, expected)
		}
		request := table.Calls[attempt.Operation]
		isRepeated := i > 0 && attempts[i-1].Operation == attempt.Operation
		if attempt.Event != "http_attempt" || attempt.Method != request.Method || attempt.Path != request.Path ||
			attempt.Duration <= 0 || isRepeated && attempt.RequestID != attempts[i-1].RequestID ||
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
	want := "loginid: get_user: LID_ERROR_API: " + failure.Message + " (user_not_found, request " + failure.RequestID + ")"
	if err.Error() != want {
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
		"match": map[string]any{"path": errorsOfAllLanguages(t).Calls["get_user"].Path}, "times": 1,
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
