package loginidv2_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	loginid "github.com/libloginid/libloginid/bindings/go"
	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/loginidtest"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

func failureOf(t *testing.T, err error) *loginidv2.Error {
	t.Helper()
	var failure *loginidv2.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T: %v", err, err)
	}
	return failure
}

func TestAnErrorHasEveryDetail(t *testing.T) {
	client := newClient(t)
	err := fmt.Errorf("the profile: %w", client.DeleteUser(ctx, "nobody"))
	failure := failureOf(t, err)
	if failure.Status != loginidv2.StatusAPI || failure.Code != "not_found" || failure.HTTPStatus != 404 ||
		failure.Operation != "v2_delete_user" || failure.Retryable || len(failure.RequestID) != 36 ||
		failure.Message == "" || failure.Timeout() || failure.Temporary() {
		t.Errorf("%+v", failure)
	}
	// The errors of both packages are the same.
	var other *loginid.Error
	if !errors.As(err, &other) || other != failure {
		t.Error(other)
	}
}

// A logger gets the members of an error, so that its request id is in the log.
func TestAnErrorIsLoggedWithItsMembers(t *testing.T) {
	client := newClient(t)
	var text bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&text, nil))
	logged := func(err error) map[string]any {
		t.Helper()
		text.Reset()
		logger.Error("a call", "error", err)
		var line struct{ Error map[string]any }
		if err := json.Unmarshal(text.Bytes(), &line); err != nil {
			t.Fatal(err, text.String())
		}
		return line.Error
	}
	refused := client.DeleteUser(ctx, "nobody")
	control(t, http.MethodPost, "faults", map[string]any{"times": 9, "fault": map[string]any{
		"kind": "status", "code": 429, "headers": [][]string{{"retry-after", "60"}},
	}}, nil)
	limited := client.DeleteUser(ctx, "nobody")
	succeeds(t, client.Close())
	for _, row := range []struct {
		err  error
		want map[string]any
	}{
		{refused, map[string]any{
			"status": "LID_ERROR_API", "code": "not_found", "operation": "v2_delete_user", "http_status": 404.0,
			"retryable": false,
		}},
		{limited, map[string]any{
			"status": "LID_ERROR_RATE_LIMITED", "code": "rate_limited", "operation": "v2_delete_user", "http_status": 429.0,
			"retryable": true, "retry_after": 60e9,
		}},
		{client.DeleteUser(ctx, "nobody"), map[string]any{
			"status": "LID_ERROR_INVALID_ARGUMENT", "code": "client_closed", "retryable": false,
		}},
	} {
		failure := failureOf(t, row.err)
		row.want["message"] = failure.Message
		if failure.RequestID != "" {
			row.want["request_id"] = failure.RequestID
		}
		if shown := logged(row.err); !reflect.DeepEqual(shown, row.want) {
			t.Errorf("%v, not %v", shown, row.want)
		}
	}
}

// An error that a fake makes is what its status and code say.
func TestAnErrorMayBeMadeForATest(t *testing.T) {
	var err error = &loginidv2.Error{Status: loginidv2.StatusAPI, Code: "not_found", Message: "gone", HTTPStatus: 404}
	refused(t, err, loginidv2.ErrNotFound)
	if text := err.Error(); errors.Is(err, loginidv2.ErrForbidden) || !strings.Contains(text, "not_found") || !strings.Contains(text, "gone") {
		t.Error(err)
	}
	refused(t, &loginidv2.Error{Status: loginidv2.StatusTimeout}, loginidv2.ErrTimeout)
}

// A program in Go has no functions of C.
func TestNoMessageNamesAFunctionOfC(t *testing.T) {
	client := newClient(t)
	confirmation := expect.Must[loginidtest.Confirmation](t)(service.ConfirmTx(ada, "Pay 1", "nonce-1"))
	_, login := client.VerifyToken(ctx, confirmation.Token)
	keyless := service.V2Config()
	keyless.APIKey = ""
	other := expect.Must[loginidv2.Client](t)(loginidv2.NewWithConfig(keyless))
	defer other.Close()
	old := service.Config()
	old.PrivateKey = ""
	public := expect.Must[loginid.Client](t)(loginid.NewWithConfig(old))
	defer public.Close()
	_, unsigned := public.GenerateServiceToken(ctx, "users.retrieve", loginid.Who{}, "")
	for code, err := range map[string]error{
		"token_kind_mismatch":  login,
		"api_key_required":     other.DeleteUser(ctx, "id"),
		"private_key_required": unsigned,
	} {
		if failure := failureOf(t, err); failure.Code != code || strings.Contains(failure.Message, "lid_") {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// made is a login token of Ada that the service signed, with other claims.
func made(t *testing.T, others map[string]any) string {
	t.Helper()
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": os.Getenv("LOGINID_V2_BASE_URL"), "aud": os.Getenv("LOGINID_V2_APPLICATION_ID"),
		"sub": "u1", "username": ada, "tokenType": "jwtAccess", "iat": now, "exp": now + 600,
	}
	for name, value := range others {
		claims[name] = value
	}
	var made struct{ Token string }
	control(t, http.MethodPost, "v2/tokens", map[string]any{"claims": claims}, &made)
	return made.Token
}

func TestEachErrorIsWhatItsNameSays(t *testing.T) {
	client := newClient(t)
	token := logIn(t)
	confirmation := expect.Must[loginidtest.Confirmation](t)(service.ConfirmTx(ada, "Pay 1", "nonce-1")).Token
	answered := func(status int, body string) func() error {
		return func() error {
			control(t, http.MethodPost, "faults", map[string]any{"times": 1, "fault": map[string]any{
				"kind": "status", "code": status, "body": body,
			}}, nil)
			return client.DeleteUser(ctx, "id")
		}
	}
	zero := 0
	with := func(config loginidv2.Config, call func(*loginidv2.Client) error) func() error {
		return func() error {
			other := expect.Must[loginidv2.Client](t)(loginidv2.NewWithConfig(config))
			defer other.Close()
			return call(other)
		}
	}
	deleteUser := func(client *loginidv2.Client) error { return client.DeleteUser(ctx, "id") }
	keyless := service.V2Config()
	keyless.APIKey = ""
	foreign := service.V2Config()
	foreign.APIKey = "another"
	all := map[error]func() error{
		loginidv2.ErrNotFound:       func() error { return client.DeleteUser(ctx, "nobody") },
		loginidv2.ErrUnauthorized:   with(foreign, deleteUser),
		loginidv2.ErrForbidden:      answered(403, `{"msg":"no","msgCode":"forbidden"}`),
		loginidv2.ErrAPIKeyRequired: with(keyless, deleteUser),
		loginidv2.ErrRateLimited: with(loginidv2.Config{
			BaseURL: keyless.BaseURL, APIKey: service.V2Config().APIKey, MaxRetries: &zero,
		}, func(client *loginidv2.Client) error {
			control(t, http.MethodPost, "faults", map[string]any{"times": 1, "fault": map[string]any{
				"kind": "status", "code": 429, "headers": [][]string{{"retry-after", "60"}},
			}}, nil)
			return client.DeleteUser(ctx, "id")
		}),
		loginidv2.ErrNetwork: with(loginidv2.Config{
			BaseURL: "http://127.0.0.1:1", APIKey: "key", ApplicationID: "app", MaxRetries: &zero,
		}, deleteUser),
		loginidv2.ErrTimeout: with(loginidv2.Config{
			BaseURL: keyless.BaseURL, APIKey: service.V2Config().APIKey, RequestTimeoutMS: 100,
		}, func(client *loginidv2.Client) error {
			control(t, http.MethodPost, "faults", map[string]any{"times": 1, "fault": map[string]any{"kind": "delay", "ms": 60000}}, nil)
			return client.DeleteUser(ctx, "id")
		}),
		loginidv2.ErrTokenInvalid: func() error { _, err := client.VerifyToken(ctx, "x"); return err },
		loginidv2.ErrTokenExpired: func() error {
			_, err := client.VerifyToken(ctx, made(t, map[string]any{"iat": 1700000000, "exp": 1700000600}))
			return err
		},
		loginidv2.ErrClaimMismatch: func() error {
			_, err := client.VerifyToken(ctx, made(t, map[string]any{"aud": "another"}))
			return err
		},
		loginidv2.ErrUsernameMismatch:  func() error { _, err := client.VerifyTokenOf(ctx, token, "mallory"); return err },
		loginidv2.ErrTokenKindMismatch: func() error { _, err := client.VerifyToken(ctx, confirmation); return err },
		loginidv2.ErrTransactionHashMismatch: func() error {
			_, err := client.VerifyTransaction(ctx, confirmation, "Pay 2", "nonce-1")
			return err
		},
		loginidv2.ErrNonceMismatch: func() error {
			_, err := client.VerifyTransaction(ctx, confirmation, "Pay 1", "nonce-2")
			return err
		},
		loginidv2.ErrBadRequest: answered(400, `{"msg":"no","msgCode":"bad_request"}`),
		loginidv2.ErrClientClosed: func() error {
			closed := expect.Must[loginidv2.Client](t)(client.WithOptions(loginidv2.Options{}))
			_ = closed.Close()
			return closed.DeleteUser(ctx, "id")
		},
	}
	for want, call := range all {
		err := call()
		for other := range all {
			// Those of a code are those of its status, too.
			if errors.Is(err, other) != (other == want || other == loginidv2.ErrClaimMismatch && errors.Is(err, other)) {
				t.Errorf("%v: is %v: %v", err, other, errors.Is(err, other))
			}
		}
		var timeout net.Error
		if !errors.As(err, &timeout) || timeout.Timeout() != (want == loginidv2.ErrTimeout) {
			t.Errorf("%v: %v", err, timeout)
		}
		if want.Error() == "" {
			t.Error("it has no text")
		}
	}
}

// Those that both packages have are the same values.
func TestTheErrorsOfBothPackagesAreTheSame(t *testing.T) {
	for one, other := range map[error]error{
		loginidv2.ErrTokenInvalid: loginid.ErrTokenInvalid, loginidv2.ErrTokenExpired: loginid.ErrTokenExpired,
		loginidv2.ErrClaimMismatch: loginid.ErrClaimMismatch, loginidv2.ErrRateLimited: loginid.ErrRateLimited,
		loginidv2.ErrNetwork: loginid.ErrNetwork, loginidv2.ErrTimeout: loginid.ErrTimeout,
		loginidv2.ErrCancelled: loginid.ErrCancelled, loginidv2.ErrUnauthorized: loginid.ErrUnauthorized,
		loginidv2.ErrClientClosed: loginid.ErrClientClosed, loginidv2.ErrUsernameMismatch: loginid.ErrUsernameMismatch,
		loginidv2.ErrTokenKindMismatch:       loginid.ErrTokenKindMismatch,
		loginidv2.ErrTransactionHashMismatch: loginid.ErrTransactionHashMismatch,
		loginidv2.ErrNonceMismatch:           loginid.ErrNonceMismatch,
		loginidv2.ErrUnknownKeyThrottled:     loginid.ErrUnknownKeyThrottled,
	} {
		if one != other || one == nil {
			t.Errorf("%v is not %v", one, other)
		}
	}
}

func TestEveryMethodOfAClosedClientIsTheSameError(t *testing.T) {
	closed := newClient(t)
	for i := 0; i < 2; i++ {
		succeeds(t, closed.Close())
	}
	errorType := reflect.TypeOf((*error)(nil)).Elem()
	for name, client := range map[string]*loginidv2.Client{"closed": closed, "never made": {}} {
		called := 0
		methods := reflect.ValueOf(client)
		for i := 0; i < methods.NumMethod(); i++ {
			method, named := methods.Method(i), methods.Type().Method(i).Name
			count := method.Type().NumOut()
			if named == "Close" || count == 0 || method.Type().Out(count-1) != errorType {
				continue
			}
			called++
			var arguments []reflect.Value
			for i := 0; i < method.Type().NumIn(); i++ {
				argument := reflect.Zero(method.Type().In(i))
				if method.Type().In(i).Kind() == reflect.Interface {
					argument = reflect.ValueOf(ctx)
				}
				arguments = append(arguments, argument)
			}
			err, _ := method.Call(arguments)[count-1].Interface().(error)
			if !errors.Is(err, loginidv2.ErrClientClosed) {
				t.Errorf("%s: %s: %v", name, named, err)
			}
		}
		if called != 32 { // The 27 calls, of which two have two methods, WithOptions and the log functions.
			t.Errorf("%d methods", called)
		}
		succeeds(t, client.Close())
	}
}
