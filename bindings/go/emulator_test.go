package loginid

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

const (
	ada     = "ada@example.com"
	purpose = "temporary_authentication"
)

var ctx = context.Background()

// newClient is a client of an emulator without users and faults, also after the test.
func newClient(t *testing.T) *Client {
	t.Helper()
	control(t, "POST", "reset", nil)
	t.Cleanup(func() { control(t, "POST", "reset", nil) })
	client, err := NewFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// control sends a request to the emulator's control API.
func control(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	var answer json.RawMessage
	if err := service.Control(method, path, body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

type received struct {
	Method string
	Path   string
	Body   map[string]any
}

// requests are all requests except those for the service's key.
func requests(t *testing.T) []received {
	t.Helper()
	var all struct{ Requests []received }
	parse(t, control(t, "GET", "requests", nil), &all)
	var requests []received
	for _, request := range all.Requests {
		if request.Path != "/certs" {
			requests = append(requests, request)
		}
	}
	return requests
}

// resentTokens is the number of requests with a token that had been accepted before.
func resentTokens(t *testing.T) int {
	t.Helper()
	var all struct {
		ResentTokens *int `json:"resent_tokens"`
	}
	parse(t, control(t, "GET", "requests", nil), &all)
	return *all.ResentTokens
}

// awaitRequest returns when a request for this path has arrived.
func awaitRequest(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		for _, request := range requests(t) {
			if request.Path == path {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("no request for %s", path)
}

func parse(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// codeFor makes a user and an unauthorized code.
func codeFor(t *testing.T, client *Client, username string) string {
	t.Helper()
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, username))
	return expect.Must[Code](t)(client.GenerateCode(ctx, "short", purpose, false, Username(username))).Code
}
