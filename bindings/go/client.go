package loginid

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/libloginid/libloginid/bindings/go/internal/native"
)

// Client is a client of the LoginID service, for any number of goroutines.
type Client struct {
	handle *native.Handle
}

// New makes a client for an application. The key (PEM) may be empty, since
// applications may be public; an empty base URL is the public service.
func New(clientID, privateKey, baseURL string) (*Client, error) {
	return clientOf(native.New(clientID, privateKey, baseURL))
}

// NewManagement makes a client for a management application, which needs a key.
func NewManagement(clientID, privateKey, baseURL string) (*Client, error) {
	return clientOf(native.NewManagement(clientID, privateKey, baseURL))
}

// NewWithConfig makes a client from a configuration.
func NewWithConfig(config Config) (*Client, error) {
	text, err := config.text()
	if err != nil {
		return nil, err
	}
	defer native.Wipe(text)
	return clientOf(native.NewWithConfig(text))
}

// NewFromEnv makes a client from the LOGINID_… environment variables.
func NewFromEnv() (*Client, error) {
	return clientOf(native.NewFromEnv())
}

func clientOf(handle *native.Handle, err error) (*Client, error) {
	if err != nil {
		return nil, err
	}
	return &Client{handle}, nil
}

// WithOptions makes a client with other options. It shares the connections, keys and log
// function of this one, and costs a few microseconds: make one for each call if you like.
// Both are closed separately, in any order. Bad options are the error invalid_options.
func (c *Client) WithOptions(options Options) (*Client, error) {
	return clientOf(c.handle.WithOptions(options))
}

// Close frees the client, once the calls that run in other goroutines have ended;
// it does not wait for them. Later calls fail with StatusInvalidArgument and the
// code client_closed. It never fails and may be called more than once.
func (c *Client) Close() error {
	c.handle.Close()
	return nil
}

// LogFunc receives a JSON text for every HTTP attempt, in the goroutine that
// made the call. Several goroutines may be in it at once.
type LogFunc func(event string)

// SetLogFunc has log called for every HTTP attempt of this client and of those that
// WithOptions made from it, or it from them; nil ends it. When it returns, the
// previous function is not running, unless SetLogFunc is called from inside a log
// function. A panic in log is dropped, because it must not unwind through C. log must
// not end its goroutine with runtime.Goexit, as Fatal and FailNow of package testing
// do: the call that logs would never return.
//
// It replaces the function of OnAttempt, and the reverse.
func (c *Client) SetLogFunc(log LogFunc) error {
	return c.handle.SetLog(log, nil)
}

// OnAttempt has function called for every HTTP attempt; nil ends it. It is called in the
// goroutine that made the call, when the call ends, once for each attempt. Several
// goroutines may be in it at once. A panic of the function is one of the call. A call that
// has begun uses the function that was set then. [SlogAttempts] is a function that writes to
// a logger.
//
// It replaces the function of SetLogFunc, and the reverse.
func (c *Client) OnAttempt(function func(Attempt)) error {
	return c.handle.SetLog(nil, function)
}

// Format writes whether the client is open, for every verb. Its settings are not shown.
func (c *Client) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "loginid.Client("+c.handle.State()+")")
}

// LogValue is the same for log/slog.
func (c *Client) LogValue() slog.Value {
	return slog.StringValue("loginid.Client(" + c.handle.State() + ")")
}
