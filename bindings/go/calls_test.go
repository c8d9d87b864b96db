package loginid

import (
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

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
	added := expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	if added.Username != ada || added.Status != "active" || added.ID == "" || added.CreatedAt == "" {
		t.Errorf("%+v", added)
	}
	var raw map[string]any
	parse(t, added.Raw, &raw)
	if raw["id"] != added.ID {
		t.Errorf("%s", added.Raw)
	}
	control(t, "POST", "users/"+ada+"/credentials", map[string]any{"type": "fido2", "name": "phone"})
	listed := expect.Must[Credentials](t)(client.GetCredentials(ctx, "", UserID(added.ID)))
	if len(listed.Credentials) != 1 || listed.Credentials[0].Name != "phone" || listed.UserID != added.ID {
		t.Errorf("%+v", listed)
	}
	if err := client.DeleteByUserID(ctx, added.ID); err != nil {
		t.Error(err)
	}
}

func TestTokensOfAnotherUserAreRefused(t *testing.T) {
	client := newClient(t)
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	var login Authentication
	parse(t, control(t, "POST", "users/"+ada+"/login", nil), &login)
	verified := expect.Must[VerifiedToken](t)(client.VerifyToken(ctx, login.JWT))
	if !verified.Valid || verified.Claims.Username != ada || !json.Valid(verified.Claims.Raw) {
		t.Errorf("%+v", verified)
	}
	expect.Must[VerifiedToken](t)(client.VerifyTokenOf(ctx, login.JWT, ada))
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
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	created := expect.Must[Transaction](t)(client.CreateTx(ctx, "Pay 1.00", ada, ""))
	if len(created.Nonce) != 16 {
		t.Errorf("%+v", created)
	}
	var confirmed ConfirmedTransaction
	parse(t, control(t, "POST", "tx/"+created.ID+"/confirm", map[string]any{"username": ada}), &confirmed)
	expect.Must[VerifiedToken](t)(client.VerifyTransaction(ctx, confirmed.JWT, "Pay 1.00"))
	expect.Must[VerifiedToken](t)(client.VerifyTransactionWithNonce(ctx, confirmed.JWT, "Pay 1.00", created.Nonce))
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
		expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, name))
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
			expect.Must[Token](t)(client.GenerateServiceToken(ctx, "users.retrieve", Username(long), ""))
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
