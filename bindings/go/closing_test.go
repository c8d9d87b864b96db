package loginid

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

func TestCloseLetsRunningCallsEnd(t *testing.T) {
	client := newClient(t)
	code := codeFor(t, client, ada)
	waiting, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() {
		_, err := client.WaitCode(waiting, ada, code, "short")
		ended <- err
	}()
	awaitRequest(t, "/authenticate/code/wait")
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	var failure *Error
	if _, err := client.GetUser(ctx, ada); !errors.As(err, &failure) || failure.Code != "client_closed" {
		t.Errorf("a closed client: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

var errorType = reflect.TypeOf((*error)(nil)).Elem()

// zeros are arguments for a method: the context, and zero values.
func zeros(method reflect.Type) []reflect.Value {
	var arguments []reflect.Value
	for i := 0; i < method.NumIn(); i++ {
		argument := reflect.Zero(method.In(i))
		if method.In(i).Kind() == reflect.Interface {
			argument = reflect.ValueOf(ctx)
		}
		arguments = append(arguments, argument)
	}
	return arguments
}

func TestEveryMethodOfAClosedClientIsTheSameError(t *testing.T) {
	closed := newClient(t)
	expect.Must[User](t)(closed.AddUserWithoutCredentials(ctx, ada))
	for i := 0; i < 2; i++ {
		if err := closed.Close(); err != nil {
			t.Error(err)
		}
	}
	sent := len(requests(t))
	for name, client := range map[string]*Client{"closed": closed, "never made": {}} {
		methods := reflect.ValueOf(client)
		called := 0
		for i := 0; i < methods.NumMethod(); i++ {
			method, named := methods.Method(i), methods.Type().Method(i).Name
			count := method.Type().NumOut()
			if named == "Close" || count == 0 || method.Type().Out(count-1) != errorType {
				continue
			}
			called++
			results := method.Call(zeros(method.Type()))
			err, _ := results[len(results)-1].Interface().(error)
			var failure *Error
			if !errors.As(err, &failure) || failure.Code != "client_closed" || failure.Status != StatusInvalidArgument {
				t.Errorf("%s: %s: %v", name, named, err)
			}
		}
		if called < 35 {
			t.Errorf("%d methods", called)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(requests(t)) != sent {
		t.Error("a closed client sent a request")
	}
}
