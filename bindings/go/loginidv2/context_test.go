package loginidv2_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

// phase is what a call is in when its context ends.
type phase struct {
	config loginidv2.Config
	// fault is one of the emulator's, for requests with this path.
	path  string
	fault map[string]any
	call  func(ctx context.Context, client *loginidv2.Client) error
	// reached returns when a call is in the phase. Without it only the deadline is tested.
	reached func()
	// patient: with a deadline the call would not wait.
	patient bool
	// connects: at its deadline the error may also be that of a connection.
	connects bool
}

func list(ctx context.Context, client *loginidv2.Client) error {
	_, err := client.ListPasskeys(ctx, loginidv2.Username(ada))
	return err
}

// received returns when the emulator has received a request.
func received(t *testing.T, path string) func() {
	return func() {
		var found struct{ Requests []struct{ Path string } }
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			control(t, http.MethodGet, "requests", nil, &found)
			for _, request := range found.Requests {
				if request.Path == path {
					return
				}
			}
		}
		t.Errorf("no request for %s", path)
	}
}

// unanswered is the address of a listener that accepts connections and says nothing, and the
// connections.
func unanswered(t *testing.T) (string, chan net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn, 100)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- connection
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		for connection := range accepted {
			_ = connection.Close()
		}
	})
	return listener.Addr().String(), accepted
}

// unaccepted is the address of a listener whose queue is full: a connection waits.
func unaccepted(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	loopback := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := errors.Join(syscall.Bind(socket, loopback), syscall.Listen(socket, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	address := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*syscall.SockaddrInet4).Port}).String()
	for {
		connection, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = connection.Close() })
	}
}

func TestAContextEndsACallInEachOfItsPhases(t *testing.T) {
	newClient(t)
	const passkeys, grant, keys = "/fido2/v2/passkeys", "/fido2/v2/mgmt/grant", "/fido2/v2/.well-known/jwks.json"
	delay := map[string]any{"kind": "delay", "ms": 60000}
	zero := 0
	silent, accepted := unanswered(t)
	reached := func() {
		connection := <-accepted // It stays open.
		t.Cleanup(func() { _ = connection.Close() })
	}
	key := service.V2Config().APIKey
	token := ""
	verify := func(ctx context.Context, client *loginidv2.Client) error {
		_, err := client.VerifyToken(ctx, token)
		return err
	}
	for name, phase := range map[string]phase{
		"connecting": {config: loginidv2.Config{
			BaseURL: "http://" + unaccepted(t), APIKey: key, ApplicationID: "app", MaxRetries: &zero,
		}, call: list, connects: true},
		"the TLS handshake": {config: loginidv2.Config{
			BaseURL: "https://" + silent, APIKey: key, ApplicationID: "app", MaxRetries: &zero,
		}, call: list, reached: reached, connects: true},
		"waiting for the grant":   {path: grant, fault: delay, call: list, reached: received(t, grant)},
		"waiting for the answer":  {path: passkeys, fault: delay, call: list, reached: received(t, passkeys)},
		"reading the answer":      {path: passkeys, fault: map[string]any{"kind": "slow", "bytes_per_second": 1}, call: list, reached: received(t, passkeys)},
		"waiting for a retry":     {path: passkeys, fault: map[string]any{"kind": "status", "code": 503, "headers": [][]string{{"Retry-After", "15"}}}, call: list, reached: received(t, passkeys), patient: true},
		"waiting for the key set": {path: keys, fault: delay, call: verify, reached: received(t, keys)},
		"waiting for another call's key set": {path: keys, fault: delay, call: func(ctx context.Context, client *loginidv2.Client) error {
			var first sync.WaitGroup
			first.Add(1)
			defer first.Wait()
			patient, cancel := context.WithCancel(context.Background())
			defer cancel()
			go func() {
				defer first.Done()
				_ = verify(patient, client)
			}()
			received(t, keys)()
			return verify(ctx, client)
		}, reached: received(t, keys)},
	} {
		t.Run(name, func(t *testing.T) {
			control(t, http.MethodPost, "reset", nil, nil)
			token = logIn(t)
			config := phase.config
			if phase.fault != nil {
				config = service.V2Config()
			}
			client := expect.Must[loginidv2.Client](t)(loginidv2.NewWithConfig(config))
			defer client.Close()
			cause := errors.New("the user has left")
			begin := func() {
				t.Helper()
				control(t, http.MethodPost, "reset", nil, nil)
				logIn(t)
				if phase.fault != nil {
					control(t, http.MethodPost, "faults", map[string]any{
						"match": map[string]string{"path": phase.path}, "fault": phase.fault,
					}, nil)
				}
			}
			if !phase.patient {
				begin()
				limited, cancel := context.WithTimeoutCause(ctx, 300*time.Millisecond, cause)
				defer cancel()
				started := time.Now()
				err := phase.call(limited, client)
				code := "timeout"
				if phase.connects && failureOf(t, err).Code == "connect_timeout" {
					code = "connect_timeout"
				}
				expectEnd(t, err, loginidv2.StatusTimeout, code, context.DeadlineExceeded, cause)
				if taken := time.Since(started); taken > 10*time.Second {
					t.Error(taken)
				}
			}
			if phase.reached == nil {
				return
			}
			for len(accepted) > 0 { // Those of the call before.
				_ = (<-accepted).Close()
			}
			begin()
			cancellable, end := context.WithCancelCause(ctx)
			ended := make(chan error, 1)
			go func() { ended <- phase.call(cancellable, client) }()
			phase.reached()
			started := time.Now()
			end(cause)
			expectEnd(t, <-ended, loginidv2.StatusCancelled, "cancelled", context.Canceled, cause)
			if taken := time.Since(started); taken > 10*time.Second {
				t.Error(taken)
			}
		})
	}
}

func expectEnd(t *testing.T, err error, status loginidv2.Status, code string, wanted ...error) {
	t.Helper()
	failure := failureOf(t, err)
	if failure.Status != status || failure.Code != code {
		t.Errorf("%+v", failure)
	}
	for _, one := range wanted {
		if !errors.Is(err, one) {
			t.Errorf("%v is not %v", err, one)
		}
	}
	if timeout := status == loginidv2.StatusTimeout; failure.Timeout() != timeout || errors.Is(err, loginidv2.ErrTimeout) != timeout {
		t.Errorf("a timeout: %v", failure.Timeout())
	}
}

func TestNoCallStartsWithAContextThatIsDone(t *testing.T) {
	client := newClient(t)
	token := logIn(t)
	control(t, http.MethodDelete, "requests", nil, nil)
	cause := errors.New("the user has left")
	done, cancel := context.WithCancelCause(ctx)
	cancel(cause)
	past, end := context.WithDeadlineCause(ctx, time.Now().Add(-time.Hour), cause)
	defer end()
	_, verified := client.VerifyToken(done, token)
	for _, err := range []error{list(done, client), verified, client.DeleteUser(done, "id")} {
		expectEnd(t, err, loginidv2.StatusCancelled, "cancelled", context.Canceled, cause)
	}
	_, verified = client.VerifyToken(past, token)
	for _, err := range []error{list(past, client), verified} {
		expectEnd(t, err, loginidv2.StatusTimeout, "timeout", context.DeadlineExceeded, cause)
	}
	var sent struct{ Count int }
	control(t, http.MethodGet, "requests", nil, &sent)
	if sent.Count != 0 {
		t.Errorf("%d requests", sent.Count)
	}
}

// A timeout of the client is no error of the context.
func TestATimeoutOfTheClientIsNotTheContexts(t *testing.T) {
	client := newClient(t)
	limited := expect.Must[loginidv2.Client](t)(client.WithOptions(loginidv2.Options{Timeout: 100 * time.Millisecond}))
	defer limited.Close()
	control(t, http.MethodPost, "faults", map[string]any{"fault": map[string]any{"kind": "delay", "ms": 60000}}, nil)
	calling, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err := list(calling, limited)
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) ||
		!errors.Is(err, loginidv2.ErrTimeout) {
		t.Error(err)
	}
}

// The limit in C ends a call at the context's deadline, so that the error says whether the call may be repeated. On a
// busy machine the context may end some of the calls.
func TestAnErrorAtTheContextsDeadlineSaysWhetherTheCallMayBeRepeated(t *testing.T) {
	const rounds, atOnce = 5, 8
	client := newClient(t)
	control(t, http.MethodPost, "faults", map[string]any{"fault": map[string]any{"kind": "delay", "ms": 60000}}, nil)
	failures := make(chan error, atOnce)
	repeatable := 0
	for range [rounds]int{} {
		for range [atOnce]int{} {
			go func() {
				limited, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
				defer cancel()
				_, err := client.GetVersion(limited)
				failures <- err
			}()
		}
		for range [atOnce]int{} {
			err := <-failures
			expectEnd(t, err, loginidv2.StatusTimeout, "timeout", context.DeadlineExceeded)
			if failureOf(t, err).Retryable {
				repeatable++
			}
		}
	}
	if repeatable < rounds*atOnce*3/4 {
		t.Errorf("%d of %d", repeatable, rounds*atOnce)
	}
}
