package native

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/emulator"
)

const ada = "ada@example.com"

var ctx = context.Background()

// connect starts an emulator with Ada, and makes a client of v1.
func connect(t *testing.T) (*emulator.Emulator, *Handle) {
	t.Helper()
	service, err := emulator.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Stop() })
	if err := service.Control(http.MethodPost, "users", map[string]string{"username": ada}, nil); err != nil {
		t.Fatal(err)
	}
	key := strings.ReplaceAll(service.Variables["LOGINID_PRIVATE_KEY"], `\n`, "\n")
	handle, err := New(service.Variables["LOGINID_CLIENT_ID"], key, service.Variables["LOGINID_BASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(handle.Close)
	return service, handle
}

func getUser(handle *Handle, ctx context.Context) error {
	return Run(ctx, handle, GetUser, Given("username", ada))
}

// slow has the service answer the next request after a minute, and returns what waits until
// it has arrived.
func slow(t *testing.T, service *emulator.Emulator) func() {
	t.Helper()
	fault := map[string]any{"times": 1, "fault": map[string]any{"kind": "delay", "ms": 60000}}
	if err := service.Control(http.MethodPost, "faults", fault, nil); err != nil {
		t.Fatal(err)
	}
	if err := service.Control(http.MethodDelete, "requests", nil, nil); err != nil {
		t.Fatal(err)
	}
	return func() {
		var received struct{ Count int }
		for deadline := time.Now().Add(time.Minute); received.Count == 0; time.Sleep(20 * time.Millisecond) {
			if err := service.Control(http.MethodGet, "requests", nil, &received); err != nil || time.Now().After(deadline) {
				t.Errorf("no request: %v", err)
				return
			}
		}
	}
}
