package loginid

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

func TestTheLogHasOneEventForEachAttempt(t *testing.T) {
	client := newClient(t)
	var events []string
	log := func(event string) { events = append(events, event) }
	if err := client.SetLogFunc(log); err != nil {
		t.Fatal(err)
	}
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	_ = client.SetLogFunc(func(string) { events = append(events, "second"); panic("dropped") })
	expect.Must[User](t)(client.GetUser(ctx, ada))
	_ = client.SetLogFunc(nil)
	expect.Must[User](t)(client.GetUser(ctx, ada))
	if len(events) != 2 || events[1] != "second" {
		t.Fatal(events)
	}
	operation, err := JSONGet(events[0], "/operation")
	if operation != "add_user_without_credentials" || err != nil {
		t.Error(events[0], err)
	}
}

func TestALogFunctionMayUseTheClientWhileItIsReplaced(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	inside, ended := make(chan bool), make(chan bool)
	var running atomic.Bool
	_ = client.SetLogFunc(func(string) {
		running.Store(true)
		inside <- true
		// Until the other goroutine waits for this function.
		time.Sleep(50 * time.Millisecond)
		if _, err := client.GenerateServiceToken(ctx, "users.retrieve", Who{}, ""); err != nil {
			t.Error(err)
		}
		if err := client.SetLogFunc(nil); err != nil {
			t.Error(err)
		}
		running.Store(false)
	})
	go func() {
		_, _ = client.GetUser(ctx, ada)
		ended <- true
	}()
	<-inside
	_ = client.SetLogFunc(nil)
	if running.Load() {
		t.Error("the function before is running")
	}
	<-ended
}

// The function may be set while calls log, and from inside the function.
func TestTheLogFunctionMaySetAnother(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	var first, second atomic.Int32
	err := client.SetLogFunc(func(string) {
		first.Add(1)
		_ = client.SetLogFunc(func(string) { second.Add(1) })
		expect.Must[User](t)(client.GetUser(ctx, ada))
		_ = client.SetLogFunc(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 3; i++ {
		expect.Must[User](t)(client.GetUser(ctx, ada))
	}
	if first.Load() != 1 || second.Load() != 1 {
		t.Error(first.Load(), second.Load())
	}
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		group.Add(2)
		go func() {
			defer group.Done()
			for i := 0; i < 50; i++ {
				_ = client.SetLogFunc(func(string) { first.Add(1) })
				_ = client.SetLogFunc(nil)
			}
		}()
		go func() {
			defer group.Done()
			for i := 0; i < 10; i++ {
				if _, err := client.GetUser(ctx, ada); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
}
