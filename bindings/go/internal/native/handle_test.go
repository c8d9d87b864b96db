package native

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestCloseLetsRunningCallsEnd(t *testing.T) {
	service, handle := connect(t)
	arrived := slow(t, service)
	calling, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- getUser(handle, calling) }()
	arrived()
	handle.Close()
	if handle.pointer == nil {
		t.Error("freed under a call")
	}
	if err := getUser(handle, ctx); !errors.Is(err, Coded(StatusInvalidArgument, "client_closed")) {
		t.Errorf("a closed client: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if handle.pointer != nil {
		t.Error("never freed")
	}
	handle.Close()
}

func TestCloseWhileManyCallsRun(t *testing.T) {
	_, first := connect(t)
	for round := 0; round < 20; round++ {
		handle, err := first.WithOptions(Options{})
		if err != nil {
			t.Fatal(err)
		}
		var callers, closers sync.WaitGroup
		var succeeded atomic.Int32
		called := make(chan struct{})
		var once sync.Once
		for i := 0; i < 8; i++ {
			callers.Add(1)
			go func() {
				defer callers.Done()
				for {
					err := getUser(handle, ctx)
					if err == nil {
						succeeded.Add(1)
					}
					once.Do(func() { close(called) })
					if err != nil {
						if !errors.Is(err, Coded(StatusInvalidArgument, "client_closed")) {
							t.Error(err)
						}
						return
					}
				}
			}()
		}
		<-called
		for i := 0; i < 4; i++ {
			closers.Add(1)
			go func() {
				defer closers.Done()
				handle.Close()
			}()
		}
		closers.Wait()
		callers.Wait()
		if handle.pointer != nil || succeeded.Load() == 0 {
			t.Errorf("freed: %v; %d calls", handle.pointer == nil, succeeded.Load())
		}
	}
}

func TestAForgottenHandleIsFreed(t *testing.T) {
	for name, make := range map[string]func() (*Handle, error){
		"v1": func() (*Handle, error) { return New("id", "", "") },
		"v2": func() (*Handle, error) { return NewV2("https://app.api.loginid.io", "") },
	} {
		var freed atomic.Bool
		func() {
			handle, err := make()
			if err != nil {
				t.Fatal(err)
			}
			// It replaces the finalizer, and calls it.
			runtime.SetFinalizer(handle, nil)
			runtime.SetFinalizer(handle, func(handle *Handle) {
				handle.Close()
				freed.Store(handle.pointer == nil)
			})
		}()
		for deadline := time.Now().Add(time.Minute); !freed.Load(); {
			if time.Now().After(deadline) {
				t.Fatal(name + ": never freed")
			}
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
	}
}
