// Package loginidtest starts an emulator of LoginID's services for the tests of programs, on
// this machine: no account and no network is needed.
//
//	func TestLogin(t *testing.T) {
//		emulator := loginidtest.Start(t)
//		client := emulator.V2Client(t)
//		login, err := emulator.LogIn("ada@example.com") // login.JWTAccess is what a page sends.
//		…
//	}
//
// It needs the program loginid-emulator: the one that the variable LOGINID_EMULATOR names, else
// the one where go install puts programs, else the one in PATH. Without it a test fails; none is
// skipped. This installs it:
//
//	go install github.com/libloginid/libloginid/bindings/go/loginid-emulator@latest
//
// The emulator runs in a process of its own, and ends with the test's process, however that ends.
package loginidtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	loginid "github.com/libloginid/libloginid/bindings/go"
	"github.com/libloginid/libloginid/bindings/go/internal/emulator"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

// Emulator is a running emulator of both services.
type Emulator struct {
	process *emulator.Emulator
}

// Start starts an emulator that runs until the test has ended. A test whose emulator does not
// start fails. options are those of the program, for example "--tls".
func Start(t testing.TB, options ...string) *Emulator {
	t.Helper()
	emulator, err := Run(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emulator.Close() })
	return emulator
}

// Run is the same without a test, for TestMain and examples. Close ends the emulator.
func Run(options ...string) (*Emulator, error) {
	process, err := emulator.Start(options...)
	if err != nil {
		return nil, err
	}
	return &Emulator{process}, nil
}

// Current is the emulator that this program runs with, started by loginid-emulator exec. Close
// does not end it.
func Current() (*Emulator, error) {
	process, err := emulator.Attach()
	if err != nil {
		return nil, err
	}
	return &Emulator{process}, nil
}

// Close ends the emulator. It may be called more than once.
func (e *Emulator) Close() error {
	return e.process.Stop()
}

// URL is the address of the emulator.
func (e *Emulator) URL() string {
	return e.process.Variables["LOGINID_EMULATOR_URL"]
}

// Variables are those with the prefix LOGINID_ of a program that runs with the emulator: what
// NewFromEnv of both packages reads, and LOGINID_EMULATOR_URL.
func (e *Emulator) Variables() map[string]string {
	copied := map[string]string{}
	for name, value := range e.process.Variables {
		copied[name] = value
	}
	return copied
}

// Setenv sets the variables for the rest of the test, and unsets those that contradict them.
func (e *Emulator) Setenv(t testing.TB) {
	t.Helper()
	for _, name := range e.process.Contradictory {
		t.Setenv(name, "") // Which is the same as not set.
	}
	for name, value := range e.process.Variables {
		t.Setenv(name, value)
	}
}

// Config is a configuration of package loginid for the emulator.
func (e *Emulator) Config() loginid.Config {
	return loginid.Config{
		ClientID:   e.process.Variables["LOGINID_CLIENT_ID"],
		PrivateKey: strings.ReplaceAll(e.process.Variables["LOGINID_PRIVATE_KEY"], `\n`, "\n"),
		BaseURL:    e.process.Variables["LOGINID_BASE_URL"],
		CAFile:     e.process.Variables["LOGINID_CA_FILE"],
	}
}

// V2Config is a configuration of package loginidv2 for the emulator.
func (e *Emulator) V2Config() loginidv2.Config {
	return loginidv2.Config{
		BaseURL:       e.process.Variables["LOGINID_V2_BASE_URL"],
		APIKey:        e.process.Variables["LOGINID_V2_API_KEY"],
		ApplicationID: e.process.Variables["LOGINID_V2_APPLICATION_ID"],
		CAFile:        e.process.Variables["LOGINID_CA_FILE"],
	}
}

// Client is a client of package loginid, which is closed when the test has ended.
func (e *Emulator) Client(t testing.TB) *loginid.Client {
	t.Helper()
	client, err := loginid.NewWithConfig(e.Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// V2Client is a client of package loginidv2, which is closed when the test has ended.
func (e *Emulator) V2Client(t testing.TB) *loginidv2.Client {
	t.Helper()
	client, err := loginidv2.NewWithConfig(e.V2Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// Login is the answer that a page gets when a user has logged in.
type Login struct {
	// JWTAccess is the token that the page sends to its server.
	JWTAccess string `json:"jwtAccess"`
	UserID    string `json:"userId"`
	DeviceID  string `json:"deviceId"`
	PasskeyID string `json:"passkeyId"`
}

// LogIn has a user of the current service log in with a passkey, as on a page. A new user signs
// up.
func (e *Emulator) LogIn(username string) (*Login, error) {
	login := new(Login)
	if err := e.Control(http.MethodPost, "v2/users/"+url.PathEscape(username)+"/login", nil, login); err != nil {
		return nil, err
	}
	return login, nil
}

// Confirmation is the answer that a page gets when a user has confirmed a transaction.
type Confirmation struct {
	// Token is what the page sends to its server.
	Token string `json:"token"`
}

// ConfirmTx has a user of the current service confirm a transaction, as on a page.
func (e *Emulator) ConfirmTx(username, txPayload, nonce string) (*Confirmation, error) {
	body := map[string]string{"username": username, "txPayload": txPayload, "nonce": nonce}
	confirmation := new(Confirmation)
	if err := e.Control(http.MethodPost, "v2/tx/confirm", body, confirmation); err != nil {
		return nil, err
	}
	return confirmation, nil
}

// SentCode is the last one-time code that a user of the current service was sent.
func (e *Emulator) SentCode(username string) (string, error) {
	var sent struct{ Code string }
	err := e.Control(http.MethodGet, "v2/otp?username="+url.QueryEscape(username), nil, &sent)
	return sent.Code, err
}

// Reset deletes users, faults and recorded requests.
func (e *Emulator) Reset() error {
	return e.Control(http.MethodPost, "reset", nil, nil)
}

// Control uses the emulator's control API, which emulator/README.md describes: it acts as users
// and their devices, and makes faults. path is what follows /_emulator/. The body is sent, and
// the answer read, as JSON, unless they are nil.
func (e *Emulator) Control(method, path string, body, into any) error {
	return e.process.Control(method, path, body, into)
}
