package loginidv2_test

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/loginidtest"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

const ada = "ada@example.com"

var (
	ctx = context.Background()
	// service is the emulator of the tests and examples of this package.
	service *loginidtest.Emulator
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if service, err = loginidtest.Run(); err != nil {
		log.Fatal(err)
	}
	defer service.Close()
	// For the examples, which are as in a program.
	for name, value := range service.Variables() {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	return m.Run()
}

// newClient is a client of the emulator, which has no users and no faults, also after the test.
func newClient(t *testing.T) *loginidv2.Client {
	t.Helper()
	reset := func() { control(t, http.MethodPost, "reset", nil, nil) }
	reset()
	t.Cleanup(reset)
	return service.V2Client(t)
}

func control(t *testing.T, method, path string, body, into any) {
	t.Helper()
	if err := service.Control(method, path, body, into); err != nil {
		t.Fatal(err)
	}
}

// logIn is the token of Ada, who has a passkey.
func logIn(t *testing.T) string {
	t.Helper()
	return expect.Must[loginidtest.Login](t)(service.LogIn(ada)).JWTAccess
}

func succeeds(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that an error is the expected one.
func refused(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, not %v", err, want)
	}
}
