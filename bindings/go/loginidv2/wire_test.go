package loginidv2

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/emulator"
	"github.com/libloginid/libloginid/bindings/go/internal/wire"
)

// wireCall is an entry of bindings/wire-v2.json.
type wireCall struct {
	wire.Call
}

func (c wireCall) who() Who {
	return Who{Username: c.Text("username"), Token: c.Text("token")}
}

// received is a request that the emulator has recorded.
type received struct {
	Method   string
	Path     string
	Body     any
	BodyText string `json:"body_text"`
	Headers  [][2]string
	Token    struct {
		Claims struct {
			Username string
			Scopes   []string
		}
	}
}

func (r received) header(name string) string {
	for _, header := range r.Headers {
		if header[0] == name {
			return header[1]
		}
	}
	return ""
}

// table is an emulator with the user of the calls, a client of it, and the calls.
func table(t *testing.T) (service *emulator.Emulator, client *Client, calls []wireCall) {
	t.Helper()
	service, err := emulator.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Stop() })
	control(t, service, http.MethodPost, "v2/users/the-username/login", nil, nil)
	application := service.Variables["LOGINID_V2_APPLICATION_ID"]
	client, err = NewWithConfig(Config{
		BaseURL: service.Variables["LOGINID_V2_BASE_URL"], APIKey: service.Variables["LOGINID_V2_API_KEY"],
		ApplicationID: application,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	functions := map[string]bool{}
	for _, call := range wire.Read(t, "../../wire-v2.json", "the-application", application) {
		calls = append(calls, wireCall{call})
		functions[call.Function] = true
	}
	// The two verifications are local.
	if len(functions) != 25 {
		t.Errorf("%d functions", len(functions))
	}
	return service, client, calls
}

func control(t *testing.T, service *emulator.Emulator, method, path string, body, into any) {
	t.Helper()
	if err := service.Control(method, path, body, into); err != nil {
		t.Fatal(err)
	}
}

func TestEachMethodSendsWhatItsFunctionIsFor(t *testing.T) {
	service, client, calls := table(t)
	for _, call := range calls {
		control(t, service, http.MethodDelete, "requests", nil, nil)
		err := call.call(context.Background(), client)
		var failure *Error
		// The tokens, sessions and codes do not exist; only the request matters.
		if err != nil && (!errors.As(err, &failure) || failure.HTTPStatus == 0) {
			t.Errorf("%s: %v", call.Function, err)
			continue
		}
		var sent struct{ Requests []received }
		control(t, service, http.MethodGet, "requests", nil, &sent)
		call.compare(t, sent.Requests, service.Variables["LOGINID_V2_API_KEY"])
	}
}

func TestEachMethodEndsWithItsContext(t *testing.T) {
	service, client, calls := table(t)
	fault := map[string]any{"fault": map[string]any{"kind": "delay", "ms": 60000}}
	control(t, service, http.MethodPost, "faults", fault, nil)
	cause := errors.New("the user has left")
	for _, call := range calls {
		limited, cancel := context.WithTimeoutCause(context.Background(), 50*time.Millisecond, cause)
		err := call.call(limited, client)
		cancel()
		var failure *Error
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, cause) || !errors.As(err, &failure) ||
			failure.Status != StatusTimeout {
			t.Errorf("%s: %v", call.Function, err)
		}
	}
}

func (c wireCall) compare(t *testing.T, sent []received, key string) {
	t.Helper()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"))
	var authorization string
	switch c.Authorization {
	case "":
	case "api_key":
		authorization = basic
	case "token":
		authorization = "Bearer " + c.Text("token")
	default:
		if len(sent) != 2 {
			t.Errorf("%s: %d requests", c.Function, len(sent))
			return
		}
		c.compareGrant(t, sent[0], sent[1], basic)
		sent = sent[1:]
		authorization = sent[0].header("authorization")
	}
	if len(sent) != 1 {
		t.Errorf("%s: %d requests", c.Function, len(sent))
		return
	}
	one := sent[0]
	if one.Method != c.Method || one.Path != c.Path || !reflect.DeepEqual(one.Body, c.Body) ||
		c.Body == nil && one.BodyText != "" {
		t.Errorf("%s: sent %+v, not %+v", c.Function, one, c)
	}
	if found := one.header("authorization"); found != authorization {
		t.Errorf("%s: authorization is %q, not %q", c.Function, found, authorization)
	}
	agent := "LoginID-SDK/"
	if strings.Contains(c.Text("options_json"), "the-browser") {
		agent = "the-browser"
	}
	if found := one.header("user-agent"); !strings.HasPrefix(found, agent) {
		t.Errorf("%s: the user agent is %q", c.Function, found)
	}
}

// compareGrant compares the request for a grant, and the one that uses it.
func (c wireCall) compareGrant(t *testing.T, grant, user received, basic string) {
	t.Helper()
	body := map[string]any{"grants": []any{c.Authorization}, "username": c.Text("username")}
	if grant.Path != "/fido2/v2/mgmt/grant" || grant.header("authorization") != basic || !reflect.DeepEqual(grant.Body, body) {
		t.Errorf("%s: the grant is %+v", c.Function, grant)
	}
	claims := user.Token.Claims
	if claims.Username != c.Text("username") || !reflect.DeepEqual(claims.Scopes, []string{c.Authorization}) {
		t.Errorf("%s: the token is of %+v", c.Function, claims)
	}
}
