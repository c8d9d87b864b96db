package loginid

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAnErrorHasEveryDetail(t *testing.T) {
	client := newClient(t)
	_, err := client.GetUser(ctx, "nobody")
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T: %v", err, err)
	}
	if failure.Status != StatusAPI || failure.Code != "user_not_found" ||
		failure.HTTPStatus != 404 || failure.Operation != "get_user" ||
		failure.Retryable || len(failure.RequestID) != 36 || failure.Message == "" {
		t.Errorf("%+v", failure)
	}
	if failure.Status.String() != "LID_ERROR_API" || !json.Valid(failure.Raw) {
		t.Errorf("%s %s", failure.Status, failure.Raw)
	}
	want := "loginid: get_user: LID_ERROR_API (user_not_found): "
	if !strings.HasPrefix(err.Error(), want) {
		t.Error(err)
	}
}

func TestARateLimitHasTheTimeToWait(t *testing.T) {
	client := newClient(t)
	control(t, "POST", "faults", map[string]any{"fault": map[string]any{
		"kind": "status", "code": 429, "headers": [][]string{{"retry-after", "120"}},
	}})
	_, err := client.GetUser(ctx, ada)
	var failure *Error
	if !errors.As(err, &failure) || failure.Status != StatusRateLimited ||
		failure.RetryAfter != 2*time.Minute || !failure.Retryable {
		t.Errorf("%+v", failure)
	}
}

func TestATextThatCWouldTruncateIsRefused(t *testing.T) {
	client := newClient(t)
	const cut = "admin\x00istrator"
	for name, call := range map[string]func() error{
		"username": func() error { _, err := client.GetUser(ctx, cut); return err },
		"user_id":  func() error { return client.DeleteByUserID(ctx, cut) },
		"token":    func() error { _, err := client.VerifyToken(ctx, cut); return err },
		"password": func() error { _, err := client.RegisterPassword(ctx, ada, cut); return err },
		"nonce":    func() error { _, err := client.CreateTx(ctx, "Pay", ada, cut); return err },
		"code":     func() error { _, err := client.WaitCode(ctx, ada, cut, "short"); return err },
		"assertion_payload": func() error {
			_, err := client.CompleteTx(ctx, "id", ada, json.RawMessage(cut))
			return err
		},
		"private_key": func() error { _, err := New("id", cut, ""); return err },
		"pointer":     func() error { _, err := JSONGet("{}", cut); return err },
	} {
		err := call()
		var failure *Error
		if !errors.As(err, &failure) || failure.Code != "embedded_nul" ||
			failure.Status != StatusInvalidArgument || failure.Message != name+" must not hold a NUL" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sent := requests(t); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}

func TestResultsAreTypedAndKeepTheAnswer(t *testing.T) {
	client := newClient(t)
	added := must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	if added.Username != ada || added.Status != "active" || added.ID == "" || added.CreatedAt == "" {
		t.Errorf("%+v", added)
	}
	var raw map[string]any
	parse(t, added.Raw, &raw)
	if raw["id"] != added.ID {
		t.Errorf("%s", added.Raw)
	}
	control(t, "POST", "users/"+ada+"/credentials", map[string]any{"type": "fido2", "name": "phone"})
	listed := must[Credentials](t)(client.GetCredentials(ctx, "", UserID(added.ID)))
	if len(listed.Credentials) != 1 || listed.Credentials[0].Name != "phone" || listed.UserID != added.ID {
		t.Errorf("%+v", listed)
	}
	if err := client.DeleteByUserID(ctx, added.ID); err != nil {
		t.Error(err)
	}
}

func TestTokensOfAnotherUserAreRefused(t *testing.T) {
	client := newClient(t)
	must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	var login Authentication
	parse(t, control(t, "POST", "users/"+ada+"/login", nil), &login)
	verified := must[VerifiedToken](t)(client.VerifyToken(ctx, login.JWT))
	if !verified.Valid || verified.Claims.Username != ada || !json.Valid(verified.Claims.Raw) {
		t.Errorf("%+v", verified)
	}
	must[VerifiedToken](t)(client.VerifyTokenOf(ctx, login.JWT, ada))
	for username, want := range map[string]Status{
		"mallory": StatusClaimMismatch,
		"":        StatusInvalidArgument, // Not "any user".
	} {
		_, err := client.VerifyTokenOf(ctx, login.JWT, username)
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != want {
			t.Errorf("%q: %v", username, err)
		}
	}
}

func TestATransactionIsConfirmedWithItsNonce(t *testing.T) {
	client := newClient(t)
	must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	created := must[Transaction](t)(client.CreateTx(ctx, "Pay 1.00", ada, ""))
	if len(created.Nonce) != 16 {
		t.Errorf("%+v", created)
	}
	var confirmed ConfirmedTransaction
	parse(t, control(t, "POST", "tx/"+created.ID+"/confirm", map[string]any{"username": ada}), &confirmed)
	must[VerifiedToken](t)(client.VerifyTransaction(ctx, confirmed.JWT, "Pay 1.00"))
	must[VerifiedToken](t)(client.VerifyTransactionWithNonce(ctx, confirmed.JWT, "Pay 1.00", created.Nonce))
	var failure *Error
	_, err := client.VerifyTransaction(ctx, confirmed.JWT, "Pay 99.00")
	if !errors.As(err, &failure) || failure.Code != "transaction_hash_mismatch" {
		t.Errorf("another payload: %v", err)
	}
	for nonce, want := range map[string]string{"": "empty_argument", "another": "nonce_mismatch"} {
		_, err := client.VerifyTransactionWithNonce(ctx, confirmed.JWT, "Pay 1.00", nonce)
		if !errors.As(err, &failure) || failure.Code != want {
			t.Errorf("the nonce %q: %v", nonce, err)
		}
	}
}

func TestConstructorsReportWhatIsWrong(t *testing.T) {
	id, url := os.Getenv("LOGINID_CLIENT_ID"), os.Getenv("LOGINID_BASE_URL")
	pair := must[KeyPair](t)(GenerateKeyPair())
	for _, good := range []func() (*Client, error){
		func() (*Client, error) { return New(id, "", url) },
		func() (*Client, error) { return New(id, pair.PrivateKey, "") },
		func() (*Client, error) { return NewManagement(id, pair.PrivateKey, url) },
		func() (*Client, error) {
			return NewWithConfig(Config{ClientID: id, BaseURL: url, RequestTimeoutMS: 9000})
		},
	} {
		must[Client](t)(good()).Close()
	}
	for want, bad := range map[Status]func() (*Client, error){
		StatusInvalidArgument: func() (*Client, error) { return New("", "", url) },
		StatusPrivateKey:      func() (*Client, error) { return New(id, "no key", url) },
		StatusConfig:          func() (*Client, error) { return NewWithConfig(Config{ClientID: id, BaseURL: "ftp://x"}) },
	} {
		_, err := bad()
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != want {
			t.Errorf("%v: %v", want, err)
		}
	}
}

func TestFunctionsWithoutAClientWork(t *testing.T) {
	value, err := JSONGet(`{"a":[1,{"b":"c\n"}]}`, "/a/1/b")
	if value != "c\n" || err != nil {
		t.Error(value, err)
	}
	var failure *Error
	if _, err := JSONGet(`{}`, "/a"); !errors.As(err, &failure) || failure.Code != "pointer_not_found" {
		t.Errorf("a value that is not there: %v", err)
	}
	if strings.Count(Version(), ".") != 2 {
		t.Error(Version())
	}
}

func TestGoroutinesShareAClient(t *testing.T) {
	client := newClient(t)
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, name := range names {
		must[User](t)(client.AddUserWithoutCredentials(ctx, name))
	}
	var group sync.WaitGroup
	for _, name := range names {
		group.Add(1)
		go func(name string) {
			defer group.Done()
			for i := 0; i < 20; i++ {
				user, err := client.GetUser(ctx, name)
				if err != nil || user.Username != name {
					t.Error(name, user, err)
				}
			}
		}(name)
	}
	group.Wait()
}

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
	if client.pointer == nil {
		t.Error("freed under a call")
	}
	var failure *Error
	if _, err := client.GetUser(ctx, ada); !errors.As(err, &failure) || failure.Code != "client_closed" {
		t.Errorf("a closed client: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if client.pointer != nil {
		t.Error("never freed")
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

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
	must[User](t)(closed.AddUserWithoutCredentials(ctx, ada))
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
			if named == "Close" {
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

func TestCloseWhileManyCallsRun(t *testing.T) {
	for round := 0; round < 20; round++ {
		client := newClient(t)
		must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
		var callers, closers sync.WaitGroup
		var succeeded atomic.Int32
		first := make(chan struct{})
		var once sync.Once
		for i := 0; i < 8; i++ {
			callers.Add(1)
			go func() {
				defer callers.Done()
				for {
					user, err := client.GetUser(ctx, ada)
					if err == nil && user.Username == ada {
						succeeded.Add(1)
						once.Do(func() { close(first) })
						continue
					}
					var failure *Error
					if !errors.As(err, &failure) || failure.Code != "client_closed" {
						t.Error(user, err)
					}
					once.Do(func() { close(first) })
					return
				}
			}()
		}
		<-first
		for i := 0; i < 4; i++ {
			closers.Add(1)
			go func() {
				defer closers.Done()
				_ = client.Close()
			}()
		}
		closers.Wait()
		callers.Wait()
		if client.pointer != nil || succeeded.Load() == 0 {
			t.Errorf("freed: %v; %d calls", client.pointer == nil, succeeded.Load())
		}
	}
}

func TestSettingsOutOfRangeAreNamed(t *testing.T) {
	id := os.Getenv("LOGINID_CLIENT_ID")
	negative := -1
	huge := int(^uint(0) >> 1)
	for field, bad := range map[string][]Config{
		"connect_timeout_ms": {{ConnectTimeoutMS: -1}, {ConnectTimeoutMS: huge}},
		"request_timeout_ms": {{RequestTimeoutMS: -5000}, {RequestTimeoutMS: 86_400_001}},
		"wait_timeout_ms":    {{WaitTimeoutMS: -1}, {WaitTimeoutMS: 1 << 32}},
		"max_retries":        {{MaxRetries: &negative}, {MaxRetries: &huge}},
		"leeway_s":           {{LeewayS: &negative}},
		"max_token_age_s":    {{MaxTokenAgeS: &negative}, {MaxTokenAgeS: new(int)}},
		"key_cache_ttl_s":    {{KeyCacheTTLS: &negative}, {KeyCacheTTLS: new(int)}},
		"verified_tokens":    {{VerifiedTokens: -1}, {VerifiedTokens: 1_000_001}},
		"max_response_bytes": {{MaxResponseBytes: -1}},
	} {
		for _, config := range bad {
			config.ClientID = id
			_, err := NewWithConfig(config)
			var failure *Error
			if !errors.As(err, &failure) || failure.Status != StatusConfig || !strings.Contains(failure.Message, field) {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
}

func TestTheKeysOfAConfigurationAreEscaped(t *testing.T) {
	odd := "quote \" back \\ line\r\n\ttab nul\x00 \x1f é 😀 </script>"
	config := Config{ClientID: "id", PrivateKey: odd, ClientKeyPEM: odd + odd, Proxy: "env", MaxRetries: new(int)}
	text, err := config.text()
	if err != nil {
		t.Fatal(err)
	}
	var read Config
	parse(t, text, &read)
	if !reflect.DeepEqual(read, config) {
		t.Errorf("%+v", read)
	}
	pair := must[KeyPair](t)(GenerateKeyPair())
	client := must[Client](t)(NewWithConfig(Config{ClientID: "id", PrivateKey: pair.PrivateKey}))
	defer client.Close()
	must[Token](t)(client.GenerateServiceToken(ctx, "users.retrieve", Who{}, ""))
}

func TestAForgottenClientIsFreed(t *testing.T) {
	var freed atomic.Bool
	func() {
		client, err := NewFromEnv()
		if err != nil {
			t.Fatal(err)
		}
		// It replaces the finalizer, and calls it.
		runtime.SetFinalizer(client, nil)
		runtime.SetFinalizer(client, func(client *Client) {
			finalize(client)
			freed.Store(client.pointer == nil)
		})
	}()
	for deadline := time.Now().Add(time.Minute); !freed.Load(); {
		if time.Now().After(deadline) {
			t.Fatal("never freed")
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func TestTheLogHasOneEventForEachAttempt(t *testing.T) {
	client := newClient(t)
	var events []string
	log := func(event string) { events = append(events, event) }
	if err := client.SetLogFunc(log); err != nil {
		t.Fatal(err)
	}
	must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	_ = client.SetLogFunc(func(string) { events = append(events, "second"); panic("dropped") })
	must[User](t)(client.GetUser(ctx, ada))
	_ = client.SetLogFunc(nil)
	must[User](t)(client.GetUser(ctx, ada))
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
	must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
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
	must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	var first, second atomic.Int32
	err := client.SetLogFunc(func(string) {
		first.Add(1)
		_ = client.SetLogFunc(func(string) { second.Add(1) })
		must[User](t)(client.GetUser(ctx, ada))
		_ = client.SetLogFunc(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 3; i++ {
		must[User](t)(client.GetUser(ctx, ada))
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

func TestMemoryStaysFlat(t *testing.T) {
	client := newClient(t)
	resident := func() int {
		text, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			t.Fatal(err)
		}
		var pages [2]int
		for i := range pages {
			parse(t, []byte(strings.Fields(string(text))[i]), &pages[i])
		}
		return pages[1] * os.Getpagesize()
	}
	long := strings.Repeat("ada", 10_000)
	tokens := func(count int) {
		for i := 0; i < count; i++ {
			must[Token](t)(client.GenerateServiceToken(ctx, "users.retrieve", Username(long), ""))
		}
		runtime.GC()
	}
	tokens(300)
	before := resident()
	// 70 MB of arguments and results, so that a leak would be visible.
	tokens(1000)
	if grown := resident() - before; grown > 20_000_000 {
		t.Errorf("grew by %d bytes", grown)
	}
}
